import { ask, type CallOptions, type Connection, send } from './http.js';
import * as operations from './operations.js';

/** Rows under a name. */
export type Dataset = NonNullable<operations.DatasetQuery['dataset']>;

/** What an upload made of a file. */
export type UploadedDataset = Pick<Dataset, 'name' | 'rows' | 'digest' | 'warnings'>;

export interface UploadOptions extends CallOptions {
  readonly format: 'csv' | 'json-lines';
  /** Of a file that is not in UTF-8. */
  readonly charset?: string;
  /**
   * The digest of the rows that may be replaced; null: none, the name must be a new one. Where the name means others, nothing is
   * stored (CONFLICT, status 412), but for rows that it means already. What is there is replaced when absent.
   */
  readonly replaces?: string | null;
  /** Which columns, or keys, are what; a column that is none of them is a task of its name. */
  readonly columns?: {
    readonly text?: string;
    readonly split?: string;
    /** Tasks and their columns; `name[]` for a task with any number of labels. Other columns are left out. */
    readonly tasks?: Readonly<Record<string, string>>;
  };
}

export interface Datasets {
  /**
   * Stores the rows of a file under a name, read by the server as they come. What the name meant before is replaced, but stays where
   * anything is wrong.
   * @throws ClientError whose `problems` name line and column
   */
  upload(
    name: string,
    rows: string | Blob | Uint8Array<ArrayBuffer> | ReadableStream,
    options: UploadOptions,
  ): Promise<UploadedDataset>;
  /** Undefined where there is none of that name. */
  get(name: string, options?: CallOptions): Promise<Dataset | undefined>;
  list(options?: CallOptions): Promise<readonly Dataset[]>;
  /** False where there was none. */
  delete(name: string, options?: CallOptions): Promise<boolean>;
}

const types = { csv: 'text/csv', 'json-lines': 'application/x-ndjson' } as const;

const conditionOf = (replaces: UploadOptions['replaces']): Readonly<Record<string, string>> => {
  if (replaces === undefined) return {};
  return replaces === null ? { 'if-none-match': '*' } : { 'if-match': `"${replaces}"` };
};

export const datasetsOver = (connection: Connection): Datasets => ({
  upload(name, rows, { format, charset, columns: { text, split, tasks = {} } = {}, replaces, signal }) {
    const parameters = new URLSearchParams({ ...(text && { text }), ...(split && { split }) });
    for (const [task, column] of Object.entries(tasks)) parameters.set(`task.${task}`, column);
    const asked = parameters.size > 0 ? `?${parameters}` : '';
    return send(connection, `datasets/${encodeURIComponent(name)}${asked}`, {
      method: 'PUT',
      headers: {
        'content-type': `${types[format]}${charset ? `; charset=${charset}` : ''}`,
        ...conditionOf(replaces),
      },
      body: rows,
      signal,
      // Without it no stream is taken; browsers ask for it too.
      duplex: 'half',
    });
  },
  get: async (name, options) => (await ask(connection, operations.Dataset, { name }, options)).dataset ?? undefined,
  list: async (options) => (await ask(connection, operations.Datasets, {}, options)).datasets,
  delete: async (name, options) => (await ask(connection, operations.DeleteDataset, { name }, options)).deleteDataset,
});
