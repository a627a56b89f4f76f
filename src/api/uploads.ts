import type { IncomingMessage } from 'node:http';
import type { Express, Request, Response } from 'express';
import { readColumns } from '../datasets/reading/columns.js';
import { UnreadableRows } from '../datasets/reading/problem.js';
import { type FileFormat, readRows } from '../datasets/reading/read.js';
import { type ErrorCode, ManyheadError, shown } from '../errors.js';
import type { Log } from '../log.js';
import type { RequestMetrics } from '../metrics/requests.js';
import { checkName } from '../names.js';
import type { Rooms } from './context.js';
import { callerError } from './errors.js';
import { admissionOf } from './gate/gate.js';
import { isGone } from './gone.js';
import { parametersIn } from './parameters.js';
import { PreconditionFailed, preconditionOf } from './precondition.js';
import { requestOf } from './requests/request.js';

/** An upload from which nothing comes for so long is ended, in milliseconds; one that comes slowly may take hours. */
const SILENCE = 30_000;

const formats: Readonly<Record<string, FileFormat>> = {
  'text/csv': 'csv',
  'application/csv': 'csv',
  'application/x-ndjson': 'json-lines',
  'application/ndjson': 'json-lines',
  'application/jsonl': 'json-lines',
  'application/json-lines': 'json-lines',
};

const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  STORAGE_FULL: 507,
  STORAGE_UNAVAILABLE: 503,
};

/**
 * PUT /datasets/:name stores the rows of a CSV or JSON lines file of any size under a name, read as they come; the data set that
 * had the name before stays until the last row is stored, and for good where it is not what the request says (precondition.ts).
 * @param longest bytes of a file at most
 */
export function serveUploads(app: Express, rooms: Rooms, longest: number, metrics: RequestMetrics, log: Log): void {
  app.put('/datasets/:name', async (request, response) => {
    requestOf(request)?.asks({ type: 'upload', fields: 'datasets', name: undefined });
    request.setTimeout(SILENCE, () => request.destroy());
    try {
      const dataset = await store(request, rooms, longest);
      metrics.uploaded(dataset.rows);
      const about = {
        request: requestOf(request)?.id,
        dataset: dataset.name,
        rows: dataset.rows,
        digest: dataset.digest,
      };
      log.info('data set uploaded', about);
      response.json(dataset);
    } catch (error) {
      if (!isGone(error, response)) refuse(error, request, response, log);
    }
  });
}

function store(request: Request, { datasets, tokenLimit }: Rooms, longest: number) {
  const name = checkName('name', String(request.params.name));
  const [type, charset] = contentType(request);
  const columns = readColumns(parametersIn(request.originalUrl));
  const mayReplace = preconditionOf(request, name);
  return datasets.create(name, readRows(within(longest, request), type, charset, columns), tokenLimit, mayReplace);
}

/** The bytes of a request, for as long as they are not too many and their sender is welcome: what it says of its length is not needed, and not believed. */
async function* within(longest: number, request: Request): AsyncGenerator<Buffer> {
  const tooLarge = new ManyheadError(
    'PAYLOAD_TOO_LARGE',
    `The file is too large: give at most ${longest / 2 ** 20} MB (UPLOAD_MAX_MB).`,
  );
  if (Number(request.headers['content-length'] ?? 0) > longest) throw tooLarge;
  const admission = admissionOf(request);
  const checkWelcome = () => {
    if (!admission.isStillWelcome())
      throw new ManyheadError('UNAUTHENTICATED', 'The key opens nothing any more: what has arrived is not stored.');
  };
  let length = 0;
  for await (const chunk of request) {
    checkWelcome();
    length += chunk.length;
    if (length > longest) throw tooLarge;
    yield chunk;
  }
  // That there is no more may be said long after the last of it.
  checkWelcome();
  // It has arrived: storing it may take as long as it takes.
  request.setTimeout(0);
}

class UnknownFormat extends ManyheadError {}

function contentType({ headers }: IncomingMessage): [FileFormat, string | undefined] {
  const given = headers['content-type'] ?? '';
  const type = given.split(';')[0].trim().toLowerCase();
  const encoding = headers['content-encoding'];
  if (encoding !== undefined)
    throw new UnknownFormat(
      'BAD_USER_INPUT',
      `the content encoding is ${shown(encoding)}: send the file as it is.`,
      'Content-Encoding',
    );
  if (!Object.hasOwn(formats, type))
    throw new UnknownFormat(
      'BAD_USER_INPUT',
      `the content type is ${shown(given)}: give text/csv or application/x-ndjson.`,
      'Content-Type',
    );
  return [formats[type], given.match(/charset="?([^";\s]+)/i)?.[1]];
}

function refuse(error: unknown, request: Request, response: Response, log: Log): void {
  requestOf(request)?.fails(error instanceof ManyheadError ? error.code : 'INTERNAL');
  // What is still to come is not read.
  response.set('Connection', 'close').status(statusOf(error));
  if (error instanceof UnreadableRows) {
    const { code } = error;
    const errors = error.problems.map(({ message, ...place }) => ({ message, extensions: { code, ...place } }));
    response.json({ errors, errorCount: error.count });
  } else response.json({ errors: [callerError(error, log, requestOf(request)?.id)], errorCount: 1 });
  request.resume();
}

function statusOf(error: unknown): number {
  if (error instanceof UnknownFormat) return 415;
  if (error instanceof PreconditionFailed) return 412;
  return error instanceof ManyheadError ? (statuses[error.code] ?? 500) : 500;
}
