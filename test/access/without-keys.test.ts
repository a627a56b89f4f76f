import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { freePort, type Running, run } from '../system/stage.js';
import { graphql, type Installation, install } from './stage.js';

const EMBED = '{ embed(texts: ["Hello"]) { dimensions } }';

describe('an API with ACCESS=open', () => {
  let home: Installation;
  let api: { running: Running; address: string };
  beforeAll(async () => {
    home = await install();
    api = await home.start({ ACCESS: 'open' });
  });
  afterAll(() => home.remove());

  it('asks for no key while none was made, and for one ever after, also when the last one is revoked', async () => {
    expect((await graphql(api.address, EMBED)).status).toBe(200);
    const key = await home.keys('create', 'only', '--scope', 'admin');
    await eventually('a key to be asked for', async () => (await graphql(api.address, EMBED)).status === 401, 5_000);
    expect((await graphql(api.address, EMBED, { key })).status).toBe(200);
    await home.keys('revoke', 'only');
    await eventually(
      'the key to be refused',
      async () => (await graphql(api.address, EMBED, { key })).status === 401,
      5_000,
    );
    expect(await graphql(api.address, EMBED)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });
});

describe('where the API listens', () => {
  let home: Installation;
  beforeAll(async () => {
    home = await install();
  });
  afterAll(() => home.remove());

  /** @returns the address that the API says it has */
  const listens = async (more: Record<string, string>): Promise<string> => {
    const running = run('src/server.js', {
      ...home.environment,
      PORT: String(await freePort()),
      HOST: '0.0.0.0',
      ...more,
    });
    const [, address] = await running.says(/"address":"([^"]+)","msg":"ready"/);
    said = running.said();
    await running.end('SIGKILL');
    return address;
  };
  let said = '';

  it('is loopback while there is no key, whatever HOST says, and the log tells how to make one', async () => {
    expect(await listens({})).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect(said).toMatch(/HOST=0\.0\.0\.0 is not followed.*manyhead keys create NAME/);
  });

  it('is HOST for whoever says ACCESS=open', async () => {
    expect(await listens({ ACCESS: 'open' })).toMatch(/^http:\/\/localhost:/);
  });

  it('is HOST once there is a key', async () => {
    await home.keys('create', 'somebody', '--scope', 'read');
    expect(await listens({})).toMatch(/^http:\/\/localhost:/);
    expect(said).not.toMatch(/not followed/);
  });

  it('leaves `npm start` able to follow its own first training', async () => {
    const { REDIS_URL = '', DATA_DIR } = home.environment;
    const running = run('src/main.js', { DATA_DIR, PORT: '0', ...(REDIS_URL ? { REDIS_URL } : {}) });
    await running.says(/Training the starter heads +[1-9]\d* %|Manyhead is ready/);
    expect(running.said()).not.toMatch(/cannot be followed/);
    await running.end();
  });
});
