import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../effort.js';
import { damaged } from '../hostile.js';
import { encodedFile } from '../upload-shots.js';
import { encoderParsers } from './encoders.js';
import { explore, type Parser } from './explore.js';
import { requestParsers } from './requests.js';
import { checkRows, rowParsers } from './rows.js';
import { storedParsers } from './stored.js';
import { tensorParsers } from './tensors.js';
import { wireParsers } from './wire.js';

const { requests, seed, isLong } = effort(1_500);
const tries = Math.ceil(requests / 5);

const parsers = [rowParsers, requestParsers, storedParsers, tensorParsers, encoderParsers, wireParsers].flat();

describe(`bytes that were a file once (seed ${seed})`, () => {
  it.each(parsers)('are $what, or refused', async (parser) => {
    const { kept, reached } = await explore(parser, { tries, seed });
    expect(reached).toBeGreaterThan(1);
    if (isLong) process.stderr.write(`${parser.what}: ${kept.length} of ${tries} files reached something new\n`);
  });

  it('are rows, whatever encoding they are said to be in, or refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(encodedFile, damaged(encodedFile), fc.uint8Array({ maxLength: 200 })),
        fc.constantFrom('csv' as const, 'json-lines' as const),
        fc.constantFrom(undefined, 'utf-16le', 'windows-1252', 'shift_jis', 'gb18030', 'nothing'),
        (bytes, format, charset) => checkRows(Buffer.from(bytes), format, charset),
      ),
      { seed, numRuns: Math.ceil(requests / 10) },
    );
  });
});

describe('the search for files that are not read as they must', () => {
  const deep: Parser = {
    what: 'a file with three things wrong, each seen only behind the one before',
    files: [Buffer.from('harmless')],
    words: ['a', ' ', '\n', '{', '}', '[', ']', '"', ':', ',', '\\', 'null', '<', '>', '-', '+'],
    modules: ['/test/fuzz/parsers/'],
    check(file) {
      if (file[0] !== 0x7b) return;
      if (file[1] !== 0x5b) return;
      if (file[2] !== 0x3c) return;
      throw new Error('three things are wrong');
    },
  };

  it('goes on from what reaches more of the code, and tells the smallest', async () => {
    const found = await explore(deep, { tries: 50_000, seed: 3 }).catch((error: Error) => error);
    expect(found).toMatchObject({
      message: expect.stringContaining(`base64 ${Buffer.from('{[<').toString('base64')}`),
    });
  });

  it('would not come there by chance', async () => {
    const blind = { ...deep, modules: [] };
    expect(await explore(blind, { tries: 500, seed: 3 })).toMatchObject({ reached: 0 });
  });
});
