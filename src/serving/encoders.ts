import type { Config } from '../config.js';
import { parametersOf } from '../encoder/architecture.js';
import { type EncoderCounts, newCounts, type OnBatch } from '../encoder/counts.js';
import { EncoderError } from '../encoder/files.js';
import { describeEncoder, type Encoder, type EncoderDescription, openEncoder } from '../encoder/open.js';
import type { Precision } from '../encoder/precision.js';
import { vectorCache } from '../encoder/vector-cache.js';
import { damaged } from '../errors.js';
import type { StoredEncoders } from '../registry/encoders.js';
import type { EncoderReference } from '../registry/version.js';

/** The encoders of an installation: the pretrained one, always open, and those that learned, opened when they are asked for. */
export interface Encoders {
  readonly pretrained: Encoder;
  /** What is known of a version's encoder; of the pretrained one where none is named. @throws ManyheadError DAMAGED */
  describe(reference: EncoderReference | undefined): Promise<EncoderDescription>;
  /**
   * Works with a version's encoder, which stays open as long as the work takes.
   * @throws ManyheadError DAMAGED where the encoder is gone, or is not what was written
   */
  use<T>(reference: EncoderReference | undefined, work: (encoder: Encoder) => Promise<T>): Promise<T>;
  /** What all of them have done. */
  readonly counts: EncoderCounts;
  /** Bytes of the vectors that are known already. */
  cacheBytes(): number;
  /** Tokens that wait to be encoded by any of them. */
  waitingTokens(): Promise<number>;
  close(): Promise<void>;
}

export type EncodersConfig = Pick<
  Config,
  | 'encoderFolder'
  | 'encoderPrecision'
  | 'encoderThreads'
  | 'encoderSessionThreads'
  | 'encoderMaxBatchTokens'
  | 'encoderMemory'
  | 'encoderQueueTokens'
  | 'encoderCache'
>;

interface Opened {
  readonly opening: Promise<Encoder>;
  /** What it takes; 0 until it is open. */
  bytes: number;
  users: number;
}

/**
 * Opens the pretrained encoder. Those that learned stay open while they are used, and after that as long as all of them fit
 * `encoderMemory`; beyond that the one used the longest ago is closed.
 * @param onBatch told of every run of any of them
 * @throws EncoderError, one line, where the pretrained encoder cannot be used
 */
export async function openEncoders(
  config: EncodersConfig,
  stored: StoredEncoders,
  onBatch?: OnBatch,
): Promise<Encoders> {
  const memoryBytes = config.encoderMemory * 2 ** 20;
  const sessions = Math.ceil(config.encoderThreads / config.encoderSessionThreads);
  const cache = vectorCache(config.encoderCache * 2 ** 20);
  const counts = newCounts();
  const options = {
    threads: config.encoderThreads,
    sessionThreads: config.encoderSessionThreads,
    maxBatchTokens: config.encoderMaxBatchTokens,
    precision: config.encoderPrecision,
    queueTokens: config.encoderQueueTokens,
    cache,
    counts,
    onBatch,
  };
  const pretrained = await openEncoder({ folder: config.encoderFolder, ...options });
  // In the order in which they were last used.
  const opened = new Map<string, Opened>();
  const isPretrained = (reference: EncoderReference | undefined): reference is undefined =>
    reference === undefined || reference.id === pretrained.id;

  /** @throws ManyheadError DAMAGED where its weights are not those that were written, or it cannot be read */
  const openStored = async (id: string, folder: string): Promise<Encoder> => {
    const encoder = await readable(id, openEncoder({ folder, ...options }));
    if (encoder.id === id) return encoder;
    await encoder.close();
    throw damaged(`the encoder ${id}`);
  };

  const open = (id: string): Opened => {
    const known = opened.get(id);
    if (known) {
      opened.delete(id);
      opened.set(id, known);
      return known;
    }
    const opening = stored.folder(id).then((folder) => openStored(id, folder));
    const fresh: Opened = { opening, bytes: 0, users: 0 };
    opened.set(id, fresh);
    opening.then(
      ({ architecture }) => {
        fresh.bytes = numberBytes[options.precision] * parametersOf(architecture) * sessions;
      },
      () => opened.delete(id),
    );
    return fresh;
  };

  const evict = (): void => {
    let bytes = [...opened.values()].reduce((sum, each) => sum + each.bytes, 0);
    for (const [id, each] of [...opened].slice(0, -1)) {
      if (bytes <= memoryBytes) return;
      if (each.users > 0) continue;
      opened.delete(id);
      bytes -= each.bytes;
      void each.opening.then((encoder) => encoder.close());
    }
  };

  return {
    pretrained,
    async describe(reference) {
      if (isPretrained(reference)) return pretrained;
      return readable(reference.id, describeEncoder(await stored.folder(reference.id)));
    },
    async use(reference, work) {
      if (isPretrained(reference)) return work(pretrained);
      const { id } = reference;
      const mine = open(id);
      mine.users += 1;
      try {
        return await work(await mine.opening);
      } finally {
        mine.users -= 1;
        evict();
      }
    },
    counts,
    cacheBytes: cache.bytes,
    async waitingTokens() {
      const open = [...opened.values()].filter(({ bytes }) => bytes > 0);
      const all = [pretrained, ...(await Promise.all(open.map(({ opening }) => opening)))];
      return all.reduce((sum, encoder) => sum + encoder.waitingTokens(), 0);
    },
    async close() {
      const all = [...opened.values()].map(({ opening }) => opening);
      opened.clear();
      const encoders = await Promise.allSettled(all);
      await Promise.all([
        pretrained.close(),
        ...encoders.map((each) => (each.status === 'fulfilled' ? each.value.close() : undefined)),
      ]);
    },
  };
}

/** What is read of an encoder that learned. @throws ManyheadError DAMAGED where it cannot be: it could when it was stored */
const readable = <T>(id: string, reading: Promise<T>): Promise<T> =>
  reading.catch((error) => {
    throw error instanceof EncoderError ? damaged(`the encoder ${id}`) : error;
  });

/** What an open encoder takes for each number of its weights, in bytes: every thread has them for itself. */
const numberBytes: Readonly<Record<Precision, number>> = { fp32: 4, int8: 2 };
