import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import {
  data,
  easyRows,
  finished,
  type Json,
  type Running,
  settingsOver,
  startApi,
  startWorker,
  TRAIN,
  temporaryFolder,
} from './stage.js';

/** What refers comes before what it refers to, as more of that may come while the copy is made. */
const PARTS = ['access', 'jobs', 'models', 'encoders', 'projections', 'datasets', 'format.json'];

const COMMAND = fileURLToPath(new URL('../../dist/src/commands/main.js', import.meta.url));

async function copyParts(from: string, to: string): Promise<void> {
  for (const part of PARTS)
    if (existsSync(join(from, part))) await cp(join(from, part), join(to, part), { recursive: true });
}

/** docs/operations.md says what is tried here. */
describe('a data folder that is copied while everything runs', () => {
  const queues: RunningQueue[] = [];
  const running: Running[] = [];
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let address: string;

  /** An API and a worker on a data folder, with a queue that knows nothing of it. */
  const startOn = async (dataFolder: string): Promise<string> => {
    const queue = await kinds[0].prepare();
    queues.push(queue);
    const environment = settingsOver(queue, dataFolder);
    const [api, worker] = await Promise.all([startApi(environment), startWorker(environment)]);
    running.push(api.running, worker);
    return api.address;
  };

  beforeAll(async () => {
    folder = await temporaryFolder();
    address = await startOn(join(folder.path, 'data'));
  });
  afterAll(async () => {
    await Promise.all(running.map((each) => each.end('SIGKILL')));
    await Promise.all(queues.map((queue) => queue.remove()));
    await folder.remove();
  });

  it('serves elsewhere what it served, and ends the jobs that were under way', { timeout: 180_000 }, async () => {
    const small = { model: 'kept', examples: easyRows(30), hyperparameters: { epochs: 20 } };
    const made = await finished(address, (await data(address, TRAIN, { input: small })).train.id);
    expect(made).toMatchObject({ status: 'SUCCEEDED', promotion: { promoted: true } });
    const classify =
      '{ classify(model: "kept", texts: ["I love this wonderful cherry."]) { version predictions { label confidence } } }';
    const before = (await data(address, classify)).classify;
    const long = { ...small, hyperparameters: { epochs: 150, patience: 150 }, promote: 'NEVER' };
    const { train: under } = await data(address, TRAIN, { input: long });
    const status = async (): Promise<Json> =>
      (await data(address, 'query($id: ID!) { trainingJob(id: $id) { status history { epoch } } }', { id: under.id }))
        .trainingJob;
    await eventually('the job to be in the middle', async () => (await status()).history.length > 0, 40_000);

    const copy = join(folder.path, 'copy');
    await copyParts(join(folder.path, 'data'), copy);
    const restored = await startOn(copy);
    expect((await data(restored, classify)).classify).toEqual(before);
    expect(await finished(restored, under.id)).toMatchObject({ status: 'SUCCEEDED', version: { number: 2 } });
    const { models, trainingJobs } = await data(restored, '{ models { name } trainingJobs { totalCount } }');
    expect([models, trainingJobs.totalCount]).toEqual([[{ name: 'kept' }], 2]);
    await rm(copy, { recursive: true, force: true, maxRetries: 5 });
  });

  it('opens to the same keys elsewhere, and to nobody else', async () => {
    const [original, copy] = [join(folder.path, 'locked'), join(folder.path, 'locked copy')];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [COMMAND, 'keys', 'create', 'ann', '--scope', 'read'],
      {
        env: { PATH: process.env.PATH, DATA_DIR: original },
      },
    );
    await copyParts(original, copy);
    const queue = await kinds[0].prepare();
    queues.push(queue);
    const api = await startApi({ ...settingsOver(queue, copy), ACCESS: 'open' });
    running.push(api.running);
    const statusOf = async (headers: Record<string, string>) =>
      (await fetch(`${api.address}/metrics`, { headers })).status;
    expect(await statusOf({})).toBe(401);
    expect(await statusOf({ authorization: `Bearer ${stdout.trim()}` })).toBe(200);
  });
});
