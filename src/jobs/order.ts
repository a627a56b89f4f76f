import { alikeLabels } from '../datasets/alike-labels.js';
import { checkExamples, type GivenExample } from '../datasets/check.js';
import { countTasks } from '../datasets/count.js';
import type { DatasetTask, Example } from '../datasets/example.js';
import type { Datasets } from '../datasets/store.js';
import { badInput, listed, shown } from '../errors.js';
import { type Reshape, reshapeDescription } from '../heads/reshape.js';
import { checkName } from '../names.js';
import { PRODUCTION } from '../registry/changes.js';
import type { PromotionPolicy } from '../registry/promotion.js';
import type { Registry } from '../registry/registry.js';
import { checkEncoder, type ModelVersion } from '../registry/version.js';
import type { Encoders } from '../serving/encoders.js';
import { checkReshape } from '../training/check-reshape.js';
import { checkHyperparameters, checkNumber, type GivenHyperparameters } from '../training/hyperparameters.js';
import { checkBackbone, type FreezePlan, freezePlan, learningOf, weightedTasks } from '../training/plan.js';
import type { LossWeighting, TrainingOrder } from './job.js';

/** A training as a caller asks for it. */
export interface GivenTraining {
  readonly model: string;
  readonly dataset: string | undefined;
  readonly examples: readonly GivenExample[] | undefined;
  readonly tasks: readonly string[] | undefined;
  readonly baseVersion: number | undefined;
  readonly reshape: Reshape;
  readonly freeze: {
    readonly backbone: 'FULL' | 'PARTIAL' | 'NONE';
    readonly frozenLayers: number | undefined;
    readonly heads: readonly string[];
  };
  readonly hyperparameters: GivenHyperparameters;
  readonly lossWeighting: LossWeighting['kind'];
  readonly lossWeights: readonly { readonly task: string; readonly weight: number }[] | undefined;
  readonly validationSplit: number;
  readonly seed: number;
  readonly promote: PromotionPolicy;
}

/** What checking a training looks things up in. */
export interface OrderRooms {
  readonly datasets: Datasets;
  readonly registry: Registry;
  readonly encoders: Pick<Encoders, 'pretrained' | 'describe'>;
}

/** A training that was checked, and whose rows may not be stored yet. */
export interface PlannedTraining {
  readonly order: Omit<TrainingOrder, 'datasetDigest'>;
  /** Rows it has. */
  readonly rows: number;
  readonly heads: FreezePlan['heads'];
  /** Of the encoder. */
  readonly layers: number;
  /** Stores the rows. @returns their digest */
  store(): Promise<string>;
}

/**
 * Checks a training in full and stores its rows, so that all that can be wrong with it is said before it is queued.
 * @throws ManyheadError BAD_USER_INPUT or NOT_FOUND naming the field, the value and what would be right
 */
export async function checkTraining(given: GivenTraining, rooms: OrderRooms): Promise<TrainingOrder> {
  const { order, store } = await planTraining(given, rooms);
  return { ...order, datasetDigest: await store() };
}

/**
 * Checks a training in full, and changes nothing.
 * @throws ManyheadError BAD_USER_INPUT or NOT_FOUND naming the field, the value and what would be right
 */
export async function planTraining(
  given: GivenTraining,
  { datasets, registry, encoders }: OrderRooms,
): Promise<PlannedTraining> {
  const model = checkName('model', given.model);
  const validationSplit = checkNumber('validationSplit', given.validationSplit, { least: 0, most: 0.9 });
  const seed = checkNumber('seed', given.seed, { whole: true, least: 0, most: 2 ** 31 - 1 });
  const rows = await rowsOf(given, datasets);
  const base = await baseOf(given, registry, encoders.pretrained.id);
  const reshape = checkReshape(given.reshape, base?.tasks ?? [], rows.field, tasksAmong(rows.tasks, given.tasks));
  const heads = (base?.tasks ?? []).flatMap((head) => reshapeDescription(head, reshape) ?? []);
  const { architecture, maxTokens } = await encoders.describe(base?.encoder);
  const freeze = { ...checkBackbone(given.freeze, architecture.layers), heads: given.freeze.heads };
  const encoderLearns = learningOf(freeze) !== undefined;
  const hyperparameters = checkHyperparameters(
    given.hyperparameters,
    rows.count,
    encoderLearns ? maxTokens : undefined,
  );
  const plan = freezePlan(
    { rowsField: rows.field, tasks: given.tasks, freeze, hiddenUnits: hyperparameters.hiddenUnits },
    rows.tasks,
    heads,
    architecture,
  );
  const tasks = given.tasks ?? rows.tasks.map(({ task }) => task);
  const lossWeighting = checkLossWeighting(given, weightedTasks(plan, freeze));
  const order = {
    kind: 'TRAIN',
    model,
    dataset: given.dataset,
    tasks,
    base: base?.number,
    reshape,
    freeze,
    hyperparameters,
    lossWeighting,
    validationSplit,
    seed,
    promote: given.promote,
    trainableParameters: plan.trainableParameters,
    frozenParameters: plan.frozenParameters,
    warnings: [
      ...labelsWithoutRows(plan, rows.tasks, rows.field),
      ...(encoderLearns ? leftBehind(plan) : []),
      ...labelsAlike(plan).filter((warning) => !rows.warnings.includes(warning)),
    ],
  } as const;
  return { order, rows: rows.count, heads: plan.heads, layers: architecture.layers, store: rows.store };
}

function tasksAmong(rows: readonly DatasetTask[], tasks: readonly string[] | undefined): readonly DatasetTask[] {
  const named = tasks && new Set(tasks);
  return rows.filter(({ task }) => named?.has(task) ?? true);
}

/** Labels that a head knew, will learn without, and so unlearns. */
const labelsWithoutRows = ({ heads }: FreezePlan, rows: readonly DatasetTask[], field: string): string[] =>
  heads.flatMap(({ role, head }) => {
    const there = new Set(rows.find(({ task }) => task === head.task)?.labels.map(({ label }) => label));
    const missing = role === 'learns' ? head.labels.filter((label) => !there.has(label)) : [];
    return missing.length === 0
      ? []
      : [
          `${field} has no row with ${listed(missing.map(shown), 5)} of task ${shown(head.task)}: the head keeps these labels, and will hardly give them. remove takes a label away, rename gives it another name.`,
        ];
  });

/** Heads that stay as they are while an encoder learns, and their vectors change under them. */
const leftBehind = ({ heads }: FreezePlan): string[] =>
  heads.flatMap(({ role, head }) =>
    role === 'untouched'
      ? [
          `the encoder learns without rows of task ${shown(head.task)}: the head stays as it is while its vectors change, nothing tells how well it does then, and IF_BETTER does not promote the version. Give rows of all its tasks to a model whose encoder learns.`,
        ]
      : [],
  );

/** Labels of a head that learns that may be meant as one: those of the rows, and of the version gone on from. */
const labelsAlike = ({ heads }: FreezePlan): string[] =>
  heads.flatMap(({ role, head }) => (role === 'learns' ? alikeLabels(head.task, head.labels) : []));

/** The rows, wherever the caller has them; those given right here are stored only once everything else was found right. */
async function rowsOf({ dataset, examples }: GivenTraining, datasets: Datasets) {
  if ((dataset === undefined) === (examples === undefined))
    throw badInput(
      'dataset',
      `${dataset === undefined ? 'neither dataset nor examples' : 'both dataset and examples'} given: give exactly one of the two.`,
    );
  if (dataset !== undefined) {
    const { tasks, digest, rows, warnings } = await datasets.get(dataset, 'dataset');
    return { field: 'dataset', tasks, count: rows, warnings, store: async () => digest };
  }
  const rows: readonly Example[] = checkExamples('examples', examples ?? []);
  return {
    field: 'examples',
    tasks: countTasks(rows),
    count: rows.length,
    warnings: [],
    store: () => datasets.putRows(rows),
  };
}

/** The version to go on from: the one named, else the one in production, else none. Its heads must read the same vectors. */
async function baseOf(
  { model, baseVersion }: GivenTraining,
  registry: Registry,
  encoderId: string,
): Promise<ModelVersion | undefined> {
  const number = baseVersion ?? (await registry.standing(model)).aliases[PRODUCTION];
  if (number === undefined) return undefined;
  const version = await registry.version(model, number, 'baseVersion');
  checkEncoder(version, encoderId, 'baseVersion');
  return version;
}

function checkLossWeighting({ lossWeighting, lossWeights }: GivenTraining, learning: readonly string[]): LossWeighting {
  if (lossWeighting !== 'FIXED') {
    if (lossWeights !== undefined)
      throw badInput(
        'lossWeights',
        `lossWeights are given while lossWeighting is ${lossWeighting}: leave them out, or make it FIXED.`,
      );
    return { kind: lossWeighting };
  }
  const given = lossWeights ?? [];
  given.forEach(({ task, weight }, index) => {
    const at = `lossWeights[${index}]`;
    if (!learning.includes(task))
      throw badInput(`${at}.task`, `${at}.task is ${shown(task)}: the tasks that learn are ${learning.join(', ')}.`);
    if (given.findIndex((each) => each.task === task) < index)
      throw badInput(`${at}.task`, `${at}.task is ${shown(task)} a second time: give one weight a task.`);
    checkNumber(`${at}.weight`, weight, { least: 0, above: true, most: 1000 });
  });
  const missing = learning.find((task) => !given.some((each) => each.task === task));
  if (missing !== undefined)
    throw badInput('lossWeights', `lossWeights has no weight for task ${shown(missing)}: with FIXED give one a task.`);
  return { kind: 'FIXED', weights: Object.fromEntries(given.map(({ task, weight }) => [task, weight])) };
}
