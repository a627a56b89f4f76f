import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, install, type Reply, send } from './stage.js';

/** A query that asks for nothing, and brings this along. */
const bringing = (variables: string): string => `{"query":"{ models { name } }","variables":{"a":${variables}}}`;
const many = (count: number, entry = '{}'): string => `[${Array.from({ length: count }, () => entry).join()}]`;
const megabytes = (count: number): string => bringing(JSON.stringify('x'.repeat(count * 2 ** 20)));

describe('a body', () => {
  let home: Installation;
  let api: { address: string };
  let key: Readonly<Record<'read' | 'train', string>>;
  beforeAll(async () => {
    home = await install();
    key = {
      read: await home.keys('create', 'asks', '--scope', 'read'),
      train: await home.keys('create', 'trains', '--scope', 'train'),
    };
    api = await home.start();
  });
  afterAll(() => home.remove());

  const post = (path: string, body: string, scope: 'read' | 'train'): Promise<Reply> =>
    send(api.address + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) },
      key: key[scope],
      body,
    });

  it('of who may only ask has 16 MiB at most; who may train sends rows', async () => {
    const refused = await post('/graphql', megabytes(17), 'read');
    expect(refused).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
    expect(refused.body).toContain('give at most 16777216 bytes');
    expect(await post('/graphql', megabytes(15), 'read')).toMatchObject({ status: 200, code: undefined });
    expect(await post('/graphql', megabytes(17), 'train')).toMatchObject({ status: 200, code: undefined });
    const tooLong = await post('/graphql', megabytes(65), 'train');
    expect(tooLong).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
    expect(tooLong.body).toContain('give at most 67108864 bytes');
  });

  it.each([
    ['on the short way', 'read', '/graphql', bringing(many(270_000)), 'PAYLOAD_TOO_LARGE', 524_288],
    ['on the other', 'read', '/graphql?way=long', bringing(many(270_000)), 'PAYLOAD_TOO_LARGE', 524_288],
    ['of who may train', 'train', '/graphql', bringing(many(2_100_000)), 'PAYLOAD_TOO_LARGE', 4_194_304],
    ['for embeddings', 'read', '/v1/embeddings', `{"input":${many(2_100_000)}}`, 'payload_too_large', 4_194_304],
  ] as const)(
    'of more objects, lists and commas than rows and texts have is not read: %s',
    async (_, scope, path, body, code, most) => {
      const refused = await post(path, body, scope);
      expect(refused).toMatchObject({ status: 413, code });
      expect(refused.body).toContain(`objects, lists and commas: give at most ${most}`);
    },
  );

  it('may say what it likes in its texts', async () => {
    const punctuation = JSON.stringify('a "quoted", {braced}, [bracketed] \\ word, '.repeat(200_000));
    expect(await post('/graphql', bringing(punctuation), 'read')).toMatchObject({ status: 200, code: undefined });
  });

  it('of as many rows as one may give is read', async () => {
    const labels = ['a', 'b', 'c'].map((task) => ({ task, label: 'x' }));
    const rows = many(200_000, JSON.stringify({ text: 'some text, of a few words', labels }));
    expect(await post('/graphql', bringing(rows), 'train')).toMatchObject({ status: 200, code: undefined });
  });
});
