import type { VersionDraft } from '#src/registry/version.js';

let jobs = 0;
/** A version as a job of its own would have made it. */
export const draft = (encoder = 'pretrained', jobId = `job-${++jobs}`, datasetDigest = ''): VersionDraft => ({
  model: 'support',
  parent: undefined,
  jobId,
  tasks: [],
  encoder: { id: encoder, base: 'base', fineTuned: encoder !== 'pretrained', dimensions: 2, maxTokens: 8 },
  freeze: { backbone: 'FULL', heads: [] },
  hyperparameters: {
    epochs: 1,
    batchSize: 8,
    headLearningRate: 0.1,
    weightDecay: 0,
    warmupRatio: 0,
    dropout: 0,
    maxGradNorm: 0,
    hiddenUnits: 0,
    patience: 1,
    encoder: undefined,
  },
  lossWeights: {},
  validationSplit: 0.1,
  seed: 1,
  dataset: undefined,
  datasetDigest,
  metrics: [],
  libraries: {},
  seconds: {},
});
