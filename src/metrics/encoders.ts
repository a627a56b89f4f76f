import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { EncoderCounts, OnBatch } from '../encoder/counts.js';
import type { Encoders } from '../serving/encoders.js';

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

/** Runs of the encoders: what is in them, how long it waited, how long they take. */
export function batchMetrics(register: Registry): OnBatch {
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `manyhead_encoder_${name}`, help, buckets, registers: [register] });
  const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
  const texts = histogram('batch_texts', 'Texts in a run of an encoder.', [1, 2, 4, 8, 16, 32, 64, 128]);
  const tokens = histogram('batch_tokens', 'Tokens in a run, padding left out.', [16, 32, 64, 128, 256, 512, 1024]);
  const waited = histogram('batch_wait_seconds', 'How long the first text of a run waited for it.', seconds);
  const took = histogram('batch_seconds', 'How long a run took.', seconds);
  return (batch) => {
    texts.observe(batch.texts);
    tokens.observe(batch.tokens);
    waited.observe(batch.waited);
    took.observe(batch.took);
  };
}

/** What the encoders of a process have done since it started, and what waits for them. */
export function encoderMetrics(register: Registry, encoders: Encoders): void {
  const registers = [register];
  for (const count of Object.keys(counters).filter(isCount)) {
    const [name, help] = counters[count];
    new Counter({
      name: `manyhead_encoder_${name}_total`,
      help: `${help}.`,
      registers,
      collect() {
        this.reset();
        this.inc(encoders.counts[count]);
      },
    });
  }
  new Gauge({
    name: 'manyhead_encoder_waiting_tokens',
    help: 'Tokens that wait to be encoded.',
    registers,
    async collect() {
      this.set(await encoders.waitingTokens());
    },
  });
  new Gauge({
    name: 'manyhead_encoder_cache_bytes',
    help: 'Bytes of the vectors that are known already.',
    registers,
    collect() {
      this.set(encoders.cacheBytes());
    },
  });
}

const isCount = (name: string): name is keyof EncoderCounts => name in counters;
