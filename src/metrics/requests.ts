import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface RequestMetrics {
  /**
   * @param failure the code it was answered with, where it was an error
   * @param seconds from its arrival to its answer
   */
  ended(type: string, operation: string, failure: string | undefined, seconds: number): void;
  uploaded(rows: number): void;
  /** @param count called when the metrics are read */
  webSockets(count: () => number): void;
}

/** From a vector that is in the cache to a fit of 200,000 rows that are stored first. */
const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Requests, by what they ask for and how they are answered. */
export function requestMetrics(register: Registry): RequestMetrics {
  const registers = [register];
  const requests = new Histogram({
    name: 'manyhead_request_seconds',
    help: 'Requests that were answered, by type, field of the schema and code, and the seconds they took.',
    labelNames: ['type', 'operation', 'code'],
    buckets: SECONDS,
    registers,
  });
  const rows = new Counter({
    name: 'manyhead_uploaded_rows_total',
    help: 'Rows of data sets that were uploaded.',
    registers,
  });
  return {
    ended: (type, operation, failure, seconds) => requests.labels(type, operation, failure ?? 'OK').observe(seconds),
    uploaded: (count) => rows.inc(count),
    webSockets(count) {
      new Gauge({
        name: 'manyhead_websocket_connections',
        help: 'WebSocket connections that are open.',
        registers,
        collect() {
          this.set(count());
        },
      });
    },
  };
}
