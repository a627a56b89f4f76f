import { expect } from 'vitest';
import { readColumns } from '#src/datasets/reading/columns.js';
import { type FileFormat, readRows } from '#src/datasets/reading/read.js';
import type { Parser } from './explore.js';
import { isForCallers, readOrRefused } from './refused.js';
import { inJson, inRows } from './words.js';

/** What a file's rows are, or why there are none, where it comes in pieces of so many bytes. */
async function rowsOf(file: Buffer, format: FileFormat, charset: string | undefined, size: number): Promise<string> {
  async function* pieces() {
    for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
  }
  const rows: unknown[] = [];
  try {
    for await (const row of readRows(pieces(), format, charset, readColumns(new URLSearchParams()))) {
      expect(row.text.trim()).not.toBe('');
      expect(Object.getPrototypeOf(row.labels)).toBe(Object.prototype);
      rows.push(row);
    }
    return JSON.stringify(rows);
  } catch (error) {
    if (!isForCallers(error)) throw error;
    return `refused: ${JSON.stringify({ ...error, message: error.message })}`;
  }
}

/** What ends the reading where it shows, which may be before what came ahead of it has been looked at. */
const ENDS_READING =
  / its bytes are not | the first line has NUL |: a quote | after its closing quote| is longer than |: it is not CSV/;

/** Rows are the same, and so is what is wrong with them, however the file comes in; only what ends the reading may hide the rest. */
export async function checkRows(file: Buffer, format: FileFormat, charset?: string): Promise<void> {
  const size = 1 + (file.reduce((sum, byte) => sum + byte, 0) % 61);
  const told = [await rowsOf(file, format, charset, size), await rowsOf(file, format, charset, 1 << 30)];
  const areRefused = told.every((each) => each.startsWith('refused: '));
  const isCutShort = told.some((each) => ENDS_READING.test(each));
  if (!areRefused || !isCutShort) expect(told[0]).toBe(told[1]);
}

export const rowParsers: readonly Parser[] = [
  {
    what: 'CSV',
    files: [
      Buffer.from('text,fruit,tags[],split\n"I ""like"" it",apple,a|b,train\r\nthat,banana,,test\n'),
      Buffer.from('\ufefftext;mood\n"two\nlines";sad\n'),
      Buffer.from('\ufefftext\tmood\nso\tsad\n', 'utf16le'),
    ],
    words: [...inRows, ',', ';', '\t', 'text', 'split', 'fruit[]', 'a|b', 'train', '",', '\n"'],
    modules: ['/dist/src/datasets/', '/csv-parse/'],
    check: (file) => checkRows(file, 'csv'),
  },
  {
    what: 'JSON lines',
    files: [
      Buffer.from(
        '{"text":"I like it","fruit":"apple","tags":["a","b"],"split":"train"}\n\n{"text":"so","mood":null}\n',
      ),
      Buffer.from('{"text":"a","labels":[{"task":"fruit","labels":["a"]},{"task":"mood","label":"sad"}]}'),
      Buffer.from('{"text":"a","labels":{"fruit":"apple","n":3,"yes":true}}'),
    ],
    words: [...inRows, ...inJson, '"text":', '"labels":', '"task":', '"label":', '"split":', '"test"'],
    modules: ['/dist/src/datasets/'],
    check: (file) => checkRows(file, 'json-lines'),
  },
  {
    what: 'the columns of an upload',
    files: [Buffer.from('text=body&split=&task.intent=label&task.tags[]=all'), Buffer.from('text=a&split=b')],
    words: ['text=', 'split=', 'task.', '[]', '=', '&', '%', '%00', '%2e', '+', '__proto__', '..'],
    modules: ['/dist/src/datasets/', '/dist/src/names.js'],
    check(file) {
      readOrRefused(() => readColumns(new URLSearchParams(file.toString())), isForCallers);
    },
  },
];
