import { graphql, type ResultOf } from '../../graphql/graphql';
import { hyperparameterFields } from '../../jobs/hyperparameters';

export const TRAIN = graphql(`
  mutation Train($input: TrainInput!) {
    train(input: $input) { id }
  }
`);

export const PLAN = graphql(
  `
  query TrainingPlan($input: TrainInput!) {
    trainingPlan(input: $input) {
      rows
      baseVersion
      encoderLayers
      trainableParameters
      frozenParameters
      warnings
      heads { task role labels isNew }
      hyperparameters { ...HyperparameterFields }
    }
  }
`,
  [hyperparameterFields],
);

export type Plan = ResultOf<typeof PLAN>['trainingPlan'];

export const CHOICES = graphql(`
  query TrainingChoices {
    models { name }
    datasets { name rows tasks { task } }
  }
`);

export const BASES = graphql(`
  query TrainingBases($model: String!) {
    model(name: $model) {
      production { number tasks { task } }
      versions(first: 1000) { number tasks { task } }
    }
  }
`);
