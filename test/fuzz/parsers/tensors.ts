import { expect } from 'vitest';
import { describeHead, readHeads, writeHeads } from '#src/heads/file.js';
import { readProjection, writeProjection } from '#src/projections/file.js';
import { readSafetensors } from '#src/safetensors/read.js';
import { writeSafetensors } from '#src/safetensors/write.js';
import { checkpointParts, readCheckpoint } from '#src/training/checkpoint-file.js';
import type { Parser } from './explore.js';
import { isPlain, readOrRefused } from './refused.js';
import { inTensors } from './words.js';

const floats = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i / 3);

const head = {
  task: 'topic',
  kind: 'SINGLE_LABEL' as const,
  labels: ['a', 'b'],
  temperature: 1,
  hidden: { weight: floats(12), bias: floats(3) },
  output: { weight: floats(6), bias: floats(2) },
  abstention: { threshold: 0.5, centres: floats(8) },
};

const moments = { values: floats(2), means: floats(2), variances: floats(2) };

const checkpoint = Buffer.concat(
  checkpointParts({
    progress: { epoch: 2, batch: 0, lossSum: 0 },
    order: [1, 2, 3, 4],
    noise: [5, 6, 7, 8],
    weights: { step: 9, dense: moments, table: { ...moments, rows: Int32Array.of(3), lastTouched: Int32Array.of(1) } },
    lossWeights: undefined,
    best: { epoch: 1, score: 0.5, weights: { values: floats(2), rows: Int32Array.of(3), rowValues: floats(2) } },
  }),
);

/** As it stands in the header of that checkpoint. */
const checksum = /"checksum":"\w+"/.exec(checkpoint.toString('latin1'))?.[0] ?? 'none';

export const tensorParsers: readonly Parser[] = [
  {
    what: 'safetensors',
    files: [
      writeSafetensors(
        new Map([
          ['a', { shape: [2, 3], values: floats(6) }],
          ['b', { shape: [2], values: BigInt64Array.of(1n, -1n) }],
          ['c', { type: 'F16', shape: [3], bytes: new Uint8Array(6) }],
        ]),
        { note: 'x' },
      ),
    ],
    words: inTensors,
    modules: ['/dist/src/safetensors/'],
    check(file) {
      const read = readOrRefused(() => readSafetensors(file), isPlain);
      if (read === undefined) return;
      const again = readSafetensors(writeSafetensors(read.tensors, read.metadata));
      for (const [name, { shape, type, bytes }] of read.tensors)
        expect(again.tensors.get(name)).toMatchObject({ shape, type, bytes: Uint8Array.from(bytes) });
      expect(again.tensors.size).toBe(read.tensors.size);
    },
  },
  {
    what: 'heads',
    files: [writeHeads([head])],
    words: [...inTensors, '"topic/output.weight"', '"topic/hidden.bias"', '"topic/centres"'],
    modules: ['/dist/src/safetensors/', '/dist/src/heads/'],
    check(file) {
      const read = readOrRefused(() => readHeads(file, [describeHead(head)], 4), isPlain);
      if (read) expect(read[0].output.weight).toHaveLength(6);
    },
  },
  {
    what: 'a projection',
    files: [
      writeProjection({
        ...{ encoder: 'e', rows: 5, createdAt: '2026-01-01T00:00:00.000Z', dimensions: 3 },
        ...{ mean: floats(3), components: floats(9), variances: floats(3) },
      }),
    ],
    words: [...inTensors, '"checksum"', '"mean"', '"components"', '"variances"'],
    modules: ['/dist/src/safetensors/', '/dist/src/projections/'],
    check(file) {
      const read = readOrRefused(() => readProjection(file), isPlain);
      if (read) expect(read.components).toHaveLength(read.dimensions ** 2);
    },
  },
  {
    what: 'a checkpoint',
    files: [checkpoint],
    words: [...inTensors, '"checksum"', '"checkpoint"', '"dense.values"', '"table.rows"', '"best.rows"'],
    modules: ['/dist/src/safetensors/', '/dist/src/training/'],
    check(file) {
      const read = readOrRefused(
        () => readCheckpoint(file),
        (error) => isPlain(error) || error instanceof SyntaxError,
      );
      if (read && file.includes(checksum)) expect(Buffer.concat(checkpointParts(read))).toEqual(checkpoint);
    },
  },
];
