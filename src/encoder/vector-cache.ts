import { LRUCache } from 'lru-cache';
import type { Encoded } from './encode.js';

/** Vectors of texts that were asked for lately, those asked for last the longest. */
export interface VectorCache {
  get(encoder: string, text: string): Encoded | undefined;
  set(encoder: string, text: string, encoded: Encoded): void;
  /** What it holds, roughly, in bytes. */
  bytes(): number;
}

/** What an entry takes beside its numbers and its text. */
const OVERHEAD = 300;

/**
 * @param mostBytes that all entries may take together; 0 for no cache
 * @returns a cache for all encoders of a process: the same text means another vector to each
 */
export function vectorCache(mostBytes: number): VectorCache {
  if (mostBytes === 0) return { get: () => undefined, set: () => {}, bytes: () => 0 };
  const cache = new LRUCache<string, Encoded>({
    maxSize: mostBytes,
    sizeCalculation: ({ vector }, key) => vector.byteLength + 2 * key.length + OVERHEAD,
  });
  return {
    get: (encoder, text) => cache.get(`${encoder} ${text}`),
    set: (encoder, text, encoded) => void cache.set(`${encoder} ${text}`, encoded),
    bytes: () => cache.calculatedSize,
  };
}
