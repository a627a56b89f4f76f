import { kinds } from '../queue/kinds.js';
import { type Running, run, settingsOver, startApi, startWorker, temporaryFolder } from '../system/stage.js';

const embedded = kinds.find(({ name }) => name === 'embedded') ?? kinds[0];

/** An API and workers as processes of their own, which a story can end one by one, over a queue; nothing is trained yet. */
export async function startProcesses() {
  const [queue, folder] = await Promise.all([embedded.prepare(), temporaryFolder()]);
  const environment = settingsOver(queue, folder.path);
  const workers: Running[] = [];
  const addWorker = async (): Promise<Running> => {
    const worker = await startWorker(environment);
    workers.push(worker);
    return worker;
  };
  const first = await Promise.all([startApi({ ...environment }), addWorker()]);
  let [api] = [first[0].running];
  const address = first[0].address;
  return {
    address,
    /** Where all of them keep what they store. */
    folder: folder.path,
    workers,
    addWorker,
    /** SIGKILL, and the same API at the same address again, once `meanwhile` is over. */
    async restartApi(meanwhile: () => Promise<void> = async () => {}) {
      await api.end('SIGKILL');
      await meanwhile();
      api = run('src/server.js', { ...environment, PORT: new URL(address).port });
      await api.says(/"msg":"ready"/);
    },
    async close() {
      await Promise.all([api, ...workers].map((each) => each.end('SIGKILL')));
      await queue.remove();
      await folder.remove();
    },
  };
}
