import { setPriority } from 'node:os';
import type { Registry } from 'prom-client';
import { folderStore } from '../src/artifacts/folder.js';
import type { Config } from '../src/config.js';
import { datasetsOn } from '../src/datasets/store.js';
import { storedVectorsOn } from '../src/datasets/vectors.js';
import { messageOf } from '../src/errors.js';
import { readyTensorFlow } from '../src/heads/tensorflow.js';
import { checkpointsOn } from '../src/jobs/checkpoints.js';
import { jobRecordsOn } from '../src/jobs/records.js';
import { type Log, openLog } from '../src/log.js';
import { batchMetrics, encoderMetrics } from '../src/metrics/encoders.js';
import { jobMetrics } from '../src/metrics/jobs.js';
import { serveMetricsAlone } from '../src/metrics/listener.js';
import { processMetrics } from '../src/metrics/process.js';
import { checkDataFolder, checkFormat, runProcess, type Started } from '../src/processes/lifetime.js';
import { StartError } from '../src/processes/start-error.js';
import { projectionsOn } from '../src/projections/projections.js';
import { openQueue } from '../src/queue/queue.js';
import { reachQueue } from '../src/queue/reach.js';
import { openWorker } from '../src/queue/worker.js';
import { storedEncodersOn } from '../src/registry/encoders.js';
import { registryOn } from '../src/registry/registry.js';
import { openEncoders } from '../src/serving/encoders.js';
import { openTracing } from '../src/tracing/open.js';
import { libraryVersions } from './libraries.js';
import { type RunContext, runDelivery } from './run.js';

// Training yields to serving where both run on one machine. Threads that are started later inherit it.
setPriority(10);

/** Starts a worker: opens every room, then takes jobs. */
async function startWorker(config: Config): Promise<Started> {
  const log = openLog('worker', config.logLevel);
  const onError = (message: string) => log.warn(message);
  await checkDataFolder(config);
  await probeQueue(config, log);
  const store = folderStore(config.dataFolder);
  await checkFormat(config, store);
  // Whatever serves them, heads learn from exact vectors.
  const register = processMetrics('worker');
  const exact = { ...config, encoderPrecision: 'fp32' } as const;
  const encoders = await openEncoders(exact, storedEncodersOn(store), batchMetrics(register));
  encoderMetrics(register, encoders);
  const tracing = await openTracing('manyhead-worker', config.tracesEndpoint, log);
  const metrics = await openMetrics(register, config);
  const stopping = new AbortController();
  const context: RunContext = {
    encoders,
    trainingThreads: config.trainingThreads,
    keepVersions: config.keepVersions,
    checkpoints: checkpointsOn(store),
    log,
    tracing,
    metrics: jobMetrics(register),
    datasets: datasetsOn(store),
    vectors: storedVectorsOn(store),
    projections: projectionsOn(store),
    registry: registryOn(store),
    records: jobRecordsOn(store),
    libraries: libraryVersions(await readyTensorFlow()),
    stopping: stopping.signal,
  };
  const worker = openWorker(config.queue, {
    concurrency: config.workerConcurrency,
    run: (delivery, tools) => runDelivery(delivery, tools, context),
    onError,
  });
  return {
    announce: () => log.info('ready'),
    async stop() {
      stopping.abort();
      await worker.close();
      metrics?.close();
      await Promise.all([encoders.close(), tracing.close()]);
    },
  };
}

/** Opens the worker's own port for its metrics, where one is wanted. */
async function openMetrics(register: Registry, { workerMetrics }: Config) {
  if (workerMetrics === undefined) return undefined;
  const { port, host } = workerMetrics;
  try {
    return await serveMetricsAlone(register, port, host);
  } catch (error) {
    throw new StartError(
      `Metrics cannot be served on port ${port}: ${messageOf(error)}. Choose others with METRICS_HOST and METRICS_PORT.`,
    );
  }
}

/** Says at the start that the queue is away; later it may come and go. */
async function probeQueue(config: Config, log: Log): Promise<void> {
  const queue = openQueue(config.queue, (message) => log.warn(message));
  try {
    await reachQueue(queue, config, log);
  } finally {
    await queue.close();
  }
}

await runProcess(startWorker);
