import {
  type Attributes,
  DiagLogLevel,
  diag,
  SpanKind as OtelKind,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  type SpanContext,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Log } from '../log.js';
import { version } from '../version.js';
import type { Span, SpanKind, Tracing } from './span.js';

/** How long the last spans may take to be sent, in milliseconds. */
const LAST_WORDS = 1_000;

/** A collector that does not answer is complained of once in so long, in milliseconds. */
const QUIET_FOR = 60_000;

const kinds: Readonly<Record<SpanKind, OtelKind>> = {
  server: OtelKind.SERVER,
  producer: OtelKind.PRODUCER,
  consumer: OtelKind.CONSUMER,
  internal: OtelKind.INTERNAL,
};

/** Spans by OpenTelemetry, sent in batches as OTLP over HTTP in JSON. */
export function otlpTracing(service: string, endpoint: string, log: Log): Tracing {
  const complaints = complainIn(log, endpoint);
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.version': version }),
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` })),
    ],
  });
  const tracer = provider.getTracer('manyhead', version);
  complaints.opened();

  const begin = (name: string, kind: SpanKind, parent: SpanContext | undefined, attributes?: Attributes): Span => {
    const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    return spanOf(tracer.startSpan(name, { kind: kinds[kind], attributes }, context));
  };

  const spanOf = (span: OtelSpan): Span => ({
    traceparent: traceparentOf(span.spanContext()),
    rename: (name) => span.updateName(name),
    set: (attributes) => span.setAttributes(attributes),
    begin: (name, kind, attributes) => begin(name, kind, span.spanContext(), attributes),
    end(failure) {
      if (failure !== undefined) span.setAttribute('error.type', failure).setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  });

  return {
    begin: (name, kind, parent, attributes) => begin(name, kind, readTraceparent(parent), attributes),
    async close() {
      let late: NodeJS.Timeout | undefined;
      const over = new Promise<void>((resolve) => {
        late = setTimeout(resolve, LAST_WORDS);
      });
      await Promise.race([provider.shutdown().catch(() => {}), over]);
      clearTimeout(late);
    },
  };
}

const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;

function readTraceparent(text: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = text?.match(/^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/) ?? [];
  if (traceId === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

/** Has the log told what OpenTelemetry complains of: while it is opened of its settings, which it reads then, later of the sending. */
function complainIn(log: Log, endpoint: string): { opened(): void } {
  let isOpen = false;
  let last = -Infinity;
  const complain = (message: string): void => {
    const why = message.slice(0, 200);
    if (!isOpen) {
      log.warn('a setting of OpenTelemetry cannot be used', { why });
      return;
    }
    const now = performance.now();
    if (now - last < QUIET_FOR) return;
    last = now;
    log.warn('traces cannot be sent', { endpoint, why });
  };
  const quiet = (): void => {};
  diag.setLogger(
    { error: complain, warn: complain, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  return {
    opened() {
      isOpen = true;
    },
  };
}
