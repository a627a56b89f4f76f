import type { Particulars } from '../log.js';

/** Whether a span answers somebody, hands work on, takes work that was handed on, or is a part of another. */
export type SpanKind = 'server' | 'producer' | 'consumer' | 'internal';

/** A piece of work with a beginning and an end, in a trace that may run through several processes. */
export interface Span {
  /** What names it to another process (W3C Trace Context); undefined where nothing is traced. */
  readonly traceparent: string | undefined;
  rename(name: string): void;
  set(attributes: Particulars): void;
  /** Begins a part of it. */
  begin(name: string, kind: SpanKind, attributes?: Particulars): Span;
  /** @param failure the code of what went wrong */
  end(failure?: string): void;
}

export interface Tracing {
  /**
   * Begins a span.
   * @param parent the `traceparent` of the span it belongs to, as another process told it; what is not one counts as absent
   */
  begin(name: string, kind: SpanKind, parent: string | undefined, attributes?: Particulars): Span;
  /** Sends what was not sent yet, for a second at most. */
  close(): Promise<void>;
}

/** A span of which nobody hears. */
export const unheard: Span = {
  traceparent: undefined,
  rename() {},
  set() {},
  begin: () => unheard,
  end() {},
};

export const noTracing: Tracing = { begin: () => unheard, close: async () => {} };
