import { countTasks } from '../src/datasets/count.js';
import { type Example, labelsOf } from '../src/datasets/example.js';
import type { Datasets } from '../src/datasets/store.js';
import type { Encoder } from '../src/encoder/open.js';
import { describeHead } from '../src/heads/file.js';
import type { Head } from '../src/heads/head.js';
import { startHead } from '../src/heads/start.js';
import type { TrainingJob, TrainingOrder } from '../src/jobs/job.js';
import { RandomGenerator } from '../src/random/generator.js';
import { decidePromotion, type PromotionDecision } from '../src/registry/promotion.js';
import { PRODUCTION, type Registry } from '../src/registry/registry.js';
import { checkEncoder, type ModelVersion, type VersionDraft } from '../src/registry/version.js';
import { calibrate, type Measured, measure } from '../src/training/evaluate.js';
import { type Epoch, fitHeads } from '../src/training/fit.js';
import type { TaskReport } from '../src/training/metrics.js';
import { type FreezePlan, freezePlan } from '../src/training/plan.js';
import type { EmbeddedRows } from '../src/training/rows.js';
import { type Split, stratifiedSplit } from '../src/training/split.js';
import type { JobReporter } from './reporter.js';

/** What a job works with. */
export interface Rooms {
  readonly encoder: Encoder;
  readonly datasets: Datasets;
  readonly registry: Registry;
  readonly libraries: Readonly<Record<string, string>>;
}

/** Everything a job has found out; nothing of it is on disk yet. */
export interface Trained {
  readonly reports: readonly TaskReport[];
  /** Undefined where nothing was to be learned: the job only measured. */
  readonly version: { readonly draft: VersionDraft; readonly heads: readonly Head[] } | undefined;
}

/**
 * One training job, from its rows to heads that are measured and ready to be saved.
 * @throws signal.reason when aborted, within a step
 */
export async function train(
  job: TrainingJob,
  rooms: Rooms,
  reporter: JobReporter,
  signal: AbortSignal,
): Promise<Trained> {
  const { order } = job;
  const examples = await rooms.datasets.rows(order.datasetDigest);
  const base = order.base === undefined ? undefined : await rooms.registry.version(order.model, order.base);
  if (base !== undefined) checkEncoder(base, rooms.encoder.id, 'baseVersion');
  const baseHeads = base === undefined ? [] : await rooms.registry.heads(base);
  const plan = freezePlan(
    { rowsField: 'dataset', tasks: order.tasks, freeze: order.freeze, hiddenUnits: order.hyperparameters.hiddenUnits },
    countTasks(examples),
    base?.tasks ?? [],
    rooms.encoder,
  );
  const start = plan.heads.flatMap(({ role, head }) =>
    role === 'learns'
      ? [
          startHead(
            head,
            baseHeads.find(({ task }) => task === head.task),
            rooms.encoder.dimensions,
            order.seed,
          ),
        ]
      : [],
  );
  const kept = (role: 'frozen' | 'untouched') =>
    baseHeads.filter(({ task }) => plan.heads.some((each) => each.head.task === task && each.role === role));
  // Where nothing learns every row only measures.
  const split = splitOf(order, examples, start.length > 0 ? order.validationSplit : 1);

  const rows = await reporter.phase('EMBEDDING', () => embed(examples, rooms.encoder, reporter, signal));
  const learned = await reporter.phase('TRAINING', () =>
    fitHeads(start, rows, split, {
      hyperparameters: order.hyperparameters,
      lossWeights: start.map(({ task }) => lossWeightOf(order, task, start.length)),
      seed: order.seed,
      signal,
      onStep: reporter.step,
      onEpoch: reporter.epoch,
    }),
  );
  return reporter.phase('EVALUATING', async () => {
    const calibrated = learned.map((head) => calibrate(head, rows, split.validation));
    const reports = [...calibrated, ...kept('frozen')].flatMap((head) => measure(head, rows, split.validation) ?? []);
    if (calibrated.length === 0) {
      await reporter.epoch(measuredEpoch(reports));
      return { reports, version: undefined };
    }
    const heads = [...calibrated, ...kept('frozen'), ...kept('untouched')];
    const promotion = decidePromotion(order.promote, reports, await servingReports(order, rooms, rows, split));
    return { reports, version: { draft: draftOf(job, plan, heads, reports, promotion, base, rooms, reporter), heads } };
  });
}

/** Rows are told apart by all the labels they have, so that every label keeps its share on both sides. */
function splitOf({ tasks, seed }: TrainingOrder, examples: readonly Example[], validationSplit: number): Split {
  if (validationSplit === 1) return { training: [], validation: [...examples.keys()] };
  const labels = examples.map((example) =>
    tasks.flatMap((task) => (labelsOf(example, task) ?? []).map((label) => `${task} ${label}`)),
  );
  return stratifiedSplit(labels, validationSplit, RandomGenerator.seeded(seed, 'split'));
}

async function embed(
  examples: readonly Example[],
  encoder: Encoder,
  reporter: JobReporter,
  signal: AbortSignal,
): Promise<EmbeddedRows> {
  const { dimensions } = encoder;
  const vectors = new Float32Array(examples.length * dimensions);
  const encoded = await encoder.encode(
    examples.map(({ text }) => text),
    { signal, onProgress: (done) => reporter.embedded(done, examples.length) },
  );
  encoded.forEach(({ vector }, row) => {
    vectors.set(vector, row * dimensions);
  });
  return { examples, vectors, dimensions };
}

/** EQUAL: the same for every task, 1 in all. */
const lossWeightOf = ({ lossWeighting }: TrainingOrder, task: string, tasks: number): number =>
  lossWeighting.kind === 'EQUAL' ? 1 / tasks : lossWeighting.weights[task];

/** What a job that only measures leaves in its history. */
const measuredEpoch = (reports: readonly Measured[]): Epoch => ({
  epoch: 0,
  trainLoss: 0,
  validationLoss: reports.reduce((sum, { loss }) => sum + loss, 0) / reports.length,
  tasks: reports.map(({ task, loss, accuracy, macroF1, support }) => ({
    task,
    loss,
    accuracy,
    macroF1,
    support,
    lossWeight: 0,
  })),
  examplesPerSecond: 0,
});

/** How the version that is served does on the same rows; undefined where none is, or its vectors come from another encoder. */
async function servingReports(
  { model }: TrainingOrder,
  { registry, encoder }: Rooms,
  rows: EmbeddedRows,
  { validation }: Split,
) {
  const number = (await registry.aliases(model))[PRODUCTION];
  const version = number === undefined ? undefined : await registry.version(model, number);
  if (version?.encoder.id !== encoder.id) return undefined;
  const heads = await registry.heads(version);
  return { number: version.number, reports: heads.flatMap((head) => measure(head, rows, validation) ?? []) };
}

function draftOf(
  { id, order }: TrainingJob,
  plan: FreezePlan,
  heads: readonly Head[],
  reports: readonly TaskReport[],
  promotion: PromotionDecision,
  base: ModelVersion | undefined,
  { encoder, libraries }: Rooms,
  reporter: JobReporter,
): VersionDraft {
  const learns = (task: string) => plan.heads.some(({ role, head }) => role === 'learns' && head.task === task);
  const untouched = (base?.metrics ?? []).filter(({ task }) => !reports.some((report) => report.task === task));
  return {
    model: order.model,
    parent: base?.number,
    jobId: id,
    tasks: heads.map((head) => ({ ...describeHead(head), frozen: !learns(head.task) })),
    encoder: {
      id: encoder.id,
      base: encoder.base,
      fineTuned: false,
      dimensions: encoder.dimensions,
      maxTokens: encoder.maxTokens,
    },
    freeze: order.freeze,
    hyperparameters: order.hyperparameters,
    lossWeights: Object.fromEntries(
      heads.flatMap(({ task }) =>
        learns(task)
          ? [[task, lossWeightOf(order, task, plan.heads.filter(({ role }) => role === 'learns').length)]]
          : [],
      ),
    ),
    validationSplit: order.validationSplit,
    seed: order.seed,
    dataset: order.dataset,
    datasetDigest: order.datasetDigest,
    metrics: [...reports, ...untouched],
    promotion,
    libraries,
    seconds: reporter.seconds(),
  };
}
