import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { newUsage, type Usage } from '../../encoder/usage.js';
import type { Log } from '../../log.js';
import type { RequestMetrics } from '../../metrics/requests.js';
import { type Span, type Tracing, unheard } from '../../tracing/span.js';
import { entryOf } from '../gate/routes.js';
import type { Operation } from './operation.js';

/** A request, from its arrival to its answer. */
export interface ObservedRequest {
  /** What the log knows it by: the caller's own X-Request-Id, or one of ours. */
  readonly id: string;
  readonly span: Span;
  readonly usage: Usage;
  /** What it asks for, once that is known. */
  asks(operation: Operation): void;
  /** It is answered with an error; the first one counts. */
  fails(code: string): void;
  /** It was answered, or its caller has gone. */
  ends(): void;
}

export interface RequestObserver {
  /**
   * A request over HTTP. Its id is answered in X-Request-Id; it ends when its answer is sent. Of pages, and of who asks whether the
   * process lives, nothing more is told.
   */
  http(request: IncomingMessage, response: ServerResponse): ObservedRequest;
  /** An operation over a WebSocket. */
  operation(): ObservedRequest;
}

/**
 * Sees to it that every request is counted, traced and, where it is slow, told in the log.
 * @param slowAfter milliseconds
 */
export function observeRequests(
  log: Log,
  tracing: Tracing,
  metrics: RequestMetrics,
  slowAfter: number,
): RequestObserver {
  const begin = (id: string, span: Span): ObservedRequest => {
    const begun = performance.now();
    const usage = newUsage();
    let operation: Operation | undefined;
    let failure: string | undefined;

    const end = (asked: Operation): void => {
      const milliseconds = Math.round(performance.now() - begun);
      const { type, fields, name } = asked;
      metrics.ended(type, fields, failure, (performance.now() - begun) / 1000);
      span.rename(`${type} ${fields}`);
      span.set({ request: id, texts: usage.texts, tokens: usage.tokens });
      span.end(failure);
      const told = { request: id, type, operation: fields, name, ...usage, milliseconds, code: failure ?? 'OK' };
      // How long a subscription goes on is its caller's choice.
      if (milliseconds > slowAfter && type !== 'subscription') log.warn('slow request', told);
      else log.debug('request answered', told);
    };

    return {
      id,
      span,
      usage,
      asks(asked) {
        operation = asked;
      },
      fails(code) {
        failure ??= code;
      },
      ends() {
        if (operation !== undefined) end(operation);
        else if (failure !== undefined) end({ type: 'unknown', fields: 'unknown', name: undefined });
      },
    };
  };

  return {
    http(incoming, response) {
      const { method, url, headers, socket } = incoming;
      const id = requestId(headers['x-request-id']);
      response.setHeader('x-request-id', id);
      const { kind } = entryOf(method ?? '', url ?? '');
      const isWork = kind !== 'page' && kind !== 'health';
      const span = isWork ? tracing.begin('request', 'server', [headers.traceparent].flat()[0]) : unheard;
      const request = begin(id, span);
      let isSent = false;
      response.once('finish', () => {
        // It finishes, too, when its socket is lost while it is written.
        isSent = !socket.destroyed && socket.errored === null;
      });
      response.once('close', () => {
        if (!isSent) request.fails('GONE');
        else if (isWork && response.statusCode >= 400) request.fails(`HTTP_${response.statusCode}`);
        request.ends();
      });
      observed.set(incoming, request);
      return request;
    },
    operation: () => begin(randomUUID(), tracing.begin('request', 'server', undefined)),
  };
}

const observed = new WeakMap<IncomingMessage, ObservedRequest>();

/** The request that came with a message. */
export const requestOf = (incoming: IncomingMessage): ObservedRequest | undefined => observed.get(incoming);

/** An id that a caller gives is kept where it cannot confuse a log: 1 to 128 letters, digits and `. _ : -`. */
const requestId = (given: string | string[] | undefined): string =>
  typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
