import { createHash } from 'node:crypto';
import { floatsOf, integersOf, readSafetensors } from '../safetensors/read.js';
import { type NumberTensor, safetensorsParts } from '../safetensors/write.js';
import type { EncoderCheckpoint } from './encoder-checkpoint.js';

/** What of a checkpoint is not in tensors. */
interface Note {
  readonly progress: EncoderCheckpoint['progress'];
  readonly order: readonly number[];
  readonly noise: readonly number[];
  readonly step: number;
  readonly lossWeights: EncoderCheckpoint['lossWeights'];
  readonly best: { readonly epoch: number; readonly score: number } | undefined;
}

/**
 * A checkpoint as the parts of a safetensors file: the same checkpoint gives the same bytes. Nothing large is copied; write them
 * before the fit goes on.
 */
export function checkpointParts({
  progress,
  order,
  noise,
  weights,
  lossWeights,
  best,
}: EncoderCheckpoint): readonly Uint8Array[] {
  const { dense, step, table } = weights;
  const tensors = new Map<string, NumberTensor>();
  const floats = (name: string, values: Float32Array) => tensors.set(name, { shape: [values.length], values });
  const rows = (name: string, values: Int32Array) =>
    tensors.set(name, { shape: [values.length], values: BigInt64Array.from(values, (value) => BigInt(value)) });
  for (const kind of ['values', 'means', 'variances'] as const) {
    floats(`dense.${kind}`, dense[kind]);
    floats(`table.${kind}`, table[kind]);
  }
  rows('table.rows', table.rows);
  rows('table.lastTouched', table.lastTouched);
  if (best) {
    floats('best.values', best.weights.values);
    floats('best.rowValues', best.weights.rowValues);
    rows('best.rows', best.weights.rows);
  }
  const note: Note = {
    progress,
    order,
    noise,
    step,
    lossWeights,
    best: best && { epoch: best.epoch, score: best.score },
  };
  const checkpoint = JSON.stringify(note);
  const checksum = checksumOf(checkpoint, new Map([...tensors].map(([name, { values }]) => [name, values])));
  return safetensorsParts(tensors, { checkpoint, checksum });
}

/** @throws Error when the bytes are not those of a checkpoint, or no longer */
export function readCheckpoint(bytes: Uint8Array): EncoderCheckpoint {
  const { tensors, metadata } = readSafetensors(bytes);
  const tensor = (name: string) => {
    const found = tensors.get(name);
    if (found === undefined) throw new Error(`the checkpoint has no tensor ${name}`);
    return found;
  };
  const floats = (name: string) => floatsOf(tensor(name));
  // Copied, as it lives as long as the fit: a view would keep the whole checkpoint in memory.
  const kept = (name: string) => floats(name).slice();
  const rows = (name: string) => Int32Array.from(integersOf(tensor(name)), Number);
  const moments = (kind: string) => ({
    values: floats(`${kind}.values`),
    means: floats(`${kind}.means`),
    variances: floats(`${kind}.variances`),
  });
  const { checkpoint, checksum } = metadata;
  if (checkpoint === undefined) throw new Error('the checkpoint does not say where the fit stands');
  const stored = new Map([...tensors].map(([name, { bytes }]) => [name, bytes]));
  // What an earlier release wrote has none.
  if (checksum !== undefined && checksum !== checksumOf(checkpoint, stored))
    throw new Error('the checkpoint is damaged');
  const { progress, order, noise, step, lossWeights, best }: Note = JSON.parse(checkpoint);
  return {
    progress,
    order,
    noise,
    lossWeights,
    weights: {
      step,
      dense: moments('dense'),
      table: { ...moments('table'), rows: rows('table.rows'), lastTouched: rows('table.lastTouched') },
    },
    best: best && {
      ...best,
      weights: { values: kept('best.values'), rows: rows('best.rows'), rowValues: kept('best.rowValues') },
    },
  };
}

/** sha256 of the note and of the tensors, in the order of their names. */
function checksumOf(note: string, tensors: ReadonlyMap<string, NodeJS.ArrayBufferView>): string {
  const hash = createHash('sha256').update(note);
  for (const [name, values] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`\n${name} ${values.byteLength}\n`).update(values);
  return hash.digest('hex');
}
