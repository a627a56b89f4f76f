import { floatsOf, integersOf, readSafetensors } from '../safetensors/read.js';
import { safetensorsParts, type WritableTensor } from '../safetensors/write.js';
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
  const tensors = new Map<string, WritableTensor>();
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
  return safetensorsParts(tensors, { checkpoint: JSON.stringify(note) });
}

/** @throws Error when the bytes are not those of a checkpoint */
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
  const { progress, order, noise, step, lossWeights, best }: Note = JSON.parse(metadata.checkpoint ?? '{}');
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
