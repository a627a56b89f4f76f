import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql, type Installation, install, type Reply, talk } from './stage.js';

describe('a schema that is not to be told', () => {
  let home: Installation;
  let api: { address: string };

  beforeAll(async () => {
    home = await install();
    api = await home.start({ INTROSPECTION: 'off' });
  });
  afterAll(() => home.remove());

  it.each([
    '{ __schema { types { name } } }',
    '{ __type(name: "Model") { name } }',
    '{ ...A } fragment A on Query { x: __schema { description } }',
  ])('is not told: %s', async (query) => {
    expect(await graphql(api.address, query)).toMatchObject({ status: 400, code: 'INTROSPECTION_DISABLED' });
  });

  it('is not told by guesses either, over HTTP or WebSocket', async () => {
    for (const [query, variables] of [
      ['{ model { nam } }', {}],
      ['{ modelz { name } }', {}],
      ['{ embed(text: ["x"]) { dimensions } }', {}],
      ['query A($p: Projection) { embed(texts: ["x"], projection: $p) { dimensions } }', { p: 'PCB' }],
    ] as const) {
      const reply: Reply = await graphql(api.address, query, { variables });
      expect(reply.body).toMatch(/errors/);
      expect(reply.body).not.toMatch(/Did you mean|PCA|models|texts"/);
      const client = await talk(api.address);
      client.say({ type: 'connection_init' });
      await client.hears('connection_ack');
      client.say({ type: 'subscribe', id: '1', payload: { query, variables } });
      const heard = await Promise.race([client.hears('error'), client.hears('next')]);
      expect(JSON.stringify(heard)).not.toMatch(/Did you mean|PCA"/);
      client.end();
    }
  });

  it('leaves __typename, which clients ask for everywhere', async () => {
    expect((await graphql(api.address, '{ __typename models { __typename } }')).status).toBe(200);
  });
});
