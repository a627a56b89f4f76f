import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { licencesPage, refused } from '#supply-chain/licences.js';
import { lockedPackages } from '#supply-chain/lockfile.js';
import type { Json } from '../system/stage.js';

const project = new URL('../../', import.meta.url);
const packages = lockedPackages(new URL('package-lock.json', project));
const page = (name: string) => readFile(new URL(`docs/${name}`, project), 'utf8');
const names = (of: readonly { readonly name: string }[]) => [...new Set(of.map(({ name }) => name))].sort();

/** Runs a command to its end, without holding up this process. */
async function ended(command: string, given: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(command, given, { cwd: fileURLToPath(project), env: { ...process.env, ...environment } });
  let said = '';
  let complained = '';
  child.stdout.on('data', (bytes) => {
    said += bytes;
  });
  child.stderr.on('data', (bytes) => {
    complained += bytes;
  });
  const [code] = await once(child, 'close');
  return { code, said, complained };
}

describe('package-lock.json', () => {
  it('holds the hash of every package, for every platform, and no other source than the registry', () => {
    expect(packages.length).toBeGreaterThan(500);
    expect(packages.filter(({ integrity }) => !integrity?.startsWith('sha512-'))).toEqual([]);
    expect(packages.filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });

  it('is of the very versions that package.json asks for, each exactly one where it is installed', async () => {
    const { dependencies, optionalDependencies, devDependencies }: Json = JSON.parse(
      await readFile(new URL('package.json', project), 'utf8'),
    );
    const { packages: locked }: Json = JSON.parse(await readFile(new URL('package-lock.json', project), 'utf8'));
    expect(locked['']).toMatchObject({ dependencies, optionalDependencies, devDependencies });
    for (const [name, version] of Object.entries({ ...dependencies, ...optionalDependencies }))
      expect([name, version]).toEqual([name, locked[`node_modules/${name}`].version]);
  });

  it('knows of install scripts only where the docs tell why they are not needed', async () => {
    const [, section = ''] = (await page('supply-chain.md')).split('## No install scripts');
    const told = section.match(/(?<=^\| `)[^`]+(?=` \|)/gm);
    expect(names(packages.filter(({ hasInstallScript }) => hasInstallScript))).toEqual([...(told ?? [])].sort());
    expect(await readFile(new URL('.npmrc', project), 'utf8')).toMatch(/^ignore-scripts=true$/m);
  });
});

describe('licences', () => {
  it('are all on the list', () => {
    expect(refused(packages).map(({ name, licence }) => `${name}: ${licence}`)).toEqual([]);
  });

  it.each([
    ['GPL-3.0-only', false, true],
    ['unknown', false, true],
    ['(MIT OR GPL-3.0-only)', false, false],
    ['MIT AND GPL-3.0-only', false, true],
    ['MPL-2.0', true, false],
    ['MPL-2.0', false, true],
  ])('%s, of a tool %s, is refused: %s', (licence, isTool, isRefused) => {
    expect(refused([{ ...packages[0], licence, isTool }]).length === 1).toBe(isRefused);
  });

  it('are told in docs/licences.md; `npm run licences` writes it', async () => {
    expect(await page('licences.md')).toBe(licencesPage(packages));
  });
});

describe('`npm run audit`', () => {
  const registry = async (answer: (name: string) => { status: number; body: object }) => {
    const server = createServer((request, response) => {
      const { status, body } = answer(String(request.url));
      request.resume().once('end', () => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return {
      url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
      close: () => server.close().closeAllConnections(),
    };
  };
  const audit = async (advisories: object | undefined) => {
    const { url, close } = await registry((path) =>
      path.endsWith('/advisories/bulk') && advisories !== undefined
        ? { status: 200, body: advisories }
        : { status: 404, body: {} },
    );
    try {
      const environment = { npm_config_registry: url, npm_config_fetch_retries: '0' };
      return await ended(process.execPath, ['dist/supply-chain/audit.js'], environment);
    } finally {
      close();
    }
  };

  it('finds nothing where the registry knows of nothing', async () => {
    expect(await audit({})).toMatchObject({ code: 0, said: expect.stringMatching(/known in \d{3} production/) });
  });

  it('fails where the registry knows of something, and names it', async () => {
    const advisory = { id: 1, url: 'https://example.org/1', title: 'ws falls over', severity: 'high', cwe: [] };
    const found = await audit({ ws: [{ ...advisory, vulnerable_versions: '<=999', cvss: { score: 7 } }] });
    expect(found).toMatchObject({ code: 1, complained: expect.stringMatching(/^high: ws/m) });
  });

  it('takes a registry that does not answer for neither', async () => {
    expect(await audit(undefined)).toMatchObject({ code: 2, complained: expect.stringMatching(/does not answer/) });
  });
});

describe('`npm run sbom`', () => {
  it('lists every package that is installed for the product, without a registry', async () => {
    const { code, said } = await ended(process.execPath, ['dist/supply-chain/sbom.js'], {
      npm_config_registry: 'http://127.0.0.1:9',
    });
    expect(code).toBe(0);
    const { bomFormat, components }: Json = JSON.parse(said);
    expect(bomFormat).toBe('CycloneDX');
    const { packages: installed }: Json = JSON.parse(
      await readFile(new URL('node_modules/.package-lock.json', project), 'utf8'),
    );
    const product = Object.entries<Json>(installed)
      .filter(([, { dev, optional, devOptional, peer }]) => !(dev || optional || devOptional || peer))
      .map(([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`);
    expect(product.length).toBeGreaterThan(100);
    const listed = new Set(components.map(({ name, version }: Json) => `${name}@${version}`));
    expect(product.filter((each) => !listed.has(each))).toEqual([]);
    expect([...listed].filter((each) => /^(vitest|vite|react)@/.test(String(each)))).toEqual([]);
  });
});
