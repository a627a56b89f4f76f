import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { jobsPage } from '../src/api/training/page.js';
import { folderStore } from '../src/artifacts/folder.js';
import type { ArtifactStore } from '../src/artifacts/store.js';
import type { TrainingOrder } from '../src/jobs/job.js';
import { openJobs } from '../src/jobs/needs.js';
import { jobRecordsOn } from '../src/jobs/records.js';
import { registryOn } from '../src/registry/registry.js';
import type { VersionDraft } from '../src/registry/version.js';
import type { TaskReport } from '../src/training/metrics.js';

const LABELS = Array.from({ length: 77 }, (_, i) => `label ${i}`);

const HYPERPARAMETERS = {
  epochs: 30,
  batchSize: 256,
  headLearningRate: 0.05,
  weightDecay: 0.05,
  warmupRatio: 0,
  dropout: 0.1,
  maxGradNorm: 0,
  hiddenUnits: 0,
  patience: 10,
  encoder: undefined,
};

const ORDER: TrainingOrder = {
  kind: 'TRAIN',
  model: 'support',
  dataset: 'rows',
  datasetDigest: 'a'.repeat(64),
  tasks: ['topic'],
  base: undefined,
  freeze: { backbone: 'FULL', heads: [] },
  hyperparameters: HYPERPARAMETERS,
  lossWeighting: { kind: 'EQUAL' },
  validationSplit: 0.1,
  seed: 42,
  promote: 'ALWAYS',
  trainableParameters: 29_645,
  frozenParameters: 22_713_216,
};

const REPORT: TaskReport = {
  task: 'topic',
  split: 'VALIDATION',
  accuracy: 0.93,
  macroF1: 0.93,
  expectedCalibrationError: 0.01,
  perLabel: LABELS.map((label) => ({ label, precision: 0.93, recall: 0.93, f1: 0.93, support: 13 })),
  confusion: LABELS.map(() => LABELS.map(() => 0)),
  support: 1_000,
};

const DRAFT: VersionDraft = {
  model: 'support',
  parent: undefined,
  jobId: '',
  tasks: [{ task: 'topic', kind: 'SINGLE_LABEL', labels: LABELS, temperature: 1, hiddenUnits: 0, frozen: false }],
  encoder: { id: 'pretrained', base: 'base', fineTuned: false, dimensions: 384, maxTokens: 256 },
  freeze: ORDER.freeze,
  hyperparameters: HYPERPARAMETERS,
  lossWeights: { topic: 1 },
  validationSplit: 0.1,
  seed: 42,
  dataset: 'rows',
  datasetDigest: ORDER.datasetDigest,
  metrics: [REPORT],
  libraries: {},
  seconds: {},
};

/**
 * `npm run bench -- years [jobs]`: what the jobs and versions that pile up over the years cost those who ask for jobs, and a
 * worker that begins the next one.
 */
export async function benchYears([jobs = '5000']: readonly string[]): Promise<void> {
  print(
    `${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}; ${jobs} jobs, as many versions`,
  );
  const folder = await mkdtemp(join(tmpdir(), 'manyhead-bench-'));
  try {
    const store = folderStore(folder);
    const last = await pileUp(store, Number(jobs));
    const [records, registry] = [jobRecordsOn(store), registryOn(store)];
    for (const round of ['at first', 'then', 'then']) {
      const page = await timed(() => jobsPage(records, 25, undefined, () => true));
      const open = await timed(() => openJobs(records));
      const made = await timed(() => registry.versionOfJob('support', 'none yet', last));
      const standing = await timed(() => registry.standing('support'));
      const listed = await timed(() => registry.version('support', last));
      print(
        `${round}: a page of jobs ${page}, the jobs that have not ended ${open}, whether a job has made a version ${made}, a version ${listed}, what its aliases point to ${standing}; heap ${Math.round(process.memoryUsage().heapUsed / 1e6)} MB`,
      );
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Every job a training that went on from the version before, with reports as a task of 77 labels has them. @returns the last version */
async function pileUp(store: ArtifactStore, jobs: number): Promise<number> {
  const [records, registry] = [jobRecordsOn(store), registryOn(store)];
  const now = new Date().toISOString();
  let last = 0;
  for (let i = 0; i < jobs; i++) {
    const order = { ...ORDER, base: last || undefined };
    const { id } = await records.create(order, 'bench');
    const { number } = await registry.publish({ ...DRAFT, jobId: id, parent: order.base }, [], undefined);
    const decision = { promoted: true, reason: 'it is the first', comparedWith: undefined, differences: [] };
    await registry.settle('support', number, order.base, decision, `job ${id}`);
    await records.move(id, () => ({
      status: 'SUCCEEDED',
      startedAt: now,
      finishedAt: now,
      result: { kind: 'VERSION', version: number, promotion: decision, reports: [REPORT] },
    }));
    last = number;
  }
  return last;
}

async function timed(work: () => Promise<unknown>): Promise<string> {
  const began = performance.now();
  await work();
  return `${(performance.now() - began).toFixed(1)} ms`;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
