import { access, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '#src/artifacts/folder.js';
import { sealed } from '#src/artifacts/seal.js';
import type { ArtifactStore } from '#src/artifacts/store.js';
import { storedEncodersOn } from '#src/registry/encoders.js';
import { type Registry, registryOn } from '#src/registry/registry.js';
import { draft } from './draft.js';

describe('the life of a model', () => {
  let folder: string;
  let store: ArtifactStore;
  let registry: Registry;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'manyhead-registry-'));
    store = folderStore(folder);
    registry = registryOn(store);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const publish = async (versions: number) => {
    for (let i = 0; i < versions; i++) await registry.publish(draft(), [], undefined);
  };
  const production = async () => (await registry.standing('support')).aliases.production;

  it('has one version a job, also where a worker that was given up goes on writing', async () => {
    const others = [registryOn(store), registryOn(store), registryOn(store)];
    const made = await Promise.all(others.map((each) => each.publish(draft('pretrained', 'twice'), [], undefined)));
    expect(new Set(made.map(({ number }) => number))).toEqual(new Set([1]));
    expect(await registry.versions('support')).toEqual([1]);
    expect(await store.list('models/support/versions')).toEqual(['1']);
  });

  it('leaves an encoder that no version came to read from for an hour, then sweeps it away', async () => {
    const weights = (text: string) => new Map([['model.safetensors', Buffer.from(text)]]);
    const encoder = async (text: string) => storedEncodersOn(store).put(weights(text));
    const [read, unread, fresh] = [await encoder('read'), await encoder('unread'), await encoder('fresh')];
    await registry.publish(draft(read), [], weights('read'));
    for (const id of [read, unread]) await utimes(join(folder, 'encoders', id), 0, 0);
    await registry.sweep();
    expect(await store.list('encoders')).toEqual([read, fresh].sort());
    await utimes(join(folder, 'encoders', fresh), 0, 0);
    await encoder('fresh');
    await registry.sweep();
    expect(await store.list('encoders')).toEqual([read, fresh].sort());
  });

  it('counts no folder without a version.json, lets it be deleted, and never gives its number again', async () => {
    await publish(3);
    const versions = join(folder, 'models', 'support', 'versions');
    await rm(join(versions, '2', 'version.json'));
    await mkdir(join(versions, '7'));
    const restarted = registryOn(store);
    expect(await restarted.versions('support')).toEqual([1, 3]);
    await expect(restarted.version('support', 7)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'version 7 of model "support" is not there; there is: 1, 3.',
    });
    expect((await restarted.publish(draft(), [], undefined)).number).toBe(8);
    await restarted.deleteVersion('support', 2, 'ann');
    expect(await store.list('models/support/versions')).toEqual(['1', '3', '7', '8']);
  });

  it('notices in a running process that a version.json is gone', async () => {
    await publish(2);
    const running = registryOn(store);
    expect(await running.versions('support')).toEqual([1, 2]);
    await rm(join(folder, 'models', 'support', 'versions', '2', 'version.json'));
    await expect(running.version('support', 2)).rejects.toMatchObject({ message: expect.stringMatching(/: 1\.$/) });
    expect(await running.versions('support')).toEqual([1]);
  });

  it('goes on with a new version where the file of an older one is damaged', async () => {
    await publish(1);
    await writeFile(join(folder, 'models', 'support', 'versions', '1', 'version.json'), '{');
    expect((await registryOn(store).publish(draft(), [], undefined)).number).toBe(2);
  });

  it('keeps every encoder while one cannot tell what a version reads from, as its version.json is lost', async () => {
    const { number, files } = await registry.publish(
      draft('x'),
      [],
      new Map([['model.safetensors', Buffer.from('lost')]]),
    );
    const id = files.encoder.sha256;
    await rm(join(folder, 'models', 'support', 'versions', String(number), 'version.json'));
    await utimes(join(folder, 'encoders', id), 0, 0);
    await registryOn(store).sweep();
    expect(await store.list('encoders')).toEqual([id]);
    await registryOn(store).deleteVersion('support', number, 'ann');
    await registryOn(store).sweep();
    expect(await store.list('encoders')).toEqual([]);
  });

  it('refuses a version that a later release wrote', async () => {
    await publish(1);
    const file = join(folder, 'models', 'support', 'versions', '1', 'version.json');
    const { checksum: _, ...version } = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, sealed({ ...version, format: 2 }));
    await expect(registryOn(store).version('support', 1)).rejects.toMatchObject({
      code: 'CONFLICT',
      message:
        'version 1 of model "support" was written by a later release (format 2; this one reads 1): start that one.',
    });
  });

  it('is told by its history: what, who, when', async () => {
    await publish(2);
    await registry.promote('support', 1, 'production', 'ann');
    await registry.promote('support', 2, 'canary', 'ben');
    await registry.removeAlias('support', 'canary', 'ann');
    await registry.deleteVersion('support', 2, 'cleo');
    const at = expect.stringMatching(/^\d{4}-/);
    expect(await registry.history('support')).toEqual([
      { kind: 'POINTED', alias: 'production', version: 1, at, by: 'ann' },
      { kind: 'POINTED', alias: 'canary', version: 2, at, by: 'ben' },
      { kind: 'ALIAS_REMOVED', alias: 'canary', from: 2, at, by: 'ann' },
      { kind: 'VERSION_DELETED', version: 2, at, by: 'cleo' },
    ]);
  });

  it('rolls back, further and further, and forward again by promoting', async () => {
    await publish(4);
    for (const version of [1, 2, 3]) await registry.promote('support', version, 'production', 'ann');
    const back = () => registry.rollBack('support', 'production', 'ann').then(production);
    expect(await back()).toBe(2);
    expect(await back()).toBe(1);
    await expect(back()).rejects.toMatchObject({ code: 'CONFLICT', field: 'alias' });
    await registry.promote('support', 4, 'production', 'ann');
    expect(await back()).toBe(1);
    await expect(registry.rollBack('support', 'canary', 'ann')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('rolls back past versions that are gone', async () => {
    await publish(3);
    for (const version of [1, 2, 3]) await registry.promote('support', version, 'production', 'ann');
    await registry.deleteVersion('support', 2, 'ann');
    await registry.rollBack('support', 'production', 'ann');
    expect(await production()).toBe(1);
  });

  it('never rolls back to what a roll-back undid, whatever was deleted in between', async () => {
    await publish(5);
    for (const version of [1, 3, 5]) await registry.promote('support', version, 'production', 'ann');
    await registry.deleteVersion('support', 3, 'ann');
    const back = () => registry.rollBack('support', 'production', 'ann').then(production);
    expect(await back()).toBe(1);
    await expect(back()).rejects.toMatchObject({ code: 'CONFLICT', field: 'alias' });
    for (const version of [2, 4, 1]) await registry.promote('support', version, 'production', 'ann');
    for (const version of [2, 4]) await registry.deleteVersion('support', version, 'ann');
    await expect(back()).rejects.toMatchObject({ code: 'CONFLICT', field: 'alias' });
  });

  it('keeps what an alias points to, and never gives a number twice', async () => {
    await publish(3);
    await registry.promote('support', 2, 'canary', 'ann');
    await expect(registry.deleteVersion('support', 2, 'ann')).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('"canary"'),
    });
    await registry.deleteVersion('support', 3, 'ann');
    expect(await registry.versions('support')).toEqual([1, 2]);
    await expect(registry.version('support', 3)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(registry.promote('support', 3, 'canary', 'ann')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await registry.publish(draft(), [], undefined)).number).toBe(4);
  });

  it('gives no number twice, also where a version came and went while another one was about to have it', async () => {
    const files = new Map([['model.safetensors', Buffer.from('weights')]]);
    const encoder = await storedEncodersOn(store).put(files);
    await publish(1);
    const rival = registryOn(store);
    let comesFirst = true;
    const overtaken = registryOn({
      ...store,
      async createAll(prefix, objects) {
        if (comesFirst && prefix.startsWith('models/')) {
          comesFirst = false;
          const { number } = await rival.publish(draft(encoder), [], files);
          await rival.deleteVersion('support', number, 'ann');
        }
        return store.createAll(prefix, objects);
      },
    });
    expect((await overtaken.publish(draft(encoder), [], files)).number).toBe(3);
    expect(await store.list('models/support/versions')).toEqual(['1', '3']);
    await registry.sweep();
    expect(await registry.version('support', 3)).toMatchObject({ number: 3, encoder: { id: encoder } });
    expect(await store.list('encoders')).toEqual([encoder]);
  });

  it('keeps what an earlier release deleted, each number by itself, and goes on in ranges', async () => {
    await publish(7);
    await mkdir(join(folder, 'models/support/aliases'));
    const entry = { kind: 'VERSION_DELETED', version: 4, at: '2026-11-01T00:00:00.000Z', by: 'ann' };
    const page = sealed({ aliases: { production: 5 }, deleted: [1, 2, 7, 4], entry });
    await writeFile(join(folder, 'models/support/aliases/00000001'), page);
    expect(await registry.versions('support')).toEqual([3, 5, 6]);
    await expect(registry.promote('support', 7, 'canary', 'ann')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await registry.deleteVersion('support', 3, 'ben');
    expect(await registry.standing('support')).toEqual({
      aliases: { production: 5 },
      deleted: [
        [1, 4],
        [7, 7],
      ],
    });
    expect(await registry.history('support')).toMatchObject([
      entry,
      { kind: 'VERSION_DELETED', version: 3, by: 'ben' },
    ]);
    expect((await registry.publish(draft(), [], undefined)).number).toBe(8);
  });

  it('lets only one of deleting a version and pointing at it happen, however they meet', async () => {
    for (let round = 1; round <= 20; round++) {
      const { number } = await registry.publish(draft(), [], undefined);
      const other = registryOn(store);
      const [deleted, pointed] = await Promise.allSettled([
        registry.deleteVersion('support', number, 'ann'),
        other.promote('support', number, 'canary', 'ben'),
      ]);
      expect([deleted.status, pointed.status].sort()).toEqual(['fulfilled', 'rejected']);
      expect((await registry.versions('support')).includes(number)).toBe(pointed.status === 'fulfilled');
      if (pointed.status === 'fulfilled') await registry.removeAlias('support', 'canary', 'ann');
    }
  });

  it('loses no promotion where many come at once, and settles against the version that is served', async () => {
    await publish(8);
    const decision = { promoted: true, reason: 'better' };
    const settled = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8].map((number) => registryOn(store).settle('support', number, undefined, decision, 'job')),
    );
    expect(settled.filter(Boolean)).toHaveLength(1);
    expect(await production()).toBe(settled.indexOf(true) + 1);
    await Promise.all([1, 2, 3, 4].map((number) => registryOn(store).promote('support', number, `a${number}`, 'ann')));
    expect((await registry.standing('support')).aliases).toMatchObject({ a1: 1, a2: 2, a3: 3, a4: 4 });
    expect(await registry.history('support')).toHaveLength(5);
  });

  it('deletes an encoder with the last version that reads from it', async () => {
    const files = new Map([['model.safetensors', Buffer.from('weights')]]);
    const first = await registry.publish(draft('x'), [], files);
    const id = first.files.encoder.sha256;
    for (let i = 0; i < 2; i++) await registry.publish(draft(id), [], files);
    const isThere = () =>
      access(join(folder, 'encoders', id)).then(
        () => true,
        () => false,
      );
    await registry.deleteVersion('support', 2, 'ann');
    expect(await isThere()).toBe(true);
    await registry.deleteVersion('support', 3, 'ann');
    expect(await isThere()).toBe(false);
  });

  it('finishes what a process that died while deleting left', async () => {
    await publish(1);
    const version = await store.get('models/support/versions/1/version.json');
    await registry.deleteVersion('support', 1, 'ann');
    await store.put('models/support/versions/1/version.json', version ?? Buffer.alloc(0));
    const restarted = registryOn(store);
    expect(await restarted.models()).toEqual([]);
    await restarted.sweep();
    expect(await store.list('models/support/versions')).toEqual([]);
  });

  it('goes on from aliases that an earlier release wrote', async () => {
    await publish(2);
    const pages = ['{"production": 1}', '{"production": 1, "canary": 2}', '{"production": 2, "canary": 2}'];
    await store.put('models/support/aliases/00000001', Buffer.from(pages[0]));
    for (const [page, text] of pages.entries())
      await writeFile(join(folder, 'models', 'support', 'aliases', `0000000${page + 1}`), text);
    expect((await registry.standing('support')).aliases).toEqual({ production: 2, canary: 2 });
    await registry.rollBack('support', 'production', 'ann');
    expect((await registry.standing('support')).aliases).toEqual({ production: 1, canary: 2 });
    expect((await registry.history('support')).map(({ by, kind }) => `${kind} ${by}`)).toEqual([
      'POINTED undefined',
      'POINTED undefined',
      'POINTED undefined',
      'POINTED ann',
    ]);
  });
});
