import { execFile, spawnSync } from 'node:child_process';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { data, finished, type Json, temporaryFolder } from '../system/stage.js';
import { type Product, project, startProduct } from './product.js';

const has = (program: string, ...given: string[]): boolean => spawnSync(program, given).status === 0;
const isMissing = !(has('curl', '--json', '', '--version') && has('jq', '--version')) && !process.env.CI;
if (isMissing) console.warn('SKIPPED: no curl from 7.82 on, or no jq, so no curl line of the pages was run.');

/** The lines of a shell in the comment at the head of an example, if there are any. */
function shellOf(example: string): string | undefined {
  const lines = example.split('\n').filter((line) => /^# {3}\S|^# {5}/.test(line));
  return lines.length > 0 ? lines.map((line) => line.slice(4)).join('\n') : undefined;
}

/** The blocks of a shell with curl in it on a page. */
const blocksOf = (page: string): string[] =>
  [...page.matchAll(/^```sh\n(.*?)^```/gms)].map(([, code]) => code).filter((code) => /\bcurl\b/.test(code));

describe.skipIf(isMissing)('curl', () => {
  let product: Product;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
    await cp(`${project}examples`, join(folder.path, 'examples'), { recursive: true });
    await writeFile(join(folder.path, 'rows.csv'), 'text,topic\nWhere is it?,place\nWhen is it?,time\n');
    await writeFile(join(folder.path, 'rows.jsonl'), '{"text":"Where is it?","topic":"place"}\n');
    product = await startProduct({ STARTER: 'on' });
    const [{ id }] = (await data(product.address, '{ trainingJobs { nodes { id } } }')).trainingJobs.nodes;
    await finished(product.address, id);
  }, 120_000);
  afterAll(async () => {
    await product?.stop();
    await folder?.remove();
  });

  /** What lines of a page or of an example answer, run where the page's reader would be. */
  const run = async (lines: string): Promise<string> => {
    const here = lines.replaceAll(/\b(localhost|127\.0\.0\.1):4000\b/g, new URL(product.address).host);
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-euo', 'pipefail', '-c', here], {
      cwd: folder.path,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, MANYHEAD_URL: product.address },
      timeout: 30_000,
    });
    expect(stdout).not.toBe('');
    expect(stdout).not.toMatch(/"errors?":/);
    return stdout;
  };

  it('sends every example as its head says, in the order of a newcomer', { timeout: 120_000 }, async () => {
    const example = (name: string) => readFile(`${project}examples/${name}.graphql`, 'utf8');
    const send = async (name: string, job = ''): Promise<Json> => {
      const lines = shellOf(await example(name))?.replaceAll('JOB_ID', job);
      if (lines === undefined) throw new Error(`${name} has no line for a shell`);
      // What the last of the commands answered.
      const answer = await run(lines);
      return JSON.parse(answer.slice(answer.lastIndexOf('{"data":'))).data;
    };
    expect((await send('embed')).embed[0].vector).toHaveLength(8);
    expect((await send('classify')).classify[0].predictions.length).toBe(2);
    expect((await send('explain')).explain.length).toBeGreaterThan(0);
    expect((await send('similarity')).chunk.length).toBeGreaterThan(1);
    const { train } = await send('train');
    await finished(product.address, train.id);
    expect((await send('follow-job', train.id)).trainingJob).toEqual({ status: 'SUCCEEDED', progress: 1 });
    expect((await send('promote')).promote.production.number).toBe(1);
    expect((await send('create-dataset')).createDataset.rows).toBe(4);
    const tuned = (await send('fine-tune')).train;
    expect((await finished(product.address, tuned.id)).version.number).toBe(2);
    expect((await send('compare')).compareVersions.rows).toBe(4);
    const sent = 10;
    expect((await readdir(`${project}examples`)).filter((name) => name.endsWith('.graphql'))).toHaveLength(sent);
  });

  it('does what each page says it does', async () => {
    const pages = (await readdir(`${project}docs`))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`);
    let blocks = 0;
    for (const page of ['README.md', ...pages])
      for (const block of blocksOf(await readFile(`${project}${page}`, 'utf8'))) {
        await run(block).catch((error: unknown) => {
          throw new Error(`${page}:\n${block}`, { cause: error });
        });
        blocks += 1;
      }
    expect(blocks).toBeGreaterThan(5);
  });
});
