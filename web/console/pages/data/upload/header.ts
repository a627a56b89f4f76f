import Papa from 'papaparse';

/** What a file begins with: enough to choose columns by, however long it is. */
export interface FileStart {
  readonly format: 'csv' | 'json-lines';
  readonly columns: readonly string[];
  /** The first rows, each with a cell a column. */
  readonly rows: readonly (readonly string[])[];
  /** What the server could not read, seen already here. */
  readonly problem: string | undefined;
}

/** Bytes that are looked at. */
const START = 256 * 1024;

/** Rows that are shown. */
const ROWS = 4;

/** @param encoding as the WHATWG Encoding Standard names it */
export async function readStart(file: File, encoding: string): Promise<FileStart> {
  const bytes = await file.slice(0, START).arrayBuffer();
  const text = new TextDecoder(encoding).decode(bytes).replace(/^\uFEFF/, '');
  // The last line may be cut off in the middle.
  const whole = file.size > START ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
  return /^\s*\{/.test(whole) || /\.(jsonl|ndjson)$/i.test(file.name) ? jsonLines(whole) : csv(whole);
}

function csv(text: string): FileStart {
  const { data } = Papa.parse<string[]>(text, {
    preview: ROWS + 1,
    skipEmptyLines: true,
    delimiter: separatorOf(text),
  });
  const [columns = [], ...rows] = data;
  return {
    format: 'csv',
    columns: columns.map((name) => name.trim()),
    rows,
    problem: columns.length === 0 ? 'The file is empty.' : undefined,
  };
}

/** As the server tells it: by what stands first in the header, outside of quotes, which may have lines in them. */
function separatorOf(text: string): string {
  const bare = text.replace(/"[^"]*"/g, '""');
  const [header = ''] = bare.match(/[^\r\n]+/) ?? [];
  return header.match(/[,;\t]/)?.[0] ?? ',';
}

function jsonLines(text: string): FileStart {
  const objects = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 50)
    .flatMap((line): Readonly<Record<string, unknown>>[] => {
      try {
        const value: unknown = JSON.parse(line);
        return typeof value === 'object' && value !== null && !Array.isArray(value) ? [{ ...value }] : [];
      } catch {
        return [];
      }
    });
  const columns = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  return {
    format: 'json-lines',
    columns,
    rows: objects.slice(0, ROWS).map((object) => columns.map((column) => shown(object[column]))),
    problem: objects.length === 0 ? 'It has no JSON object in its first lines: give one a line.' : undefined,
  };
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
