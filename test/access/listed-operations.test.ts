import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql, type Installation, install, type Sent, talk } from './stage.js';

describe('operations that are listed', () => {
  let home: Installation;
  const names = '{ models { name } }';
  const embed = 'query Embed($texts: [String!]!) { embed(texts: $texts) { dimensions } }';

  beforeAll(async () => {
    home = await install();
  });
  afterAll(() => home.remove());

  it('are the only ones that run, by their id or word for word', async () => {
    const manifest = join(home.folder, 'manifest.json');
    const operations = [
      { id: 'names-1', name: 'Names', type: 'query', body: names },
      { id: 'embed-1', name: 'Embed', type: 'query', body: embed },
    ];
    await writeFile(manifest, JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }));
    const { address } = await home.start({ PERSISTED_OPERATIONS: manifest });
    const ask = (request: object, sent: Sent = {}) => graphql(address, '', { ...sent, body: JSON.stringify(request) });
    const variables = { texts: ['hello'] };
    expect((await ask({ query: names })).status).toBe(200);
    expect((await ask({ documentId: 'names-1' })).body).toContain('"models"');
    const persistedQuery = { version: 1, sha256Hash: 'embed-1' };
    expect((await ask({ extensions: { persistedQuery }, variables })).body).toContain('384');
    expect((await ask({ query: embed, extensions: { persistedQuery }, variables })).body).toContain('384');
    for (const request of [
      { query: `${names} ` },
      { query: '{ __typename }' },
      { documentId: 'other' },
      { query: '' },
      {},
    ])
      expect(await ask(request)).toMatchObject({ status: 403, code: 'OPERATION_NOT_ALLOWED' });
    expect(await ask({ query: '{ __typename }' }, { path: '/graphql?way=long' })).toMatchObject({
      status: 403,
      code: 'OPERATION_NOT_ALLOWED',
    });
    const byAddress = (query: string) =>
      fetch(`${address}/graphql?${query}`, { headers: { 'apollo-require-preflight': '1' } }).then((response) =>
        response.text(),
      );
    expect(await byAddress('documentId=names-1')).toContain('"models"');
    expect(await byAddress('query={__typename}')).toContain('OPERATION_NOT_ALLOWED');
    const client = await talk(address);
    client.say({ type: 'connection_init' });
    await client.hears('connection_ack');
    client.say({ type: 'subscribe', id: '1', payload: { query: '', variables, extensions: { persistedQuery } } });
    expect((await client.hears('next')).payload.data.embed).toHaveLength(1);
    client.say({ type: 'subscribe', id: '2', payload: { query: '{ __typename }' } });
    expect((await client.hears('error')).payload[0].extensions.code).toBe('OPERATION_NOT_ALLOWED');
    client.end();
  });

  it('may be files in a folder, or an object of ids and documents', async () => {
    const folder = join(home.folder, 'operations');
    await mkdir(folder);
    // As an editor leaves it.
    await writeFile(join(folder, 'names.graphql'), `${names}\n`);
    const map = join(home.folder, 'map.json');
    await writeFile(map, JSON.stringify({ names }));
    for (const path of [folder, map]) {
      const { address, running } = await home.start({ PERSISTED_OPERATIONS: path });
      const sha256Hash = createHash('sha256').update(names).digest('hex');
      for (const request of [{ id: 'names' }, { query: names }, { extensions: { persistedQuery: { sha256Hash } } }])
        expect((await graphql(address, '', { body: JSON.stringify(request) })).body).toContain('"models"');
      await running.end('SIGKILL');
    }
  });

  it('stop the start with one line where they cannot be read', async () => {
    const broken = join(home.folder, 'broken.json');
    await writeFile(broken, JSON.stringify({ names: '{ models {' }));
    await expect(home.start({ PERSISTED_OPERATIONS: broken })).rejects.toThrow(
      /PERSISTED_OPERATIONS is .*broken\.json: the operation "names" is not GraphQL/,
    );
  });
});
