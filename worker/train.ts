import { countTasks } from '../src/datasets/count.js';
import { describeHead } from '../src/heads/file.js';
import type { Head } from '../src/heads/head.js';
import { AS_IT_IS, reshapeHead } from '../src/heads/reshape.js';
import { startHead } from '../src/heads/start.js';
import type { TrainingOrder } from '../src/jobs/job.js';
import { lineageAfter } from '../src/registry/lineage.js';
import { checkEncoder, type VersionDraft } from '../src/registry/version.js';
import { calibrate, withCentres } from '../src/training/calibrate.js';
import { type Measured, measureHeldOut, measureUnchanged } from '../src/training/evaluate.js';
import type { Epoch } from '../src/training/fit.js';
import type { LossWeightChoice } from '../src/training/loss-weights.js';
import { reshapeReport, type TaskReport } from '../src/training/metrics.js';
import { type FreezePlan, freezePlan, learningOf, weightedTasks } from '../src/training/plan.js';
import { holdOut } from './hold-out.js';
import { type CutOff, learnEncoder } from './learn-encoder.js';
import { learnHeads } from './learn-heads.js';
import type { Base, Rooms } from './learned.js';
import type { JobReporter } from './reporter.js';

/** Everything a job has found out; nothing of it is on disk yet. */
export interface Trained {
  readonly reports: readonly TaskReport[];
  /** What makes them worth less than they seem. */
  readonly warnings: readonly string[];
  /** Undefined where nothing was to be learned: the job only measured. */
  readonly version: FinishedVersion | undefined;
}

export interface FinishedVersion {
  readonly draft: VersionDraft;
  readonly heads: readonly Head[];
  /** The files of an encoder that learned. */
  readonly encoderFolder: ReadonlyMap<string, Uint8Array> | undefined;
}

/**
 * One training job, from its rows to weights that are measured and ready to be saved.
 * @param cutOff where an earlier worker left the job, and where this one leaves it
 * @throws signal.reason when aborted, within a step
 */
export async function train(
  jobId: string,
  order: TrainingOrder,
  rooms: Rooms,
  cutOff: CutOff,
  reporter: JobReporter,
  signal: AbortSignal,
): Promise<Trained> {
  const examples = await rooms.datasets.rows(order.datasetDigest);
  const base = await baseOf(order, rooms);
  const { architecture } = await rooms.encoders.describe(base?.version.encoder);
  const plan = freezePlan(
    { rowsField: 'dataset', tasks: order.tasks, freeze: order.freeze, hiddenUnits: order.hyperparameters.hiddenUnits },
    countTasks(examples),
    base?.heads.map(describeHead) ?? [],
    architecture,
  );
  const weighted = weightedTasks(plan, order.freeze);
  const start = weighted.map((task) => startOf(task, plan, base, architecture.hidden, order.seed));
  const kept = (role: 'frozen' | 'untouched') =>
    (base?.heads ?? []).filter(({ task }) => plan.heads.some((each) => each.head.task === task && each.role === role));
  const { split, seed: splitSeed, warnings } = await holdOut(order, base, examples, start.length > 0, rooms);
  const lossWeights = lossWeightsFor(order, start);

  const learning = learningOf(order.freeze);
  const { encoder: hyperparameters } = order.hyperparameters;
  const reference = base?.version.encoder;
  const learned =
    learning === undefined || hyperparameters === undefined
      ? await learnHeads(order, examples, start, lossWeights, split, reference, rooms, reporter, signal)
      : await learnEncoder(
          order,
          { learning, hyperparameters, reference, ...cutOff },
          examples,
          start,
          lossWeights,
          split,
          rooms,
          reporter,
          signal,
        );

  reporter.begin('EVALUATING');
  const { rows } = learned;
  const calibrated = learned.heads.map((head) =>
    calibrate(withCentres(head, rows, split.training), rows, split.validation),
  );
  const inOrder = <T extends { readonly task: string }>(some: readonly T[]): T[] =>
    plan.heads.flatMap(({ head }) => some.filter(({ task }) => task === head.task));
  const reports = inOrder([
    ...calibrated.flatMap((head) => measureHeldOut(head, rows, split) ?? []),
    ...kept('frozen').flatMap((head) => measureUnchanged(head, rows, split) ?? []),
  ]);
  if (start.length === 0) {
    await reporter.epoch(measuredEpoch(reports));
    if (!reshapes(order)) return { reports, warnings, version: undefined };
  }
  const unchanged = [...kept('frozen'), ...kept('untouched')];
  // The centres of labels are directions of the encoder that was.
  const heads = inOrder<Head>([
    ...calibrated,
    ...(learned.encoderFolder ? unchanged.map(({ abstention: _, ...head }) => head) : unchanged),
  ]);
  // What was measured on the encoder before says nothing of one that changed.
  const unmeasured = learned.encoderFolder ? kept('untouched').map(({ task }) => task) : [];
  const untouched = (base?.reports ?? []).filter(
    ({ task }) => !unmeasured.includes(task) && !reports.some((report) => report.task === task),
  );
  const draft: VersionDraft = {
    model: order.model,
    parent: base?.version.number,
    ...(reshapes(order) && { reshape: order.reshape }),
    lineage: base ? await lineageAfter(base.version, rooms.registry) : [],
    jobId,
    tasks: heads.map((head) => ({
      ...describeHead(head),
      frozen: !learned.heads.some(({ task }) => task === head.task),
    })),
    encoder: learned.encoder,
    freeze: order.freeze,
    hyperparameters: order.hyperparameters,
    lossWeighting: order.lossWeighting.kind,
    lossWeights:
      lossWeights === 'UNCERTAINTY' ? {} : Object.fromEntries(start.map(({ task }, h) => [task, lossWeights[h]])),
    learnedTasks: order.tasks,
    validationSplit: order.validationSplit,
    seed: order.seed,
    splitSeed,
    warnings,
    dataset: order.dataset,
    datasetDigest: order.datasetDigest,
    metrics: inOrder([...reports, ...untouched]),
    libraries: rooms.libraries,
    seconds: reporter.seconds(),
  };
  return { reports, warnings, version: { draft, heads, encoderFolder: learned.encoderFolder } };
}

async function baseOf(order: TrainingOrder, { encoders, registry }: Rooms): Promise<Base | undefined> {
  const { model, base } = order;
  if (base === undefined) return undefined;
  const version = await registry.version(model, base);
  checkEncoder(version, encoders.pretrained.id, 'baseVersion');
  const { reshape = AS_IT_IS } = order;
  return {
    version,
    heads: (await registry.heads(version)).flatMap((head) => reshapeHead(head, reshape) ?? []),
    reports: version.metrics.flatMap((report) => reshapeReport(report, reshape) ?? []),
  };
}

const reshapes = ({ reshape = AS_IT_IS }: TrainingOrder): boolean => reshape.remove.length + reshape.rename.length > 0;

/** The weights that a head takes part with: those it has, where it is frozen. */
function startOf(task: string, { heads }: FreezePlan, base: Base | undefined, dimensions: number, seed: number): Head {
  const plan = heads.find(({ head }) => head.task === task);
  const before = base?.heads.find((head) => head.task === task);
  if (plan?.role === 'frozen' && before) return before;
  if (plan === undefined) throw new Error(`there is no plan for task ${task}`);
  return startHead(plan.head, before, dimensions, seed);
}

/** EQUAL: the same for every task, 1 in all. */
function lossWeightsFor({ lossWeighting }: TrainingOrder, start: readonly Head[]): LossWeightChoice {
  switch (lossWeighting.kind) {
    case 'EQUAL':
      return start.map(() => 1 / start.length);
    case 'FIXED':
      return start.map(({ task }) => lossWeighting.weights[task]);
    case 'UNCERTAINTY':
      return 'UNCERTAINTY';
  }
}

/** What a job that only measures leaves in its history. */
const measuredEpoch = (reports: readonly Measured[]): Epoch => ({
  epoch: 0,
  trainLoss: 0,
  validationLoss: reports.reduce((sum, { loss }) => sum + loss, 0) / reports.length,
  tasks: reports.map(({ task, loss, accuracy, macroF1, support }) => ({
    task,
    trainLoss: undefined,
    loss,
    accuracy,
    macroF1,
    support,
    lossWeight: 0,
  })),
  examplesPerSecond: 0,
});
