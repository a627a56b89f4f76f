import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort, run, temporaryFolder } from './stage.js';

describe('a start that cannot work', () => {
  it('says in one line that the port is taken, and ends', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    const folder = await temporaryFolder();
    const running = run('src/main.js', { DATA_DIR: folder.path, PORT: String(port) });
    await running.says(/The port is taken.*PORT\./);
    expect((await running.end('SIGCONT')).code).toBe(1);
    expect(running.said()).not.toMatch(/\n\s+at /);
    other.close();
    await folder.remove();
  });

  it('says in one line that the data folder is broken, and ends', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder.path, 'data'), 'a file');
    const running = run('src/main.js', { DATA_DIR: join(folder.path, 'data') });
    expect((await running.end('SIGCONT')).code).toBe(1);
    expect(running.said().trim()).toMatch(/^The data folder .* cannot be used: .*DATA_DIR\.$/);
    await folder.remove();
  });

  it('says in one line that a later release wrote the data folder, ends, and leaves no trace in it', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder.path, 'format.json'), '{"format":3}');
    const running = run('src/main.js', { DATA_DIR: folder.path, PORT: '0' });
    expect((await running.end('SIGCONT')).code).toBe(1);
    expect(running.said().trim()).toBe(
      `The data folder ${folder.path} was written by a later release (format 3; this one reads up to 2): start that one, or choose another with DATA_DIR.`,
    );
    expect(await readdir(folder.path)).toEqual(['format.json']);
    await folder.remove();
  });

  it.each(['', '{"form', '\0\0\0', 'null', '{"format":"x"}'])(
    'says in one line that format.json is damaged, ends, and leaves no trace: %j',
    async (damaged) => {
      const folder = await temporaryFolder();
      await writeFile(join(folder.path, 'format.json'), damaged);
      const running = run('src/main.js', { DATA_DIR: folder.path, PORT: '0' });
      expect((await running.end('SIGCONT')).code).toBe(1);
      expect(running.said().trim()).toMatch(/^format\.json in the data folder is damaged.*backup.*$/);
      expect(await readdir(folder.path)).toEqual(['format.json']);
      expect(await readFile(join(folder.path, 'format.json'), 'utf8')).toBe(damaged);
      await folder.remove();
    },
  );

  it('says in one line that the queue in it is broken, and ends', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder.path, 'queue'), { recursive: true });
    await writeFile(join(folder.path, 'queue', 'database'), 'not a database');
    const running = run('src/main.js', { DATA_DIR: folder.path, PORT: '0' });
    expect((await running.end('SIGCONT')).code).toBe(1);
    expect(running.said().trim().split('\n')).toHaveLength(2);
    await folder.remove();
  });

  it('says in one line that Redis does not answer, without its password, and ends', async () => {
    const folder = await temporaryFolder();
    const running = run('src/main.js', {
      DATA_DIR: folder.path,
      REDIS_URL: `redis://:secret@127.0.0.1:${await freePort()}`,
      PORT: '0',
    });
    expect((await running.end('SIGCONT')).code).toBe(1);
    expect(running.said()).toMatch(/Redis at redis:\/\/:\*\*\*@\S+ cannot be used \(connect ECONNREFUSED/);
    expect(running.said()).not.toContain('secret');
    await folder.remove();
  });

  it('says in one line which setting is wrong, and ends', async () => {
    const running = run('src/main.js', { PORT: 'http' });
    expect((await running.end('SIGCONT')).code).toBe(1);
    expect(running.said().trim()).toBe('PORT is "http": give a whole number from 0 to 65535.');
  });
});
