import { type DatasetTask, OUT_OF_SCOPE } from '../datasets/example.js';
import { type Architecture, parametersOf, tensorShapes } from '../encoder/architecture.js';
import { encoderParameters, type Learning, wordTable } from '../encoder/training/parameters.js';
import { badInput, shown } from '../errors.js';
import type { HeadDescription } from '../heads/file.js';
import { elementsOf } from '../onnx/tensor.js';

/** How much of the encoder keeps its weights: all of it, the embeddings and the first layers, or nothing. */
export type BackboneFreeze =
  | { readonly backbone: 'FULL' }
  | { readonly backbone: 'PARTIAL'; readonly frozenLayers: number }
  | { readonly backbone: 'NONE' };

/** What keeps its weights. */
export type Freeze = BackboneFreeze & {
  /** Tasks whose heads keep their weights. */
  readonly heads: readonly string[];
};

/** How much of the encoder learns; undefined where nothing of it does. */
export function learningOf(freeze: BackboneFreeze): Learning | undefined {
  switch (freeze.backbone) {
    case 'FULL':
      return undefined;
    case 'PARTIAL':
      return { kind: 'above', frozenLayers: freeze.frozenLayers };
    case 'NONE':
      return { kind: 'all' };
  }
}

/**
 * What becomes of one head: it learns (from the base version's weights where the base has it); it is frozen but measured on
 * the rows, and an encoder that learns is taught through it; or it is not in the rows and stays as it is.
 */
export interface HeadPlan {
  readonly role: 'learns' | 'frozen' | 'untouched';
  readonly head: HeadDescription;
  /** The base version's head of the same task. */
  readonly base: HeadDescription | undefined;
}

export interface FreezePlan {
  readonly heads: readonly HeadPlan[];
  readonly trainableParameters: number;
  readonly frozenParameters: number;
}

/** What the plan follows from. */
export interface PlanRequest {
  /** Which field of the input holds the rows, for messages: `dataset` or `examples`. */
  readonly rowsField: string;
  /** The tasks to train or measure; all of the rows' tasks when undefined. */
  readonly tasks: readonly string[] | undefined;
  readonly freeze: Freeze;
  /** Width of the hidden layer of heads that are new. */
  readonly hiddenUnits: number;
}

/**
 * What learns and what is fixed, decided once, by the API before it accepts a job and by the worker before it runs one.
 * @param rows the tasks of the rows
 * @param base the heads of the version to go on from; none for a new model
 * @throws ManyheadError BAD_USER_INPUT where the request contradicts itself, the rows or the base
 */
export function freezePlan(
  request: PlanRequest,
  rows: readonly DatasetTask[],
  base: readonly HeadDescription[],
  architecture: Architecture,
): FreezePlan {
  const { rowsField, tasks, freeze } = request;
  const names = rows.map(({ task }) => task);
  if (names.length === 0)
    throw badInput(rowsField, `${rowsField} has no labels: label its rows for at least one task.`);
  checkAmong('tasks', tasks ?? [], names, `the tasks of ${rowsField} are`);
  if (tasks?.length === 0)
    throw badInput('tasks', 'tasks is empty: name at least one, or leave it out for all of them.');
  const known = base.map(({ task }) => task);
  checkAmong(
    'freeze.heads',
    freeze.heads,
    known,
    known.length > 0 ? 'the heads to go on from are' : 'the model is new and has no heads to keep; heads are',
  );

  const chosen = rows.filter(({ task }) => tasks?.includes(task) ?? true);
  // The heads there were come first, as they were, so that predictions keep their order from version to version.
  const heads = [
    ...base.map((head): HeadPlan => {
      const labelled = chosen.find(({ task }) => task === head.task);
      return labelled ? planHead(request, labelled, head) : { role: 'untouched', head, base: head };
    }),
    ...chosen.filter(({ task }) => !known.includes(task)).map((task) => planHead(request, task, undefined)),
  ];
  const headParameters = (learns: boolean) =>
    heads
      .filter(({ role }) => (role === 'learns') === learns)
      .reduce((sum, { head }) => sum + parameterCount(head, architecture.hidden), 0);
  const learning = learnedParameters(architecture, freeze);
  return {
    heads,
    trainableParameters: learning + headParameters(true),
    frozenParameters: parametersOf(architecture) - learning + headParameters(false),
  };
}

/** Numbers of the encoder that learn. */
function learnedParameters(architecture: Architecture, freeze: Freeze): number {
  const learning = learningOf(freeze);
  if (learning === undefined) return 0;
  const table = learning.kind === 'all' ? elementsOf(tensorShapes(architecture).get(wordTable) ?? []) : 0;
  return encoderParameters(architecture, learning).reduce((sum, { shape }) => sum + elementsOf(shape), table);
}

/** The tasks whose losses are summed: those of the heads that learn, and of frozen ones that an encoder is taught through. */
export const weightedTasks = ({ heads }: FreezePlan, freeze: Freeze): readonly string[] =>
  heads
    .filter(({ role }) => role === 'learns' || (role === 'frozen' && learningOf(freeze) !== undefined))
    .map(({ head }) => head.task);

function planHead(
  { rowsField, freeze, hiddenUnits }: PlanRequest,
  rows: DatasetTask,
  base: HeadDescription | undefined,
): HeadPlan {
  const { task, kind } = rows;
  const learned = rows.labels.filter(({ label }) => label !== OUT_OF_SCOPE);
  if (base !== undefined) checkKind(rowsField, rows, base);
  const frozen = freeze.heads.indexOf(task);
  const known = new Set(base?.labels);
  const unknown = learned.filter(({ label }) => !known.has(label));
  if (base !== undefined && frozen >= 0) {
    if (unknown.length > 0)
      throw badInput(
        `freeze.heads[${frozen}]`,
        `freeze.heads[${frozen}] is ${shown(task)}: a frozen head cannot learn the label ${shown(unknown[0].label)} that ${rowsField} gives it.`,
      );
    return { role: 'frozen', head: base, base };
  }
  const lonely = learned.find(({ rows }) => rows < 2);
  if (lonely !== undefined)
    throw badInput(
      rowsField,
      `${rowsField} has one row with label ${shown(lonely.label)} of task ${shown(task)}: give every label at least 2.`,
    );
  const labels = [...(base?.labels ?? []), ...unknown.map(({ label }) => label)];
  const fewest = kind === 'SINGLE_LABEL' ? 2 : 1;
  if (labels.length < fewest)
    throw badInput(
      rowsField,
      `${rowsField} has ${labels.length} label(s) of task ${shown(task)}${labels.length === 1 ? `, ${shown(labels[0])}` : ''}: give at least ${fewest}.`,
    );
  return {
    role: 'learns',
    head: { task, kind, labels, temperature: 1, hiddenUnits: base?.hiddenUnits ?? hiddenUnits },
    base,
  };
}

/** @throws ManyheadError BAD_USER_INPUT where rows are labelled one way, and a head of the same task gives labels the other way */
export function checkKind(
  rowsField: string,
  { task, kind }: Pick<DatasetTask, 'task' | 'kind'>,
  head: Pick<HeadDescription, 'kind'>,
): void {
  if (head.kind !== kind)
    throw badInput(rowsField, `${rowsField} labels task ${shown(task)} as ${kind}: the model's head is ${head.kind}.`);
}

function checkAmong(field: string, given: readonly string[], there: readonly string[], what: string): void {
  given.forEach((name, index) => {
    const at = `${field}[${index}]`;
    if (!there.includes(name))
      throw badInput(at, `${at} is ${shown(name)}: ${what} ${there.join(', ') || 'made by training'}.`);
    if (given.indexOf(name) < index) throw badInput(at, `${at} is ${shown(name)} a second time: name each once.`);
  });
}

/**
 * How much of the encoder keeps its weights, as a caller says it.
 * @throws ManyheadError BAD_USER_INPUT where the layers do not fit the strategy or the encoder
 */
export function checkBackbone(
  given: { readonly backbone: BackboneFreeze['backbone']; readonly frozenLayers: number | undefined },
  layers: number,
): BackboneFreeze {
  const { backbone, frozenLayers } = given;
  const field = 'freeze.frozenLayers';
  if (backbone !== 'PARTIAL') {
    if (frozenLayers === undefined) return { backbone };
    const fixed = backbone === 'FULL' ? `all ${layers} layers` : 'none of the layers';
    throw badInput(field, `${field} is ${frozenLayers}, and freeze.backbone ${backbone} fixes ${fixed}: leave it out.`);
  }
  if (frozenLayers === undefined)
    throw badInput(field, `${field} is missing: with freeze.backbone PARTIAL give 0 to ${layers - 1}.`);
  if (!Number.isInteger(frozenLayers) || frozenLayers < 0 || frozenLayers >= layers)
    throw badInput(
      field,
      `${field} is ${frozenLayers}: give 0 to ${layers - 1}; the encoder has ${layers} layers, and freeze.backbone FULL fixes all of them.`,
    );
  return { backbone, frozenLayers };
}

const parameterCount = ({ labels, hiddenUnits }: HeadDescription, dimensions: number): number =>
  hiddenUnits === 0
    ? (dimensions + 1) * labels.length
    : (dimensions + 1) * hiddenUnits + (hiddenUnits + 1) * labels.length;
