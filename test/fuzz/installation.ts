import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../eventually.js';
import { kinds } from '../queue/kinds.js';
import { data, easyRows, finished, startApi, startWorker, TRAIN, temporaryFolder } from '../system/stage.js';

const CREATE =
  'mutation Create($name: String!, $examples: [ExampleInput!]!) { createDataset(name: $name, examples: $examples) { digest } }';

/** An API and a worker on the embedded queue, with data sets and a model: something to shoot at. */
export async function openInstallation(environment: Record<string, string> = {}) {
  const queue = await (kinds.find(({ name }) => name === 'embedded') ?? kinds[0]).prepare();
  const folder = await temporaryFolder();
  const settings: Record<string, string> = { DATA_DIR: folder.path, STARTER: 'off', ...environment, ...queue.settings };
  const preload = { NODE_OPTIONS: `--import=${new URL('collect.child.mjs', import.meta.url)}` };
  const [api, worker] = await Promise.all([startApi({ ...settings, ...preload }), startWorker(settings)]);
  const { address } = api;

  /** What requests may have taken away, and others need. */
  const restock = async (): Promise<void> => {
    for (const name of ['easy', 'other', 'scratch']) await data(address, CREATE, { name, examples: easyRows(24) });
  };
  /** Jobs that were asked for in passing need not be done. */
  const cancelJobs = async (): Promise<void> => {
    const { trainingJobs } = await data(
      address,
      '{ trainingJobs(first: 1000, status: [QUEUED, RUNNING]) { nodes { id } } }',
    );
    for (const { id } of trainingJobs.nodes)
      await data(address, 'mutation Cancel($id: ID!) { cancelTraining(id: $id) { id } }', { id }).catch(() => {});
  };

  let asked = 0;
  await restock();
  for (const model of ['easy', 'default']) {
    const input = { model, dataset: 'easy', hyperparameters: { epochs: 3 } };
    const { train } = await data(address, TRAIN, { input });
    await finished(address, train.id);
  }
  return {
    ...api,
    worker,
    port: Number(new URL(address).port),
    folder: folder.path,
    queueFolder: settings.QUEUE_DIR ?? '',
    restock,
    cancelJobs,
    /** Whether both processes live, by the API's own word within a second, and the worker's exit code. */
    async isAlive(): Promise<boolean> {
      const answer = await fetch(`${address}/livez`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
      return answer?.ok === true && worker.child.exitCode === null && worker.child.signalCode === null;
    },
    /** What the API holds in memory once its garbage is collected, in bytes. */
    async memory(): Promise<{ readonly rss: number; readonly heapUsed: number }> {
      asked += 1;
      api.running.child.kill('SIGUSR2');
      const [line] = await api.running.says(new RegExp(`\\{"asked":${asked},.*\\}`));
      return JSON.parse(line);
    },
    /** What the API's descriptors are open on, such as `socket:[4711]` or the path of a file. */
    async descriptors(): Promise<readonly string[]> {
      const folder = `/proc/${api.running.child.pid}/fd`;
      const names = await readdir(folder);
      // Some are closed between the two.
      return Promise.all(names.map((name) => readlink(join(folder, name)).catch(() => 'closed')));
    },
    /** Waits until nothing is left half-written in the data folder. */
    settled: () =>
      eventually(
        'nothing half-written to be left',
        async () => (await readdir(join(folder.path, '.unfinished'))).length === 0,
      ),
    async close(): Promise<void> {
      await Promise.all([api.running, worker].map((running) => running.end('SIGKILL')));
      await queue.remove();
      await folder.remove();
    },
  };
}

export type Installation = Awaited<ReturnType<typeof openInstallation>>;
