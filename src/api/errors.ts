import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { StorageError } from '../artifacts/storage-error.js';
import { ManyheadError, publicError } from '../errors.js';
import type { Log } from '../log.js';

/** Codes of errors that GraphQL itself finds in a request; their messages are the caller's own affair. */
const REQUEST_CODES = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/**
 * An error as a caller may see it: a ManyheadError and what GraphQL finds wrong with the request as they are; of
 * anything else an id, under which the log holds the cause. Of a StorageError the log has the cause, too: nobody else could mend it.
 * @param request the id of the request that is answered
 * @param tellsSchema whether GraphQL may guess what was meant, and so tell names that nobody asked for
 */
export function callerError(
  error: unknown,
  log: Log,
  request: string | undefined,
  tellsSchema = true,
): GraphQLFormattedError {
  const cause = causeOf(error);
  const place = error instanceof GraphQLError ? { locations: error.locations, path: error.path } : {};
  if (cause instanceof ManyheadError) {
    const { code, field, message } = cause;
    if (cause instanceof StorageError)
      log.error('the data folder could not be written to', { request, code }, cause.cause);
    return { message, ...place, extensions: field === undefined ? { code } : { code, field } };
  }
  if (
    error instanceof GraphQLError &&
    (cause instanceof GraphQLError || REQUEST_CODES.has(String(error.extensions.code)))
  ) {
    const code = error.extensions.code ?? 'GRAPHQL_VALIDATION_FAILED';
    if (REQUEST_CODES.has(String(code)))
      return { message: tellsSchema ? error.message : withoutGuess(error.message), ...place, extensions: { code } };
  }
  const { code, message, id } = publicError(cause);
  log.error('a request failed', { id, request }, cause);
  return { message, ...place, extensions: { code, id } };
}

/** What a resolver threw, under everything that GraphQL wrapped around it. */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError !== undefined ? causeOf(error.originalError) : error;
}

/** GraphQL's messages end with their guess: `... Did you mean "models"?` */
const withoutGuess = (message: string): string => message.replace(/ ?Did you mean .*$/s, '');
