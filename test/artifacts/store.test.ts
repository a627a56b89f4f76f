import { execFile } from 'node:child_process';
import { existsSync, renameSync, type Stats } from 'node:fs';
import { chmod, mkdir, open, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { folderStore } from '#src/artifacts/folder.js';
import { register } from '#src/artifacts/register.js';
import { temporaryFolder } from '../system/stage.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const text = (bytes: Buffer | undefined) => bytes?.toString('utf8');

describe('a store in a folder', () => {
  it('gives back what was put, lists it, and forgets it', async () => {
    const store = folderStore(folder.path);
    await store.put('a/b/c.json', Buffer.from('1'));
    await store.put('a/b/c.json', Buffer.from('2'));
    expect(text(await store.get('a/b/c.json'))).toBe('2');
    expect(await store.list('a/b')).toEqual(['c.json']);
    await store.delete('a');
    expect(await store.get('a/b/c.json')).toBeUndefined();
    expect(await store.list('a')).toEqual([]);
    await store.delete('a');
  });

  it('lets one of many create an object, and keeps what that one wrote', async () => {
    const store = folderStore(folder.path);
    const created = await Promise.all(
      Array.from({ length: 20 }, (_, i) => store.create('x/1', Buffer.from(String(i)))),
    );
    expect(created.filter(Boolean)).toHaveLength(1);
    expect(text(await store.get('x/1'))).toBe(String(created.indexOf(true)));
  });

  it('lets one of many create a folder of objects, whole', async () => {
    const store = folderStore(folder.path);
    const objects = (i: number) =>
      new Map([
        ['a', Buffer.from(String(i))],
        ['b', Buffer.from(String(i))],
      ]);
    const created = await Promise.all(Array.from({ length: 20 }, (_, i) => store.createAll('v/1', objects(i))));
    expect(created.filter(Boolean)).toHaveLength(1);
    expect(text(await store.get('v/1/a'))).toBe(text(await store.get('v/1/b')));
  });

  it('creates and puts while others remove the folder that it goes to', async () => {
    const store = folderStore(folder.path);
    const one = Buffer.from('1');
    let isOver = false;
    const remove = async () => {
      for (let time = 0; !isOver; time++) {
        if (existsSync(join(folder.path, 'names/x')))
          renameSync(join(folder.path, 'names/x'), join(folder.path, `gone-${time}`));
        await pause(1);
      }
    };
    const write = async (name: string) => {
      for (let time = 0; time < 50; time++) {
        await store.create(`names/x/${name}`, one);
        await store.put(`names/x/${name}`, one);
        await store.createAll(`names/x/all-${name}`, new Map([['a', one]]));
      }
    };
    const removing = remove();
    const writing = Promise.all(['a', 'b', 'c', 'd'].map(write));
    await writing.finally(() => {
      isOver = true;
    });
    await removing;
  });

  it('says so where the data folder itself goes while it writes, and does not try for ever', async () => {
    const store = folderStore(folder.path);
    const writing = store.createFrom(async () => {
      await rm(folder.path, { recursive: true });
      return 'a/b';
    });
    await expect(writing).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('leaves nothing half-written in sight, and sweeps away what a killed process left long ago', async () => {
    const store = folderStore(folder.path);
    const unfinished = join(folder.path, '.unfinished');
    await mkdir(unfinished);
    await writeFile(join(unfinished, 'old'), 'half');
    await writeFile(join(unfinished, 'new'), 'half');
    await utimes(join(unfinished, 'old'), 0, 0);
    await store.sweep();
    expect(await readdir(unfinished)).toEqual(['new']);
    expect(await store.list('')).toEqual([]);
  });

  it('goes by the clock that stamps the files, however far off that of the process is', async () => {
    const store = folderStore(folder.path);
    const unfinished = join(folder.path, '.unfinished');
    await mkdir(unfinished);
    await writeFile(join(unfinished, 'new'), 'half');
    await store.put('a/b', Buffer.from('there'));
    vi.setSystemTime(Date.now() + 24 * 3_600_000);
    try {
      await store.sweep();
      expect(await readdir(unfinished)).toEqual(['new']);
      expect(await store.age('a/b')).toBeLessThan(60_000);
      await utimes(join(folder.path, 'a', 'b'), 0, 0);
      expect(await store.age('a/b')).toBeGreaterThan(3_600_000);
      expect(await store.touch('a/b')).toBe(true);
      expect(await store.age('a/b')).toBeLessThan(60_000);
      expect(await store.touch('a/c')).toBe(false);
      expect(await store.age('a/c')).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
  });

  it('keeps others out', async () => {
    await folderStore(folder.path).put('a/b', Buffer.from('secret'));
    expect((await stat(join(folder.path, 'a'))).mode & 0o077).toBe(0);
    expect((await stat(join(folder.path, 'a', 'b'))).mode & 0o077).toBe(0);
  });

  it('never leaves the folder, whatever a key says', async () => {
    const store = folderStore(folder.path);
    for (const key of ['../x', 'a/../../x', '/etc/passwd', 'a//b', '.hidden', 'a/\0'])
      await expect(store.get(key)).rejects.toThrow('not a key');
    await chmod(folder.path, 0o700);
  });
});

const canMount = process.platform === 'linux' && process.getuid?.() === 0;
if (!canMount) console.warn('SKIPPED: only root can mount the folder that is made read-only here.');

describe.skipIf(!canMount && !process.env.CI)('a store whose disk becomes read-only while it writes', () => {
  const mount = (...given: string[]) => promisify(execFile)('mount', [...given, folder.path]);
  afterEach(() => promisify(execFile)('umount', [folder.path]));

  it('says so, also where it cannot remove what it has begun', async () => {
    const store = folderStore(folder.path);
    await store.put('a/b', Buffer.from('there'));
    const writing = store.createFrom(async (append) => {
      await append(Buffer.from('half'));
      await mount('--bind', folder.path);
      await mount('-o', 'remount,bind,ro');
      return 'a/c';
    });
    await expect(writing).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', cause: { code: 'EROFS' } });
    for (const write of [() => store.touch('a/b'), () => store.sweep(), () => store.delete('a')])
      await expect(write()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(await store.list('a')).toEqual(['b']);
  });
});

describe('a store whose disk fails to flush a folder', () => {
  afterEach(() => vi.restoreAllMocks());

  it('does not say that nothing was changed: others have seen the change already', async () => {
    const store = folderStore(folder.path);
    await store.put('old/a', Buffer.from('there'));
    const handle = await open(folder.path);
    const kind: { sync(): Promise<void>; stat(): Promise<Stats> } = Object.getPrototypeOf(handle);
    await handle.close();
    const { sync } = kind;
    vi.spyOn(kind, 'sync').mockImplementation(async function (this: typeof kind) {
      if ((await this.stat()).isDirectory()) throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' });
      await sync.call(this);
    });
    const bytes = Buffer.from('new');
    for (const write of [
      () => store.put('old/b', bytes),
      () => store.create('old/c', bytes),
      () => store.createFrom(async () => 'old/d'),
      () => store.delete('old/a'),
    ])
      await expect(write()).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        message: expect.stringContaining('what was asked may have been done'),
        cause: { code: 'EIO' },
      });
    expect(await store.list('old')).toEqual(['b', 'c', 'd']);
  });
});

describe('a register', () => {
  it('loses no change of many processes at once', async () => {
    const stores = Array.from({ length: 4 }, () => folderStore(folder.path));
    const counters = stores.map((store) =>
      register(store, 'counter', 'the counter', (json): number => JSON.parse(json)),
    );
    await Promise.all(
      counters.flatMap((counter) => Array.from({ length: 10 }, () => counter.update((value = 0) => value + 1))),
    );
    expect((await counters[0].read())?.value).toBe(40);
  });

  it('is not set by who read it before somebody else set it', async () => {
    const value = register(folderStore(folder.path), 'value', 'the value', (json): string => JSON.parse(json));
    expect(await value.set(undefined, 'first')).toBe(true);
    expect(await value.set(undefined, 'second')).toBe(false);
    expect(await value.set(await value.read(), 'third')).toBe(true);
    expect(await value.update(() => undefined)).toBe('third');
  });

  it('is read without being listed again, and anew where it was deleted and begun once more', async () => {
    const store = folderStore(folder.path);
    const list = vi.spyOn(store, 'list');
    const open = () => register(store, 'value', 'the value', (json): string => JSON.parse(json));
    const [here, elsewhere] = [open(), open()];
    const setTo = (value: string) => elsewhere.update(() => value);
    for (const value of ['first', 'second', 'third']) await setTo(value);
    expect(await here.read()).toEqual({ generation: 3, value: 'third' });
    list.mockClear();
    for (const value of ['fourth', 'fifth']) await setTo(value);
    expect(await here.read()).toEqual({ generation: 5, value: 'fifth' });
    expect(list).not.toHaveBeenCalled();
    await store.delete('value');
    expect(await here.read()).toBeUndefined();
    await setTo('anew');
    expect(await here.read()).toEqual({ generation: 1, value: 'anew' });
    expect(await here.newest()).toBe(1);
  });
});
