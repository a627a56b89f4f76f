import type { TrainingOrder } from '#src/jobs/job.js';
import { draft } from '../registry/draft.js';

/** A training of the model that `draft` makes versions of. */
export function trainingOrder(base?: number): TrainingOrder {
  const { model, freeze, hyperparameters, validationSplit, seed } = draft();
  return {
    kind: 'TRAIN',
    model,
    dataset: undefined,
    datasetDigest: 'gone',
    tasks: ['topic'],
    base,
    freeze,
    hyperparameters,
    lossWeighting: { kind: 'EQUAL' },
    validationSplit,
    seed,
    promote: 'IF_BETTER',
    trainableParameters: 0,
    frozenParameters: 0,
  };
}
