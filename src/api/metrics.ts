import type { Express } from 'express';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { EncoderCounts } from '../encoder/counts.js';
import type { Context } from './context.js';

/** What each count of the encoders is called, and means. */
const counters: Readonly<Record<keyof EncoderCounts, readonly [name: string, help: string]>> = {
  encoded: ['texts_encoded', 'Texts that were encoded'],
  cached: ['cache_hits', 'Texts whose vector was in the cache'],
  joined: ['texts_joined', 'Texts whose vector another request was waiting for already'],
  refused: ['requests_refused', 'Requests that were turned away because too much was waiting'],
  batches: ['batches', 'Runs of an encoder'],
  tokens: ['tokens', 'Tokens in the runs'],
  places: ['places', 'Places in the runs, padding among them'],
};

/** Counts and measures of this process at /metrics, as Prometheus reads them. */
export function serveMetrics(app: Express, { encoders }: Context): void {
  const register = new Registry();
  collectDefaultMetrics({ register });
  for (const count of Object.keys(counters).filter(isCount)) {
    const [name, help] = counters[count];
    new Counter({
      name: `manyhead_encoder_${name}_total`,
      help: `${help}.`,
      registers: [register],
      collect() {
        this.reset();
        this.inc(encoders.counts[count]);
      },
    });
  }
  new Gauge({
    name: 'manyhead_encoder_waiting_tokens',
    help: 'Tokens that wait to be encoded.',
    registers: [register],
    async collect() {
      this.set(await encoders.waitingTokens());
    },
  });
  new Gauge({
    name: 'manyhead_encoder_cache_bytes',
    help: 'Bytes of the vectors that are known already.',
    registers: [register],
    collect() {
      this.set(encoders.cacheBytes());
    },
  });
  app.get('/metrics', async (_, response) => {
    response.type(register.contentType).send(await register.metrics());
  });
}

const isCount = (name: string): name is keyof EncoderCounts => name in counters;
