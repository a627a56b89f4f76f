import type { FieldProblems } from '../../graphql/field-problems';
import type { VariablesOf } from '../../graphql/graphql';
import { exampleInputs, type Pasted, pastedRows } from '../../rows/pasted';
import type { TRAIN } from './operations';

export type TrainInput = VariablesOf<typeof TRAIN>['input'];
export type Backbone = 'FULL' | 'PARTIAL' | 'NONE';
export type LossWeighting = 'EQUAL' | 'FIXED' | 'UNCERTAINTY';
export type PromotionPolicy = 'ALWAYS' | 'IF_BETTER' | 'NEVER';

const hyperparameterNames = [
  'epochs',
  'batchSize',
  'headLearningRate',
  'encoderLearningRate',
  'weightDecay',
  'warmupRatio',
  'dropout',
  'maxGradNorm',
  'hiddenUnits',
  'patience',
  'maxTokens',
] as const;
export type HyperparameterName = (typeof hyperparameterNames)[number];

/** The form as it is being filled in: what is typed stays as it is typed. */
export interface Draft {
  readonly source: 'dataset' | 'pasted';
  readonly dataset: string;
  readonly pasted: string;
  readonly model: string;
  /** Tasks of the data set that are left out. */
  readonly leftOut: readonly string[];
  /** Empty: what `production` points to. */
  readonly baseVersion: string;
  readonly backbone: Backbone;
  readonly frozenLayers: number;
  readonly frozenHeads: readonly string[];
  readonly hyperparameters: Readonly<Partial<Record<HyperparameterName, string>>>;
  readonly lossWeighting: LossWeighting;
  readonly lossWeights: Readonly<Record<string, string>>;
  readonly validationSplit: string;
  readonly seed: string;
  readonly promote: PromotionPolicy;
}

export const firstDraft = (search: URLSearchParams): Draft => ({
  source: 'dataset',
  dataset: search.get('dataset') ?? '',
  pasted: '',
  model: search.get('model') ?? 'default',
  leftOut: [],
  baseVersion: search.get('version') ?? '',
  backbone: 'FULL',
  frozenLayers: 4,
  frozenHeads: [],
  hyperparameters: {},
  lossWeighting: 'EQUAL',
  lossWeights: {},
  validationSplit: '0.1',
  seed: '42',
  promote: 'IF_BETTER',
});

/** What a draft comes to: the input, or the fields in which no number stands. */
export interface Reading {
  readonly input: TrainInput | undefined;
  readonly pasted: Pasted;
  readonly problems: FieldProblems;
}

/**
 * The input that a draft stands for, without what the server would take anyway.
 * @param tasks of the rows
 */
export function readDraft(draft: Draft, tasks: readonly string[]): Reading {
  const problems: Record<string, string> = {};
  const number = (field: string, typed: string, whole = false): number | undefined => {
    const value = Number(typed);
    if (typed.trim() === '') return undefined;
    if (Number.isFinite(value) && (!whole || Number.isInteger(value))) return value;
    problems[field] = whole ? 'Give a whole number.' : 'Give a number.';
    return undefined;
  };
  const pasted = draft.source === 'pasted' ? pastedRows(draft.pasted) : { examples: [], problem: undefined };
  const { frozenHeads, backbone, frozenLayers, lossWeighting } = draft;
  const chosen = tasks.filter((task) => !draft.leftOut.includes(task));
  const settings = Object.fromEntries(
    hyperparameterNames.flatMap((name) => {
      if (backbone === 'FULL' && (name === 'encoderLearningRate' || name === 'maxTokens')) return [];
      const value = number(`hyperparameters.${name}`, draft.hyperparameters[name] ?? '', wholeNames.has(name));
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const validationSplit = number('validationSplit', draft.validationSplit);
  const seed = number('seed', draft.seed, true);
  const baseVersion = number('baseVersion', draft.baseVersion, true);
  const lossWeights = chosen.flatMap((task, place) => {
    const weight = number(`lossWeights[${place}]`, draft.lossWeights[task] ?? '1');
    return weight === undefined ? [] : [{ task, weight }];
  });
  const input: TrainInput = {
    model: draft.model.trim(),
    ...(draft.source === 'dataset' ? { dataset: draft.dataset } : { examples: exampleInputs(pasted.examples) }),
    ...(draft.leftOut.length > 0 && { tasks: chosen }),
    ...(baseVersion !== undefined && { baseVersion }),
    freeze: {
      backbone,
      ...(backbone === 'PARTIAL' && { frozenLayers }),
      ...(frozenHeads.length > 0 && { heads: [...frozenHeads] }),
    },
    ...(Object.keys(settings).length > 0 && { hyperparameters: settings }),
    ...(lossWeighting !== 'EQUAL' && { lossWeighting }),
    ...(lossWeighting === 'FIXED' && { lossWeights }),
    ...(validationSplit !== undefined && validationSplit !== 0.1 && { validationSplit }),
    ...(seed !== undefined && seed !== 42 && { seed }),
    promote: draft.promote,
  };
  const hasRows = draft.source === 'dataset' ? draft.dataset !== '' : pasted.examples.length > 0;
  return { input: hasRows && Object.keys(problems).length === 0 ? input : undefined, pasted, problems };
}

export const wholeNames: ReadonlySet<HyperparameterName> = new Set([
  'epochs',
  'batchSize',
  'hiddenUnits',
  'patience',
  'maxTokens',
]);
