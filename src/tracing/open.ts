import type { Log } from '../log.js';
import { noTracing, type Tracing } from './span.js';

/**
 * Tracing to an OpenTelemetry collector, or none where no collector is named: then nothing of it is loaded.
 * @param service what the spans of this process are told under
 * @param endpoint the collector's address for OTLP over HTTP, such as `http://127.0.0.1:4318`
 */
export async function openTracing(service: string, endpoint: string | undefined, log: Log): Promise<Tracing> {
  if (endpoint === undefined) return noTracing;
  const { otlpTracing } = await import('./otlp.js');
  return otlpTracing(service, endpoint, log);
}
