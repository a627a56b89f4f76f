import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, install, send } from '../access/stage.js';

describe('an answer that takes long to compute', () => {
  let home: Installation;
  let api: { address: string };
  beforeAll(async () => {
    home = await install();
    api = await home.start();
  });
  afterAll(() => home.remove());

  /** The longest that the API let others wait since it was asked last, in seconds. */
  const longestWait = async (): Promise<number> => {
    const { body } = await send(`${api.address}/metrics`);
    return Number(body.match(/^nodejs_eventloop_lag_max_seconds (\S+)/m)?.[1]);
  };
  const texts = Array.from({ length: 4_096 }, (_, i) => `text ${i % 20}`);
  const long: readonly [way: string, path: string, body: object][] = [
    [
      'embed',
      '/graphql',
      {
        query: 'query($texts: [String!]!) { embed(texts: $texts, dimensions: 383, encoding: BASE64) { vector } }',
        variables: { texts },
      },
    ],
    [
      'POST /v1/embeddings',
      '/v1/embeddings',
      { model: 'all-MiniLM-L6-v2', input: texts, dimensions: 383, encoding_format: 'base64' },
    ],
  ];

  it.each(long)('lets others have their turn meanwhile: %s', async (_, path, body) => {
    await longestWait();
    const asked = performance.now();
    const reply = await send(api.address + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const seconds = (performance.now() - asked) / 1000;
    expect(reply.status).toBe(200);
    expect(await longestWait()).toBeLessThan(seconds / 3);
  });
});
