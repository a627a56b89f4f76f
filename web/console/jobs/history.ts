import { graphql, type ResultOf } from '../graphql/graphql';

export const HISTORY = graphql(`
  query RunHistory($id: ID!) {
    trainingJob(id: $id) {
      id
      model
      status
      attempt
      history {
        epoch
        at
        trainLoss
        validationLoss
        headLearningRate
        encoderLearningRate
        examplesPerSecond
        phases { phase seconds }
        tasks { task loss trainLoss accuracy macroF1 lossWeight }
      }
    }
  }
`);

export type RunHistory = NonNullable<ResultOf<typeof HISTORY>['trainingJob']>;
export type Epoch = RunHistory['history'][number];
