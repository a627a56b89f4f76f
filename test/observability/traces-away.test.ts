import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Log } from '#src/log.js';
import { otlpTracing } from '#src/tracing/otlp.js';
import { eventually } from '../eventually.js';
import { freePort } from '../system/stage.js';

const settings = { OTEL_TRACES_SAMPLER: 'often', OTEL_BSP_MAX_QUEUE_SIZE: 'many', OTEL_BSP_SCHEDULE_DELAY: '50' };

describe('a wrong setting of OpenTelemetry', () => {
  beforeEach(() => {
    Object.assign(process.env, settings);
  });
  afterEach(() => {
    for (const name of Object.keys(settings)) delete process.env[name];
  });

  it('is told as such, and does not keep quiet that the collector is away', async () => {
    const told: { fact: string; why: string }[] = [];
    const quiet = () => {};
    const warn: Log['warn'] = (fact, particulars = {}) => told.push({ fact, why: String(particulars.why) });
    const log: Log = { debug: quiet, info: quiet, warn, error: quiet };
    const tracing = otlpTracing('manyhead-test', `http://127.0.0.1:${await freePort()}`, log);
    const wrong = told.filter(({ fact }) => fact === 'a setting of OpenTelemetry cannot be used');
    expect(wrong.map(({ why }) => why.match(/OTEL_\w+/)?.[0]).sort()).toEqual([
      'OTEL_BSP_MAX_QUEUE_SIZE',
      'OTEL_TRACES_SAMPLER',
    ]);
    expect(told).toHaveLength(wrong.length);
    tracing.begin('a request', 'server', undefined).end();
    await eventually('the missing collector to be told', () =>
      told.some(({ fact }) => fact === 'traces cannot be sent'),
    );
    await tracing.close();
  });
});
