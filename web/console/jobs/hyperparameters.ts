import { graphql } from '../graphql/graphql';

export const hyperparameterFields = graphql(`
  fragment HyperparameterFields on Hyperparameters {
    epochs
    batchSize
    headLearningRate
    encoderLearningRate
    weightDecay
    warmupRatio
    dropout
    maxGradNorm
    hiddenUnits
    patience
    maxTokens
  }
`);
