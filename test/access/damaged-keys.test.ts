import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keysOn } from '#src/access/keys.js';
import { folderStore } from '#src/artifacts/folder.js';
import { eventually } from '../eventually.js';
import { change, damages } from '../fuzz/hostile.js';
import { type Json, temporaryFolder } from '../system/stage.js';
import { graphql, type Installation, install, talk } from './stage.js';

const NAMES = '{ models { name } }';
const CANNOT_BE_READ = /"level":50.*the list of keys cannot be read: none of them opens anything/;

/** Stories here try keys that open nothing until they do: more often than a stranger may. */
const PATIENT = { RATE_LIMIT_FAILURES: '0' };

describe('a list of keys that the disk has damaged', () => {
  let home: Installation;
  beforeEach(async () => {
    home = await install();
  });
  afterEach(() => home.remove());

  const generation = (number: number) => join(home.folder, `access/keys/0000000${number}`);
  const damage = async (path: string): Promise<void> => {
    await writeFile(path, (await readFile(path, 'utf8')).replace('"scope": "read"', '"scope": "rea"'));
  };
  const becomes = (address: string, key: string | undefined, status: number) =>
    eventually(
      `an answer with ${status}`,
      async () => (await graphql(address, NAMES, { key })).status === status,
      5_000,
    );

  it('opens nothing to whoever starts on it, which says so in the log, until it is restored', async () => {
    const key = await home.keys('create', 'reader', '--scope', 'read');
    const backup = join(home.folder, 'backup');
    await copyFile(generation(1), backup);
    await damage(generation(1));
    const { address, running } = await home.start(PATIENT);
    for (const given of [undefined, key])
      expect(await graphql(address, NAMES, { key: given })).toMatchObject({
        status: 401,
        body: expect.stringContaining('The list of keys cannot be read here'),
      });
    expect(running.said()).toMatch(CANNOT_BE_READ);
    await expect(home.keys('create', 'other', '--scope', 'admin')).rejects.toThrow(/list of access keys is damaged/);
    await copyFile(backup, generation(1));
    await becomes(address, key, 200);
    await becomes(address, undefined, 401);
  });

  it('closes an API that needed no key, and ends what was begun with one that may be revoked', async () => {
    const { address, running } = await home.start(PATIENT);
    await becomes(address, undefined, 200);
    const key = await home.keys('create', 'reader', '--scope', 'read');
    await becomes(address, key, 200);
    await becomes(address, undefined, 401);
    const talking = await talk(address);
    talking.say({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } });
    await talking.hears('connection_ack');
    await writeFile(generation(2), '{ "keys": [');
    expect(await talking.ended).toBe(4401);
    await becomes(address, key, 401);
    expect(running.said().match(new RegExp(CANNOT_BE_READ, 'g'))).toHaveLength(1);
    // Without a backup there are new keys to be made.
    await rm(join(home.folder, 'access/keys'), { recursive: true });
    const fresh = await home.keys('create', 'reader', '--scope', 'read');
    await becomes(address, fresh, 200);
    await becomes(address, key, 401);
  });

  it('closes an API that never had a key, too', async () => {
    const { address } = await home.start({ ACCESS: 'open' });
    await mkdir(join(home.folder, 'access/keys'), { recursive: true });
    await writeFile(generation(1), '\0'.repeat(300));
    await becomes(address, undefined, 401);
  });

  it('opens nothing with a hash that is none, in a list of an earlier release, which has no checksum', async () => {
    const [torn, whole] = [
      await home.keys('create', 'torn', '--scope', 'read'),
      await home.keys('create', 'whole', '--scope', 'read'),
    ];
    const { keys }: Json = JSON.parse(await readFile(generation(2), 'utf8'));
    const [{ sha256, ...facts }, other] = keys;
    await writeFile(
      generation(2),
      JSON.stringify([{ ...facts, sha256: `${sha256.slice(0, 20)}g${sha256.slice(21)}` }, other]),
    );
    const { address } = await home.start(PATIENT);
    expect((await graphql(address, NAMES, { key: torn })).status).toBe(401);
    expect((await graphql(address, NAMES, { key: whole })).status).toBe(200);
    const more = await home.keys('create', 'more', '--scope', 'read');
    await becomes(address, more, 200);
    expect((await graphql(address, NAMES, { key: whole })).status).toBe(200);
    expect(await readFile(generation(3), 'utf8')).toContain('"checksum"');
  });
});

describe('a list of keys in whatever way it is damaged', () => {
  it('is found out, or says what it said', async () => {
    const folder = await temporaryFolder();
    const keys = keysOn(folderStore(folder.path));
    for (const name of ['one', 'two', 'three']) await keys.create(name, 'read');
    await keys.revoke('two');
    const right = await keys.list();
    const place = join(folder.path, 'access/keys');
    const newest = join(place, (await readdir(place)).sort().at(-1) ?? '');
    const bytes = await readFile(newest);
    let found = 0;
    for (let region = 0; region < 200; region++)
      for (const how of damages) {
        await writeFile(newest, change(bytes, { at: region / 200, how, with: Buffer.from([region & 7, 0x22, 0x7b]) }));
        const read = await keys.list().catch((error) => error);
        if (read instanceof Error) {
          found += 1;
          expect(read).toMatchObject({ code: 'DAMAGED' });
        } else expect(read, `${how} at ${region / 200}`).toEqual(right);
      }
    expect(found).toBeGreaterThan(1_000);
    await folder.remove();
  });
});
