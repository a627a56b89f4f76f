import { openAccess } from './access/access.js';
import { keysOn } from './access/keys.js';
import { safeHost } from './access/listening.js';
import { openRateLimits } from './access/rate-limits.js';
import type { Rooms } from './api/context.js';
import { openGate } from './api/gate/gate.js';
import { serveHttp } from './api/http.js';
import { apiSchema } from './api/schema.js';
import { folderStore } from './artifacts/folder.js';
import { isUsable } from './artifacts/format.js';
import type { Config } from './config.js';
import { datasetsOn } from './datasets/store.js';
import { storedVectorsOn } from './datasets/vectors.js';
import { tokenLimit } from './encoder/token-count.js';
import { ManyheadError, messageOf } from './errors.js';
import { checkpointsOn } from './jobs/checkpoints.js';
import { jobFeed } from './jobs/feed.js';
import { jobRecordsOn } from './jobs/records.js';
import { trainStarterHeads } from './jobs/starter.js';
import { upkeep } from './jobs/upkeep.js';
import { openLog } from './log.js';
import { batchMetrics, encoderMetrics } from './metrics/encoders.js';
import { processMetrics } from './metrics/process.js';
import { queueMetrics } from './metrics/queue.js';
import { type AllowedOperations, readOperations } from './operations/allowed.js';
import { openInspector } from './operations/inspector.js';
import { checkDataFolder, checkFormat, runProcess, type Started } from './processes/lifetime.js';
import { StartError } from './processes/start-error.js';
import { projectionsOn } from './projections/projections.js';
import { listen } from './queue/events.js';
import { openQueue } from './queue/queue.js';
import { reachQueue } from './queue/reach.js';
import { storedEncodersOn } from './registry/encoders.js';
import { registryOn } from './registry/registry.js';
import { comparisonsOn } from './serving/comparisons.js';
import { datasetVectorsOn } from './serving/dataset-vectors.js';
import { openEncoders } from './serving/encoders.js';
import { explanationsOn } from './serving/explanations.js';
import { servedVersions } from './serving/versions.js';
import { openTracing } from './tracing/open.js';

/** Starts the API: opens every room, then the port. */
async function startApi(config: Config): Promise<Started & { readonly address: string }> {
  const log = openLog('api', config.logLevel);
  await checkDataFolder(config);
  const queue = openQueue(config.queue, (message) => log.warn(message));
  await reachQueue(queue, config, log);
  const store = folderStore(config.dataFolder);
  await checkFormat(config, store);
  await store.sweep();
  const register = processMetrics('api');
  const encoders = await openEncoders(config, storedEncodersOn(store), batchMetrics(register));
  encoderMetrics(register, encoders);
  queueMetrics(register, queue);
  const tracing = await openTracing('manyhead-api', config.tracesEndpoint, log);
  const registry = registryOn(store);
  const datasets = datasetsOn(store);
  const storedVectors = storedVectorsOn(store);
  const vectors = datasetVectorsOn(storedVectors, encoders);
  await registry.sweep();
  const jobRooms = { records: jobRecordsOn(store), queue, checkpoints: checkpointsOn(store) };
  const feed = jobFeed({ ...jobRooms, registry }, log);
  const rooms: Rooms = {
    ...jobRooms,
    isStorageUsable: () => isUsable(store),
    log,
    operationLimits: config.operationLimits,
    encoders,
    registry,
    feed,
    datasets,
    explanations: explanationsOn(datasets, vectors, encoders, registry, config.explainMemory * 2 ** 20),
    comparisons: comparisonsOn(datasets, vectors, registry),
    projections: projectionsOn(store),
    tokenLimit: tokenLimit(encoders.pretrained),
    served: servedVersions(registry, encoders, (error) => log.error('a promoted version cannot be loaded', {}, error)),
  };
  const events = await listen(config.queue, feed.heard, (message) => log.warn(message));
  const access = await openAccess(keysOn(store), { own: config.ownKey }, log);
  const host = safeHost(config.host, access.isOpen() && config.access === 'keys', log);
  const limits = openRateLimits(config.rates, config.queue, log);
  const gate = openGate(access, limits, config);
  const inspector = openInspector({
    limits: config.operationLimits,
    introspection: config.introspection,
    operations: config.allowedOperations === undefined ? undefined : allowedIn(config.allowedOperations),
  });
  const http = await serveHttp(
    await apiSchema(),
    rooms,
    gate,
    inspector,
    { ...config, host },
    {
      log,
      register,
      tracing,
    },
  );

  const seenTo = upkeep({ ...rooms, vectors: storedVectors }, log);
  if (config.starter) {
    const job = await trainStarterHeads(store, rooms).catch((error) => {
      if (!(error instanceof ManyheadError && error.code === 'QUEUE_UNAVAILABLE')) throw error;
      log.warn('starter job not queued, as the queue takes nothing: it is at the next start');
      return undefined;
    });
    if (job) log.info('starter job queued', { job: job.id });
  }
  return {
    address: http.address,
    announce: () => log.info('ready', { address: http.address }),
    leave: http.leave,
    async stop() {
      seenTo.close();
      access.close();
      await http.close();
      limits.close();
      await Promise.all([events.close(), queue.close(), encoders.close(), tracing.close()]);
    },
  };
}

/** @throws StartError */
function allowedIn(path: string): AllowedOperations {
  try {
    return readOperations(path);
  } catch (error) {
    throw new StartError(`PERSISTED_OPERATIONS is ${path}: ${messageOf(error)}.`);
  }
}

await runProcess(startApi);
