import { cp, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keysOn } from '#src/access/keys.js';
import { folderStore } from '#src/artifacts/folder.js';
import { eventually } from '../eventually.js';
import { temporaryFolder } from '../system/stage.js';
import { graphql, type Installation, install, talk } from './stage.js';

const NAMES = '{ models { name } }';

/** Stories here try keys that open nothing until they do: more often than a stranger may. */
const PATIENT = { RATE_LIMIT_FAILURES: '0' };

describe('a list of keys that is exchanged under an API', () => {
  let home: Installation;
  let aside: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    [home, aside] = await Promise.all([install(), temporaryFolder()]);
  });
  afterEach(() => Promise.all([home.remove(), aside.remove()]));

  const create = (name: string) => home.keys('create', name, '--scope', 'read');
  const backUp = () => cp(join(home.folder, 'access'), join(aside.path, 'access'), { recursive: true });
  const remove = () => rm(join(home.folder, 'access/keys'), { recursive: true });
  const restore = () => cp(join(aside.path, 'access'), join(home.folder, 'access'), { recursive: true, force: true });
  const becomes = (address: string, key: string | undefined, status: number) =>
    eventually(
      `an answer with ${status}`,
      async () => (await graphql(address, NAMES, { key })).status === status,
      5_000,
    );

  it('is gone by where it is an older one, from a backup', async () => {
    const before = await create('before');
    await backUp();
    const { address } = await home.start(PATIENT);
    const after = await create('after');
    await home.keys('revoke', 'before');
    await becomes(address, before, 401);
    await becomes(address, after, 200);
    const talking = await talk(address);
    talking.say({ type: 'connection_init', payload: { authorization: `Bearer ${after}` } });
    await talking.hears('connection_ack');
    await remove();
    await restore();
    await becomes(address, before, 200);
    await becomes(address, after, 401);
    await becomes(address, undefined, 401);
    expect(await talking.ended).toBe(4401);
  });

  it('is gone by where it is another of the same number', async () => {
    const both = await create('both');
    await backUp();
    const other = await keysOn(folderStore(aside.path)).create('other', 'read');
    const here = await create('here');
    const { address } = await home.start(PATIENT);
    await becomes(address, here, 200);
    await restore();
    await becomes(address, other, 200);
    await becomes(address, here, 401);
    await becomes(address, both, 200);
  });

  it('opens nothing while there is none, and then with the new keys only', async () => {
    const old = await create('old');
    const { address, running } = await home.start(PATIENT);
    await becomes(address, old, 200);
    await remove();
    await becomes(address, old, 401);
    await becomes(address, undefined, 401);
    expect(running.said()).toMatch(/"level":50.*the list of keys cannot be read: none of them opens anything/);
    const fresh = await create('fresh');
    await becomes(address, fresh, 200);
    await becomes(address, old, 401);
  });

  it('opens nothing once it is damaged, until it is made anew', async () => {
    const old = await Promise.all(['one', 'two', 'three'].map(create));
    const { address } = await home.start(PATIENT);
    await becomes(address, old[0], 200);
    await truncate(join(home.folder, 'access/keys/00000003'), 100);
    await becomes(address, old[0], 401);
    await expect(home.keys('list')).rejects.toThrow(/list of access keys is damaged/);
    await remove();
    const fresh = await create('fresh');
    await becomes(address, fresh, 200);
    for (const key of old) await becomes(address, key, 401);
  });
});
