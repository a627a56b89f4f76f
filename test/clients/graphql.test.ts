import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Headers, plainRequest } from './plain-request.js';
import { documented, type Product, runDocumented, startProduct } from './product.js';

describe('clients of GraphQL, as they come', () => {
  let product: Product;
  beforeAll(async () => {
    product = await startProduct();
    const [upload] = documented('clients.md', 'Rows to learn from', 'sh');
    const response = await fetch(`${product.address}/datasets/parcels`, {
      method: 'PUT',
      headers: { 'content-type': 'text/csv' },
      body: upload.match(/<<'CSV'\n(.*)CSV/s)?.[1],
    });
    expect(await response.json()).toMatchObject({ rows: 6 });
  });
  afterAll(() => product?.stop());

  it.each(['Apollo Client', 'urql', 'graphql-ws'])('%s trains, follows to the end, and classifies', async (client) => {
    const lines = await runDocumented(product, 'clients.md', client);
    const answer = lines.pop();
    expect(lines.filter((line) => line.startsWith('EPOCH')).length).toBeGreaterThan(0);
    expect(lines).toContain('VERSION SUCCEEDED');
    expect(lines.at(-1)).toBe('STATUS SUCCEEDED');
    expect(answer).toBe('delivery billing');
  });

  it('graphql-request trains, asks until the job has ended, and reads the code of an error', async () => {
    expect(await runDocumented(product, 'clients.md', 'graphql-request')).toEqual([
      'SUCCEEDED',
      'NOT_FOUND',
      'delivery billing',
    ]);
  });

  it("Apollo Client gets vectors as arrays, keeps them in its cache, and tells an error's code and field", async () => {
    const client = new ApolloClient({
      cache: new InMemoryCache(),
      link: new HttpLink({ uri: `${product.address}/graphql` }),
    });
    const query = gql`query Embed($dimensions: Int!) { embed(texts: ["Hello"], dimensions: $dimensions) { vector } }`;
    const { data } = await client.query({ query, variables: { dimensions: 4 } });
    expect(data).toMatchObject({ embed: [{ vector: Array.from({ length: 4 }, () => expect.any(Number)) }] });
    expect(client.readQuery({ query, variables: { dimensions: 4 } })).toEqual(data);
    const error = await client.query({ query, variables: { dimensions: 0 } }).catch((each: unknown) => each);
    expect(CombinedGraphQLErrors.is(error) && error.errors[0].extensions).toEqual({
      code: 'BAD_USER_INPUT',
      field: 'dimensions',
    });
    client.stop();
  });

  describe('a query by GET, as urql sends it', () => {
    const get = (headers: Headers, query = '{ embed(texts: ["Hello"]) { tokens } }') =>
      plainRequest(`${product.address}/graphql?query=${encodeURIComponent(query)}`, {
        accept: 'application/graphql-response+json',
        ...headers,
      });

    it('is answered where no browser says that another site sent it', async () => {
      const bySite: Headers[] = [{}, { 'sec-fetch-site': 'same-origin' }];
      for (const headers of bySite)
        expect(await get(headers)).toMatchObject({ status: 200, body: expect.stringContaining('"tokens":3') });
    });

    it.each([
      ['cross-site', 403, 'ORIGIN_NOT_ALLOWED'],
      ['same-site', 400, 'CSRF'],
      ['none', 400, 'CSRF'],
    ])('is refused where a browser says %s', async (site, status, why) => {
      expect(await get({ 'sec-fetch-site': site })).toMatchObject({ status, body: expect.stringContaining(why) });
    });

    it('changes nothing', async () => {
      const { status, body } = await get({}, 'mutation { deleteDataset(name: "parcels") }');
      expect([status, body]).toEqual([405, expect.stringContaining('GET requests only support query operations')]);
    });
  });
});
