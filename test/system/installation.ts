import { expect } from 'vitest';
import { kinds } from '../queue/kinds.js';
import {
  ask,
  data,
  finished,
  type Json,
  settingsOver,
  startApi,
  startWorker,
  TRAIN,
  temporaryFolder,
} from './stage.js';

/** An API, a worker and an embedded queue on a data folder of their own, and what is asked of them. */
export async function install() {
  const kind = kinds.find(({ name }) => name === 'embedded') ?? kinds[0];
  const [queue, folder] = await Promise.all([kind.prepare(), temporaryFolder()]);
  const environment = settingsOver(queue, folder.path);
  const [api, worker] = await Promise.all([startApi(environment), startWorker(environment)]);
  const query = (text: string, variables: object = {}): Promise<Json> => data(api.address, text, variables);
  /** The end of a job, with its warnings. */
  const ended = async (id: string): Promise<Json> => {
    const job = await finished(api.address, id);
    const { trainingJob } = await query('query($id: ID!) { trainingJob(id: $id) { warnings } }', { id });
    return { ...job, ...trainingJob };
  };
  return {
    query,
    ended,
    /** The error that is the answer. */
    refused: async (text: string, variables: object = {}): Promise<Json> =>
      (await ask(api.address, text, variables)).errors[0],
    /** A training that succeeds. */
    async trained(input: object): Promise<Json> {
      const { train } = await query(TRAIN, { input });
      const job = await ended(train.id);
      expect(job.status).toBe('SUCCEEDED');
      return job;
    },
    store: (name: string, examples: readonly object[]) =>
      query(
        'mutation Store($name: String!, $examples: [ExampleInput!]!) { createDataset(name: $name, examples: $examples) { rows } }',
        { name, examples },
      ),
    async close() {
      await Promise.all([api.running.end('SIGKILL'), worker.end('SIGKILL')]);
      await queue.remove();
      await folder.remove();
    },
  };
}

export type Installation = Awaited<ReturnType<typeof install>>;
