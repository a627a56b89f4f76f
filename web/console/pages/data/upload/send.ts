/** What is wrong with a file: its first problems, and how many there are. */
export interface Refusal {
  readonly errors: readonly { readonly message: string; readonly line: number | undefined }[];
  readonly count: number;
}

export type Sent =
  | { readonly kind: 'stored'; readonly rows: number; readonly warnings: readonly string[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'stopped' };

interface Upload {
  readonly path: string;
  readonly type: string;
  readonly file: File;
  readonly headers: Readonly<Record<string, string>>;
  /** @param share of the bytes that have gone out, 0 to 1 */
  onProgress(share: number): void;
  readonly signal: AbortSignal;
}

/** Sends a file as it is. By XMLHttpRequest, as `fetch` does not tell how much has gone out. Never rejects. */
export const send = ({ path, type, file, headers, onProgress, signal }: Upload): Promise<Sent> =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const refused = (message: string) =>
      resolve({ kind: 'refused', refusal: { errors: [{ message, line: undefined }], count: 1 } });
    request.open('PUT', path);
    request.setRequestHeader('content-type', type);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 1 : loaded / total);
    request.onerror = () =>
      refused(
        'The connection broke before the file was stored. Is the server running? If the file has changed since, choose it again.',
      );
    request.onabort = () => resolve({ kind: 'stopped' });
    request.onload = () => resolve(read(request.status, request.responseText));
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });

function read(status: number, body: string): Sent {
  const answer = parsed(body);
  if (status === 200 && isRecord(answer) && typeof answer.rows === 'number') {
    const warnings = Array.isArray(answer.warnings) ? answer.warnings.filter((each) => typeof each === 'string') : [];
    return { kind: 'stored', rows: answer.rows, warnings };
  }
  const errors = isRecord(answer) && Array.isArray(answer.errors) ? answer.errors.filter(isRecord) : [];
  const told = errors.map(({ message, extensions }) => ({
    message: String(message),
    line: isRecord(extensions) && typeof extensions.line === 'number' ? extensions.line : undefined,
  }));
  const count = isRecord(answer) && typeof answer.errorCount === 'number' ? answer.errorCount : told.length;
  return {
    kind: 'refused',
    refusal: {
      errors: told.length > 0 ? told : [{ message: `The server answered with status ${status}.`, line: undefined }],
      count: Math.max(1, count),
    },
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
