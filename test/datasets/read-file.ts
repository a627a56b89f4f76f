import type { Example } from '#src/datasets/example.js';
import { readColumns } from '#src/datasets/reading/columns.js';
import { UnreadableRows } from '#src/datasets/reading/problem.js';
import { type FileFormat, readRows } from '#src/datasets/reading/read.js';

/** Bytes in pieces, as a network hands them on. */
async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

interface Given {
  readonly format?: FileFormat;
  readonly charset?: string;
  readonly query?: string;
  readonly size?: number;
}

/** The rows of a file. */
export async function read(file: string | Uint8Array, { format = 'csv', charset, query = '', size = 7 }: Given = {}) {
  const columns = readColumns(new URLSearchParams(query));
  const rows: Example[] = [];
  const bytes = typeof file === 'string' ? Buffer.from(file) : file;
  for await (const row of readRows(pieces(bytes, size), format, charset, columns)) rows.push(row);
  return rows;
}

/** Why its rows are refused. */
export const problems = async (file: string | Uint8Array, given: Given = {}) => {
  const error: unknown = await read(file, given).catch((thrown) => thrown);
  if (!(error instanceof UnreadableRows)) throw new Error(`it was not refused for its rows, but: ${error}`);
  return error;
};
