import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readColumns } from '#src/datasets/reading/columns.js';
import { readRows } from '#src/datasets/reading/read.js';
import { openTokenizer } from '#src/encoder/tokenizer.js';
import { ManyheadError } from '#src/errors.js';
import { describeHead, readHeads, writeHeads } from '#src/heads/file.js';
import { readSafetensors } from '#src/safetensors/read.js';
import { writeSafetensors } from '#src/safetensors/write.js';
import { smallTokenizer } from '../encoder/random-bert.js';
import { effort } from './effort.js';
import { damaged, text } from './hostile.js';
import { encodedFile } from './upload-shots.js';

const { requests, seed } = effort(1_500);
const runs = { seed, numRuns: Math.ceil(requests / 10) };

/** A parser that is given something broken says so in an Error of its own: no type error of JavaScript's, and no endless work. */
const isOurs = (error: unknown): boolean => error instanceof Error && error.constructor === Error;

describe(`bytes that were a file once (seed ${seed})`, () => {
  it('are rows of a data set, or refused with what is wrong with them', async () => {
    const files = fc.oneof(encodedFile, damaged(encodedFile), fc.uint8Array({ maxLength: 200 }));
    await fc.assert(
      fc.asyncProperty(
        files,
        fc.constantFrom('csv' as const, 'json-lines' as const),
        fc.constantFrom(undefined, 'utf-16le', 'windows-1252', 'shift_jis', 'gb18030', 'nothing'),
        fc.integer({ min: 1, max: 5000 }),
        async (bytes, format, charset, size) => {
          async function* pieces() {
            for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
          }
          try {
            for await (const { text: read, labels } of readRows(
              pieces(),
              format,
              charset,
              readColumns(new URLSearchParams()),
            )) {
              expect(read.trim()).not.toBe('');
              expect(Object.getPrototypeOf(labels)).toBe(Object.prototype);
            }
          } catch (error) {
            if (!(error instanceof ManyheadError)) throw error;
            expect(error.message).not.toMatch(/\n\s+at /);
          }
        },
      ),
      runs,
    );
  });

  it('are tensors, or no safetensors file', () => {
    const file = writeSafetensors(
      new Map([
        ['a', { shape: [2, 3], values: new Float32Array(6) }],
        ['b', { shape: [4], values: new BigInt64Array(4) }],
      ]),
      { note: 'x' },
    );
    fc.assert(
      fc.property(damaged(fc.constant(file)), (bytes) => {
        try {
          for (const { length, bytes: own } of readSafetensors(bytes).tensors.values()) expect(own.length).toBe(length);
        } catch (error) {
          if (!isOurs(error)) throw error;
        }
      }),
      runs,
    );
  });

  it('are heads, or none', () => {
    const head = {
      task: 'topic',
      kind: 'SINGLE_LABEL' as const,
      labels: ['a', 'b'],
      temperature: 1,
      hidden: undefined,
      output: { weight: new Float32Array(8), bias: new Float32Array(2) },
    };
    fc.assert(
      fc.property(damaged(fc.constant(writeHeads([head]))), (bytes) => {
        try {
          expect(readHeads(bytes, [describeHead(head)], 4)[0].output.weight).toHaveLength(8);
        } catch (error) {
          if (!isOurs(error)) throw error;
        }
      }),
      runs,
    );
  });

  it('are a tokenizer that frames every text, or none', () => {
    const changed: Arbitrary<unknown> = damaged(fc.constant(Buffer.from(JSON.stringify(smallTokenizer)))).map(
      (bytes) => {
        try {
          return JSON.parse(bytes.toString());
        } catch {
          return {};
        }
      },
    );
    fc.assert(
      fc.property(changed, text, (file, given) => {
        if (typeof file !== 'object' || file === null) return;
        let tokenize: ReturnType<typeof openTokenizer>;
        try {
          tokenize = openTokenizer({ ...file }, {}, 16, 14);
        } catch (error) {
          // The library's own errors are of every kind; whoever opens an encoder is told that its tokenizer cannot be used.
          expect(error).toBeInstanceOf(Error);
          return;
        }
        const { ids } = tokenize(given);
        expect(ids.length).toBeGreaterThanOrEqual(2);
        expect(ids.length).toBeLessThanOrEqual(16);
        for (const id of ids) expect(id).toBeLessThan(14);
      }),
      runs,
    );
  });
});
