import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderStore } from '../src/artifacts/folder.js';
import { readConfig } from '../src/config.js';
import type { Example } from '../src/datasets/example.js';
import { datasetsOn } from '../src/datasets/store.js';
import { storedVectorsOn } from '../src/datasets/vectors.js';
import { readyTensorFlow } from '../src/heads/tensorflow.js';
import { checkTraining, type GivenTraining } from '../src/jobs/order.js';
import { jobRecordsOn } from '../src/jobs/records.js';
import { openLog } from '../src/log.js';
import { projectionsOn } from '../src/projections/projections.js';
import { storedEncodersOn } from '../src/registry/encoders.js';
import { registryOn } from '../src/registry/registry.js';
import { openEncoders } from '../src/serving/encoders.js';
import { measure } from '../src/training/evaluate.js';
import { embed } from '../worker/embed.js';
import type { Rooms } from '../worker/learned.js';
import { jobReporter } from '../worker/reporter.js';
import { train } from '../worker/train.js';

/** Jobs as a worker runs them, in a folder of their own. */
export async function openJobs() {
  const folder = await mkdtemp(join(tmpdir(), 'manyhead-bench-'));
  const config = readConfig({ DATA_DIR: folder });
  const store = folderStore(folder);
  const encoders = await openEncoders(config, storedEncodersOn(store));
  const records = jobRecordsOn(store);
  const rooms: Rooms = {
    encoders,
    datasets: datasetsOn(store),
    vectors: storedVectorsOn(store),
    projections: projectionsOn(store),
    registry: registryOn(store),
    libraries: { '@tensorflow/tfjs': await readyTensorFlow() },
    trainingThreads: config.trainingThreads,
  };
  const signal = new AbortController().signal;
  return {
    /** Trains, and measures the version as it would be served on rows of its own, a report a head. */
    async run(given: GivenTraining, test: readonly Example[]) {
      const order = await checkTraining(given, rooms);
      const job = await records.create(order, 'bench');
      const reporter = jobReporter(job, records, openLog('bench', 'silent'), () => {});
      const handingOn = new AbortController().signal;
      const cutOff = { resume: async () => undefined, onCheckpoint: async () => {}, handingOn };
      const { version } = await train(job.id, order, rooms, cutOff, reporter, signal);
      if (version === undefined) throw new Error('nothing was learned');
      const { encoder } = await rooms.registry.publish(version.draft, version.heads, version.encoderFolder);
      const all = [...test.keys()];
      const rows = await encoders.use(encoder, (open) => embed(test, all, open, signal, () => {}));
      const reports = version.heads.flatMap((head) => measure(head, rows, all) ?? []);
      return { reports, history: await records.history(job), seconds: reporter.seconds() };
    },
    async close() {
      await encoders.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Rows of a file of `{"text", "label"}`, labelled for one task, `label`. */
export async function rowsOf(path: string): Promise<Example[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter(Boolean);
  return lines.map((line) => {
    const { text, label }: { text: string; label: string } = JSON.parse(line);
    return { text, labels: { label } };
  });
}

/** Rows as a caller of the API writes them. */
export const given = (rows: readonly Example[]): NonNullable<GivenTraining['examples']> =>
  rows.map(({ text, labels }) => ({
    text,
    labels: Object.entries(labels).map(([task, label]) => ({ task, label: String(label) })),
  }));

export const percent = (share: number | undefined): string => (100 * (share ?? Number.NaN)).toFixed(2);

export const print = (line: string): void => void process.stdout.write(`${line}\n`);
