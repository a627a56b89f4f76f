import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { graphql, type Installation, install } from './stage.js';

const NAMES = '{ datasets { name } }';
const ROWS = [
  { text: 'I like apples', labels: [{ task: 'fruit', label: 'apple' }] },
  { text: 'I like pears', labels: [{ task: 'fruit', label: 'pear' }] },
];
const CREATE = {
  query: 'mutation Create($rows: [ExampleInput!]!) { createDataset(name: "late", examples: $rows) { rows } }',
  variables: { rows: ROWS },
};

/** A request of which all but the last bytes have been sent; without them, all but the word that there are no more. */
interface Begun {
  /** Sends the rest. @returns the status of the answer, and its text */
  end(): Promise<[status: number | undefined, answer: string]>;
}

describe('a request whose body ends after its key was revoked', () => {
  let home: Installation;
  let address = '';
  let boss = '';
  let key = '';
  beforeAll(async () => {
    home = await install();
    boss = await home.keys('create', 'boss', '--scope', 'admin');
    key = await home.keys('create', 'leaver', '--scope', 'train');
    address = (await home.start({ RATE_LIMIT_FAILURES: '0' })).address;
  });
  afterAll(() => home.remove());

  const begin = async (
    method: string,
    path: string,
    headers: Record<string, string | number>,
    first: string,
    last?: string,
  ): Promise<Begun> => {
    const sending = request(address + path, {
      method,
      agent: false,
      headers: { authorization: `Bearer ${key}`, ...headers },
    });
    await new Promise<void>((resolve, reject) => {
      sending.once('error', reject);
      sending.write(first, () => resolve());
    });
    return {
      async end() {
        sending.end(last);
        const [answer]: IncomingMessage[] = await once(sending, 'response');
        return [answer.statusCode, await text(answer)];
      },
    };
  };
  const beginJson = (path: string, body: object, headers: Record<string, string | number>) => {
    const json = JSON.stringify(body);
    return begin('POST', path, { 'content-type': 'application/json', ...headers }, json.slice(0, 20), json.slice(20));
  };

  it('is refused, and nothing of it is done', async () => {
    const embeddings = { model: 'all-MiniLM-L6-v2', input: 'Hello' };
    const begun = {
      upload: await begin('PUT', '/datasets/late', { 'content-type': 'text/csv' }, 'text,fruit\na,apple\nb,pear\n'),
      mutation: await beginJson('/graphql', CREATE, { 'content-length': JSON.stringify(CREATE).length }),
      // Bodies of unknown length are read elsewhere.
      chunked: await beginJson('/graphql', CREATE, {}),
      embeddings: await beginJson('/v1/embeddings', embeddings, {}),
    };
    await home.keys('revoke', 'leaver');
    await eventually(
      'the key to be refused',
      async () => (await graphql(address, NAMES, { key })).status === 401,
      5_000,
    );
    for (const [what, { end }] of Object.entries(begun)) {
      const [status, answer] = await end();
      expect([what, status, answer]).toEqual([what, 401, expect.stringMatching(/UNAUTHENTICATED|invalid_api_key/)]);
    }
    expect((await graphql(address, NAMES, { key: boss })).body).toBe('{"data":{"datasets":[]}}');
  });
});
