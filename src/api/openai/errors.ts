import { ManyheadError, publicError } from '../../errors.js';
import type { Log } from '../../log.js';

/** An error as the OpenAI API writes it, and the status it comes with. */
export interface OpenAiError {
  readonly status: number;
  readonly body: {
    readonly error: {
      readonly message: string;
      readonly type: string;
      /** The field of the request that is wrong. */
      readonly param: string | null;
      readonly code: string;
    };
  };
}

const INVALID = 'invalid_request_error';

/**
 * What our codes are over there. OpenAI's clients ask again after 408, 409, 429 and from 500 on: so what asking again
 * cannot mend (CONFLICT, DAMAGED) is a 400, and what it can is a 503 or a 429.
 */
const meanings: ReadonlyMap<string, readonly [status: number, type: string, code: string]> = new Map([
  ['BAD_USER_INPUT', [400, INVALID, 'invalid_value']],
  ['TOO_MANY_TEXTS', [400, INVALID, 'too_many_texts']],
  ['ANSWER_TOO_LARGE', [400, INVALID, 'answer_too_large']],
  ['CONFLICT', [400, INVALID, 'conflict']],
  ['DAMAGED', [400, 'server_error', 'damaged']],
  ['UNAUTHENTICATED', [401, INVALID, 'invalid_api_key']],
  ['FORBIDDEN', [403, INVALID, 'insufficient_permissions']],
  ['HOST_NOT_ALLOWED', [403, INVALID, 'host_not_allowed']],
  ['ORIGIN_NOT_ALLOWED', [403, INVALID, 'origin_not_allowed']],
  ['NOT_FOUND', [404, INVALID, 'model_not_found']],
  ['UNSUPPORTED_MEDIA_TYPE', [415, INVALID, 'unsupported_media_type']],
  ['RATE_LIMITED', [429, 'requests', 'rate_limit_exceeded']],
  ['OVERLOADED', [503, 'server_error', 'overloaded']],
]);

function openAiError(
  status: number,
  message: string,
  type: string,
  code: string,
  param: string | null = null,
): OpenAiError {
  return { status, body: { error: { message, type, param, code } } };
}

/** A request that is refused for what it is, not for a value in it. */
export const invalidRequest = (status: number, code: string, message: string): OpenAiError =>
  openAiError(status, message, INVALID, code);

/** What is meant for the caller; undefined where that has no meaning over there. */
export function meantOpenAiError({ code: own, message, field }: ManyheadError): OpenAiError | undefined {
  const meaning = meanings.get(own);
  if (meaning === undefined) return undefined;
  const [status, type, code] = meaning;
  return openAiError(status, message, type, code, field);
}

/**
 * Anything that was thrown, as a caller may see it; what is internal stays in the log, under an id.
 * @param request the id of the request that is answered
 */
export function callerOpenAiError(error: unknown, log: Log, request: string | undefined): OpenAiError {
  const meant = error instanceof ManyheadError ? meantOpenAiError(error) : undefined;
  if (meant) return meant;
  const { message, id } = publicError(error);
  log.error('a request failed', { id, request }, error);
  return openAiError(500, message, 'server_error', 'internal_error');
}
