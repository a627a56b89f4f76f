import type { ServerResponse } from 'node:http';
import { systemCode } from '../errors.js';

/**
 * Whether nobody hears an answer any more: the caller has gone away, or has broken HTTP in the middle of a body, upon which
 * Node has said 400 and closed the connection.
 */
export const isGone = (error: unknown, response: ServerResponse): boolean =>
  response.destroyed || systemCode(error)?.startsWith('HPE_') === true;
