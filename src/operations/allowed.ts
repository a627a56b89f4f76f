import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'graphql';
import { ManyheadError, messageOf, shown } from '../errors.js';
import type { Request } from './inspector.js';

/** The operations that may be run, and no others. */
export interface AllowedOperations {
  /** The document of an operation that was asked for by its id, or written out. @throws ManyheadError OPERATION_NOT_ALLOWED */
  documentOf(id: string | undefined, query: unknown): string;
}

/**
 * The id by which a request asks for an operation: `extensions.persistedQuery.sha256Hash`, as Apollo's and urql's clients send it, or
 * `documentId` or `id`, as Relay's and others do.
 */
export function operationId(
  request: Request & { readonly documentId?: unknown; readonly id?: unknown },
): string | undefined {
  const { extensions, documentId, id } = request;
  const persisted =
    isRecord(extensions) && isRecord(extensions.persistedQuery) ? extensions.persistedQuery.sha256Hash : undefined;
  return [persisted, documentId, id].find((each) => typeof each === 'string');
}

/**
 * Reads the operations that may be run.
 * @param path a folder of `.graphql` files, each of which is asked for by its name without the ending; or a JSON file: what
 *   `@apollo/generate-persisted-query-manifest` writes, or an object of ids and documents. The sha256 of a document is always an id of it
 * @throws Error saying what is wrong with it
 */
export function readOperations(path: string): AllowedOperations {
  const byId = new Map<string, string>();
  const documents = new Set<string>();
  for (const [id, document] of statSync(path).isDirectory() ? filesIn(path) : entriesOf(path)) {
    try {
      parse(document);
    } catch (error) {
      throw new Error(`the operation ${shown(id)} is not GraphQL: ${messageOf(error)}`);
    }
    byId.set(id, document);
    // A file ends with a line break, which whoever writes the document out leaves away.
    for (const written of new Set([document, document.trim()])) {
      byId.set(createHash('sha256').update(written).digest('hex'), document);
      documents.add(written);
    }
  }
  if (byId.size === 0) throw new Error('it holds no operations');
  return {
    documentOf(id, query) {
      if (typeof query === 'string' && query !== '') {
        if (documents.has(query)) return query;
        throw notAllowed('This document is not among the operations that may be run here.');
      }
      const document = id === undefined ? undefined : byId.get(id);
      if (document === undefined)
        throw notAllowed(
          id === undefined
            ? 'Only listed operations may be run here: ask for one by its id.'
            : `The operation ${shown(id)} is not among those that may be run here.`,
        );
      return document;
    },
  };
}

const notAllowed = (message: string): ManyheadError => new ManyheadError('OPERATION_NOT_ALLOWED', message);

const filesIn = (folder: string): [string, string][] =>
  readdirSync(folder)
    .filter((name) => /\.(graphql|gql)$/.test(name))
    .map((name) => [basename(name).replace(/\.\w+$/, ''), readFileSync(join(folder, name), 'utf8')]);

function entriesOf(file: string): [string, string][] {
  const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!isRecord(manifest)) throw new Error('it is no JSON object');
  const { operations } = manifest;
  const entries: [string, unknown][] = Array.isArray(operations)
    ? operations.map((each: unknown) => (isRecord(each) ? [String(each.id), each.body] : ['', undefined]))
    : Object.entries(manifest);
  return entries.map(([id, document]) => {
    if (typeof document !== 'string') throw new Error(`the operation ${shown(id)} has no document`);
    return [id, document];
  });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
