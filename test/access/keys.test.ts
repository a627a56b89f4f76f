import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mutationScopes } from '#src/api/gate/fields.js';
import { apiSchema } from '#src/api/schema.js';
import { eventually } from '../eventually.js';
import type { Running } from '../system/stage.js';
import { graphql, type Installation, install, send, talk } from './stage.js';

const EMBED = '{ embed(texts: ["Hello"]) { dimensions } }';
const CSV = 'text,fruit\nI like apples,apple\nI like pears,pear\n';

describe('API keys', () => {
  let home: Installation;
  let api: { running: Running; address: string };
  let other: { running: Running; address: string };
  const key = { read: '', train: '', admin: '' };

  beforeAll(async () => {
    home = await install();
    // Stories here try many keys that open nothing; how many may be tried is told in rate-limits.test.ts.
    const environment = { BOARD: 'on', RATE_LIMIT_FAILURES: '0' };
    [api, other] = await Promise.all([home.start(environment), home.start(environment)]);
  });
  afterAll(() => home.remove());

  /** Both API processes have seen what the command line has done. */
  const seen = (what: string, look: (address: string) => Promise<boolean>) =>
    Promise.all([api, other].map(({ address }) => eventually(what, () => look(address), 5_000)));

  it('are not needed at first, on loopback', async () => {
    expect(api.running.said()).toMatch(/no keys: programs on this machine may do everything/);
    expect((await graphql(api.address, EMBED)).status).toBe(200);
  });

  it('are needed by every process within about a second once there is one, and end what was begun without', async () => {
    const before = await talk(api.address);
    before.say({ type: 'connection_init' });
    await before.hears('connection_ack');
    for (const scope of ['read', 'train', 'admin'] as const)
      key[scope] = await home.keys('create', `${scope}er`, '--scope', scope);
    await seen('every process to ask for a key', async (address) => (await graphql(address, EMBED)).status === 401);
    await seen(
      'every process to know the newest key',
      async (address) => (await graphql(address, EMBED, { key: key.admin })).status === 200,
    );
    expect(await before.ended).toBe(4401);
    const reply = await graphql(api.address, EMBED);
    expect(reply.code).toBe('UNAUTHENTICATED');
    expect(reply.headers['www-authenticate']).toBe('Bearer realm="manyhead"');
    expect((await graphql(api.address, EMBED, { key: key.read })).status).toBe(200);
  });

  it('are kept as hashes only, and their secrets are shown once', async () => {
    const secret = key.admin.split('_')[2];
    const folder = join(home.folder, 'access/keys');
    for (const name of await readdir(folder)) expect(await readFile(join(folder, name), 'utf8')).not.toContain(secret);
    const listed = JSON.parse(await home.keys('list', '--json'));
    expect(listed).toMatchObject([
      { name: 'reader', scope: 'read' },
      { name: 'trainer', scope: 'train' },
      { name: 'adminer', scope: 'admin' },
    ]);
    expect(JSON.stringify(listed)).not.toContain(secret);
    expect(JSON.stringify(listed)).not.toContain('sha256');
    await eventually(
      'the use of a key to be noted',
      async () => JSON.parse(await home.keys('list', '--json'))[0].lastUsedAt,
    );
  });

  it.each([
    ['GET', '/metrics'],
    ['POST', '/v1/embeddings'],
    ['PUT', '/datasets/fruit'],
    ['GET', '/graphql?query={models{name}}'],
    ['GET', '/queue'],
    ['POST', '/something/new'],
    ['GET', '/something/new'],
  ])('guard %s %s', async (method, path) => {
    const refused = await send(api.address + path, {
      method,
      headers: { accept: 'application/json' },
      body: method === 'PUT' ? CSV : undefined,
    });
    const code = path.startsWith('/v1/') ? 'invalid_api_key' : 'UNAUTHENTICATED';
    expect(refused).toMatchObject({ status: 401, code });
    const wrong = await send(api.address + path, {
      method,
      headers: { accept: '*/*' },
      key: `${key.admin.slice(0, -1)}x`,
    });
    expect(wrong).toMatchObject({ status: 401, code });
  });

  it.each([
    ['GET', '/livez'],
    ['GET', '/readyz'],
    ['GET', '/graphql'],
    ['GET', '/'],
  ])('are not needed for %s %s', async (method, path) => {
    expect((await send(api.address + path, { method, headers: { accept: 'text/html' } })).status).toBeLessThan(400);
  });

  it('are not needed by a browser to be told that there is no such page', async () => {
    const look = (path: string, wrong?: string) =>
      send(api.address + path, { headers: { accept: 'text/html,*/*;q=0.8' }, key: wrong });
    const nowhere = await look('/something/new');
    expect(nowhere).toMatchObject({ status: 404, body: (await look('/runs')).body });
    expect(nowhere.headers['content-security-policy']).toContain("script-src 'self'");
    expect(await look('/something/new', 'wrong')).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect((await look('/something/%ff')).status).toBe(401);
  });

  it('are needed for a question at the address of a page, too', async () => {
    const query = encodeURIComponent('{ models { name } }');
    for (const accept of ['text/html', 'application/json, text/html;q=0.1', 'text/html;q=0, application/json']) {
      const reply = await send(`${api.address}/graphql?query=${query}`, {
        headers: { accept, 'apollo-require-preflight': 'yes' },
      });
      expect(reply.body).not.toContain('"models"');
      if (reply.status !== 200) expect(reply).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    }
  });

  it('are looked at before a long body is read', async () => {
    const reply = await send(`${api.address}/datasets/large`, {
      method: 'PUT',
      headers: { 'content-type': 'text/csv', 'content-length': String(10 ** 9) },
      body: undefined,
    }).catch((error) => error);
    expect(reply).toMatchObject({ status: 401 });
  });

  it('let a reader read, and name the scope for what they do not open', async () => {
    expect((await send(`${api.address}/metrics`, { key: key.read })).status).toBe(200);
    const upload = { method: 'PUT', headers: { 'content-type': 'text/csv' }, body: CSV };
    expect(await send(`${api.address}/datasets/fruit`, { ...upload, key: key.read })).toMatchObject({
      status: 403,
      code: 'FORBIDDEN',
      body: expect.stringContaining('scope train'),
    });
    expect((await send(`${api.address}/datasets/fruit`, { ...upload, key: key.train })).status).toBe(200);
    const remove = 'mutation { deleteDataset(name: "fruit") }';
    for (const scope of ['read', 'train'] as const)
      expect(await graphql(api.address, remove, { key: key[scope] })).toMatchObject({
        status: 403,
        code: 'FORBIDDEN',
        body: expect.stringContaining(`deleteDataset needs a key of scope admin: this one has ${scope}.`),
      });
    expect(await graphql(api.address, '{ dataset(name: "fruit") { name } }', { key: key.read })).toMatchObject({
      body: expect.stringContaining('fruit'),
    });
    expect((await graphql(api.address, remove, { key: key.admin })).body).toContain('true');
  });

  it("open the queue's board in a browser as a password", async () => {
    const open = (password?: string) =>
      send(`${api.address}/queue/`, {
        headers: password ? { authorization: `Basic ${Buffer.from(`me:${password}`).toString('base64')}` } : {},
      });
    expect((await open()).headers['www-authenticate']).toMatch(/^Basic/);
    expect(await open(key.train)).toMatchObject({ status: 403, body: expect.stringContaining('scope admin') });
    expect((await open(key.admin)).status).toBe(200);
    const basic = { authorization: `Basic ${Buffer.from(`me:${key.admin}`).toString('base64')}` };
    expect((await graphql(api.address, EMBED, { headers: basic })).status).toBe(401);
  });

  it('say in the history who did it', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => ({
      text: `fruit ${i}`,
      labels: [{ task: 'fruit', label: i % 2 ? 'apple' : 'pear' }],
    }));
    const train = 'mutation Train($input: TrainInput!) { train(input: $input) { id by } }';
    const { body } = await graphql(api.address, train, { key: key.train, variables: { input: { examples: rows } } });
    expect(JSON.parse(body).data.train.by).toBe('trainer');
  });

  it('are asked for at the start of a WebSocket, by whichever process', async () => {
    for (const parameters of [
      undefined,
      {},
      { authorization: 'Bearer mh_wrong' },
      { authorization: { toString: 1 } },
    ]) {
      const stranger = await talk(other.address);
      stranger.say({ type: 'connection_init', payload: parameters });
      expect(await stranger.ended).toBe(4401);
    }
    const hasty = await talk(other.address);
    hasty.say({ type: 'subscribe', id: '1', payload: { query: EMBED } });
    expect(await hasty.ended).toBe(4401);
    const friend = await talk(other.address);
    friend.say({ type: 'connection_init', payload: { authorization: `Bearer ${key.read}` } });
    await friend.hears('connection_ack');
    friend.say({ type: 'subscribe', id: '1', payload: { query: EMBED } });
    expect((await friend.hears('next')).payload.data.embed[0].dimensions).toBe(384);
    friend.say({ type: 'subscribe', id: '2', payload: { query: 'mutation { deleteDataset(name: "x") }' } });
    await friend.hears('complete');
    expect((await friend.hears('next')).payload.errors[0].extensions.code).toBe('FORBIDDEN');
    friend.end();
  });

  it('open nothing within about a second once revoked, and what they had begun ends', async () => {
    const talking = await talk(other.address);
    talking.say({ type: 'connection_init', payload: { authorization: `Bearer ${key.train}` } });
    await talking.hears('connection_ack');
    const uploading = request(`${other.address}/datasets/slow`, {
      method: 'PUT',
      agent: false,
      headers: { 'content-type': 'text/csv', authorization: `Bearer ${key.train}` },
    });
    uploading.write('text,fruit\nI like apples,apple\n');
    await home.keys('revoke', 'trainer');
    await seen(
      'the key to be refused',
      async (address) => (await graphql(address, EMBED, { key: key.train })).status === 401,
    );
    expect(await talking.ended).toBe(4401);
    uploading.end('I like pears,pear\n');
    const [answer] = await once(uploading, 'response');
    expect(answer.statusCode).toBe(401);
    answer.resume();
    const stored = await graphql(api.address, '{ dataset(name: "slow") { rows } }', { key: key.read });
    expect(stored).toMatchObject({ status: 200, body: expect.stringContaining('null') });
    await expect(home.keys('revoke', 'trainer')).rejects.toThrow(/key trainer is not there/);
    await expect(home.keys('create', 'reader', '--scope', 'read')).rejects.toThrow(/There is a key reader already/);
  });

  it('stay needed when the last one is revoked', async () => {
    await home.keys('revoke', 'reader');
    await home.keys('revoke', 'adminer');
    await expect(home.keys('revoke', 'nobody')).rejects.toThrow(/key nobody is not there; all keys were revoked/);
    await seen(
      'all keys to be refused',
      async (address) => (await graphql(address, EMBED, { key: key.admin })).status === 401,
    );
    expect(await graphql(api.address, EMBED)).toMatchObject({
      code: 'UNAUTHENTICATED',
      body: expect.stringContaining('keys create'),
    });
  });
});

describe('the scopes', () => {
  it('are known for every mutation there is', async () => {
    const mutations = Object.keys((await apiSchema()).getMutationType()?.getFields() ?? {});
    expect(Object.keys(mutationScopes).sort()).toEqual(mutations.sort());
  });
});
