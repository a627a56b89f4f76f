import type { Express } from 'express';
import type { Registry } from 'prom-client';

/** Counts and measures of this process at /metrics, as Prometheus reads them. */
export function serveMetrics(app: Express, register: Registry): void {
  app.get('/metrics', async (_, response) => {
    response.type(register.contentType).send(await register.metrics());
  });
}
