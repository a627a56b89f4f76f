import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generatedOperations, OPERATIONS } from '#src/client/generate.js';
import { temporaryFolder } from '../system/stage.js';
import { bundledClient } from './bundle.js';

const run = promisify(execFile);
const project = fileURLToPath(new URL('../..', import.meta.url));
const USES = "import { createClient } from 'manyhead/client'; console.log(typeof createClient({ apiKey: 'a' }).train);";

it('has the operations and types that operations.graphql and schema.graphql say (else: npm run schema)', async () => {
  expect(await readFile(OPERATIONS, 'utf8')).toBe(await generatedOperations());
});

it('is small: 10 kB with everything it needs, as a browser gets it', async () => {
  expect(gzipSync(await bundledClient()).length).toBeLessThan(10_000);
});

it('is found by its name inside the project', async () => {
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', USES], { cwd: project });
  expect(stdout).toBe('function\n');
});

describe('the packed package', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let installed: string;
  let packedFile: string;
  let files: readonly string[];

  beforeAll(async () => {
    folder = await temporaryFolder();
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder.path], { cwd: project });
    const [packed] = JSON.parse(stdout);
    files = packed.files.map(({ path }: { path: string }) => path);
    installed = join(folder.path, 'node_modules/manyhead');
    await mkdir(join(folder.path, 'node_modules'));
    packedFile = join(folder.path, packed.filename);
    await run('tar', ['-xzf', packedFile, '-C', folder.path]);
    await run('mv', [join(folder.path, 'package'), installed]);
    // What npm would install beside it.
    await symlink(join(project, 'node_modules'), join(installed, 'node_modules'));
  });
  afterAll(() => folder.remove());

  it('holds what runs, and nothing that only builds it', () => {
    for (const needed of [
      'dist/src/main.js',
      'dist/worker/main.js',
      'dist/src/commands/main.js',
      'dist/src/client/client.d.ts',
      'dist/web/graphiql/index.html',
      'examples/starter.jsonl',
      'schema.graphql',
      'README.md',
    ])
      expect(files).toContain(needed);
    expect(files.filter((path) => /^(test|bench|data|src|web|dist\/bench)\/|\.map$|generate/.test(path))).toEqual([]);
  });

  it('gives the client, typed, to who imports it', async () => {
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', USES], { cwd: folder.path });
    expect(stdout).toBe('function\n');
    await writeFile(
      join(folder.path, 'page.ts'),
      `import { createClient } from 'manyhead/client';
       const client = createClient({ url: 'http://localhost:4000' });
       export const first: Promise<Float32Array> = client.embed(['a']).then(([{ vector }]) => vector);
       // @ts-expect-error a model is named by a string
       client.classify(['a'], { model: 1 });
       export async function follow(): Promise<void> {
         const job = await client.train({ dataset: 'a', freeze: { backbone: 'PARTIAL', frozenLayers: 4 } });
         for await (const event of job.progress()) if (event.kind === 'EPOCH') console.log(event.epoch.trainLoss.toFixed(2));
       }`,
    );
    const settings = '--noEmit --strict --target es2022 --module esnext --moduleResolution bundler --lib es2023,dom';
    const tsc = join(project, 'node_modules/.bin/tsc');
    await run(tsc, [...settings.split(' '), '--types', '', 'page.ts'], { cwd: folder.path }).catch(({ stdout }) =>
      expect(stdout).toBe(''),
    );
  });

  it('installs into an empty project as docs/client.md says, without a warning', async ({ skip }) => {
    const hasRegistry = await run('npm', ['view', 'graphql', 'version'], { timeout: 20_000 }).then(
      () => true,
      () => false,
    );
    if (!hasRegistry) skip('no registry answers here');
    const guide = await readFile(join(project, 'docs/client.md'), 'utf8');
    const [, settings] = guide.match(/```json\n(.*overrides.*)\n```/) ?? [];
    const [, command] = guide.match(/```sh\nnpm (install .*)\n```/) ?? [];
    const empty = join(folder.path, 'empty');
    await mkdir(empty);
    await writeFile(join(empty, 'package.json'), settings);
    const given = command.replace('./manyhead-0.1.0.tgz', packedFile);
    const { stderr } = await run('npm', [...given.split(' '), '--prefer-offline', '--no-audit'], { cwd: empty });
    expect(stderr).not.toContain('EBADENGINE');
    const { stdout } = await run('npx', ['manyhead', '--version'], { cwd: empty });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    await run(process.execPath, ['--input-type=module', '-e', USES], { cwd: empty });
  }, 300_000);

  it('gives the command line', async () => {
    const { stdout } = await run(process.execPath, [join(installed, 'dist/src/commands/main.js'), '--version']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
