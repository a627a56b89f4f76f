import { GraphQLError, parse } from 'graphql';
import { LRUCache } from 'lru-cache';
import { ManyheadError } from '../errors.js';
import { type AllowedOperations, operationId } from './allowed.js';
import { excess } from './excess.js';
import type { Measures, OperationLimits } from './limits.js';
import { type DocumentMeasures, measure } from './measure.js';

/** A GraphQL request as it was sent. */
export interface Request {
  readonly query?: unknown;
  readonly variables?: unknown;
  readonly extensions?: unknown;
}

/** Looks at requests before GraphQL does. */
export interface Inspector {
  /**
   * @returns the request to go on with: an operation that was asked for by its id has its document filled in
   * @throws ManyheadError naming the limit that it passes, and its value
   */
  request<R extends Request>(request: R): R;
  /** The same for the body of a POST: also refuses several requests in one. */
  body(body: unknown): unknown;
}

export interface InspectorSettings {
  readonly limits: OperationLimits;
  readonly introspection: boolean;
  /** The only ones that may be run; undefined: any. */
  readonly operations: AllowedOperations | undefined;
}

/** Documents that were found good are remembered up to so many characters together, and none that is longer than a 64th of that. */
const REMEMBERED = 4 * 1024 * 1024;

const measured = [
  'depth',
  'width',
  'fields',
  'aliases',
  'duplicates',
  'directives',
] as const satisfies readonly Exclude<keyof Measures, 'characters'>[];

export function openInspector({ limits, introspection, operations }: InspectorSettings): Inspector {
  const good = new LRUCache<string, true>({
    maxSize: REMEMBERED,
    maxEntrySize: REMEMBERED / 64,
    sizeCalculation: (_, text) => text.length + 64,
  });

  const document = (text: string): void => {
    if (good.has(text)) return;
    if (text.length > limits.characters) throw excess('characters', text.length, limits);
    const found = measuredWithin(text, limits);
    // What is no GraphQL is told so by who is about to parse it for good.
    if (found === undefined) return;
    for (const name of measured) if (found[name] > limits[name]) throw excess(name, found[name], limits);
    if (found.asksForSchema && !introspection)
      throw new ManyheadError('INTROSPECTION_DISABLED', 'The schema is not told here: leave out __schema and __type.');
    good.set(text, true);
  };

  const request = <R extends Request>(given: R): R => {
    if (!isWithin(given.variables, limits.variableDepth)) throw excess('variableDepth', undefined, limits);
    const id = operationId(given);
    const text = operations === undefined ? given.query : operations.documentOf(id, given.query);
    if (typeof text !== 'string') return given;
    document(text);
    return operations === undefined ? given : { ...given, query: text, extensions: {} };
  };

  return {
    request,
    body(body) {
      if (Array.isArray(body))
        throw new ManyheadError('BATCHING_NOT_SUPPORTED', 'The body is an array: send one request at a time.');
      return typeof body === 'object' && body !== null ? request(body) : body;
    },
  };
}

function measuredWithin(text: string, limits: OperationLimits): DocumentMeasures | undefined {
  try {
    return measure(parse(text, { maxTokens: limits.tokens }));
  } catch (error) {
    // The stack is a limit of depth as well.
    if (error instanceof RangeError) throw excess('depth', undefined, limits);
    if (error instanceof GraphQLError && error.message.includes('Document contains more that'))
      throw excess('tokens', undefined, limits);
    return undefined;
  }
}

/** Whether lists and objects are at most so deep within one another. */
function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  for (const part of Array.isArray(value) ? value : Object.values(value)) if (!isWithin(part, depth - 1)) return false;
  return true;
}
