import type { ErrorRequestHandler } from 'express';
import type { Log } from '../log.js';
import { BodyTooLarge, bodyLimitOf, tooLong } from './bodies.js';
import { BrokenUtf8 } from './broken-utf8.js';
import { callerError } from './errors.js';
import { refuse } from './gate/refusal.js';
import { isGone } from './gone.js';
import { unsupported } from './media-type.js';
import { requestOf } from './requests/request.js';

const whyUnreadable = (error: { readonly type?: unknown }): string =>
  error instanceof BrokenUtf8
    ? 'its body is not UTF-8'
    : error.type === 'entity.parse.failed'
      ? 'its body is not JSON'
      : typeof error.type === 'string'
        ? 'its body is broken'
        : 'its address is broken';

/** A request that could not be read (too long, not JSON, cut off, of an impossible address), said the way GraphQL says it. */
export const bodyErrors =
  (log: Log): ErrorRequestHandler =>
  (error, request, response, next) => {
    if (response.headersSent) return next(error);
    if (isGone(error, response)) return;
    const status = typeof error?.status === 'number' && error.status >= 400 && error.status < 500 ? error.status : 500;
    if (status === 500) {
      response.status(500).json({ errors: [callerError(error, log, requestOf(request)?.id)] });
      return;
    }
    if (status === 413)
      return refuse(error instanceof BodyTooLarge ? error : tooLong(bodyLimitOf(request)), request, response);
    const unread = unsupported(error);
    if (unread) return refuse(unread, request, response);
    // What a file's address may not be, such as one that leads out of its folder, is not there either.
    const isNowhere = status === 404 || (status === 403 && error.type === undefined);
    const code = isNowhere ? 'NOT_FOUND' : 'BAD_REQUEST';
    requestOf(request)?.fails(code);
    const message = isNowhere ? 'There is nothing here.' : `The request could not be read: ${whyUnreadable(error)}.`;
    response.status(isNowhere ? 404 : status).json({ errors: [{ message, extensions: { code } }] });
  };
