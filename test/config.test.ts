import { describe, expect, it } from 'vitest';
import { hidePassword, readConfig } from '#src/config.js';

describe('the configuration', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).toMatchObject({
      port: 4000,
      host: '127.0.0.1',
      queue: { kind: 'embedded' },
      encoderPrecision: 'fp32',
      workerConcurrency: 1,
      console: true,
      graphiql: true,
      board: false,
      workerMetrics: undefined,
      tracesEndpoint: undefined,
      starter: true,
    });
  });

  it('takes an empty variable for an absent one', () => {
    expect(readConfig({ PORT: '', REDIS_URL: ' ' })).toMatchObject({ port: 4000, queue: { kind: 'embedded' } });
  });

  it.each([
    ['PORT', '70000'],
    ['PORT', '1e3'],
    ['ENCODER_THREADS', '0'],
    ['ENCODER_PRECISION', 'fp16'],
    ['LOG_LEVEL', 'loud'],
    ['SHUTDOWN_GRACE_MS', '5s'],
    ['GRAPHIQL', 'maybe'],
    ['BOARD', 'yes'],
    ['METRICS_PORT', '0'],
    ['SLOW_REQUEST_MS', '0'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'localhost:4317'],
    ['REDIS_URL', 'localhost:6379'],
    ['OPENAI_MODELS', 'text-embedding-3-small'],
  ])('names %s, its value and what it may be, when it is %s', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(`${name} is "${value}"`);
  });

  it('reads a choice in any case', () => {
    expect(readConfig({ ENCODER_PRECISION: 'INT8' }).encoderPrecision).toBe('int8');
  });

  it('reads the names that are lent to models', () => {
    const { openAiModels } = readConfig({ OPENAI_MODELS: 'text-embedding-3-small=default, ada = support@staging' });
    expect([...openAiModels]).toEqual([
      ['text-embedding-3-small', 'default'],
      ['ada', 'support@staging'],
    ]);
  });

  it('never shows a password', () => {
    expect(hidePassword('redis://user:secret@host:1/2')).toBe('redis://user:***@host:1/2');
    expect(() => readConfig({ REDIS_URL: 'http://user:secret@host' })).toThrow(/\*\*\*/);
  });
});
