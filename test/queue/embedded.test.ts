import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeOf } from '#src/queue/embedded/place.js';
import { eventually } from '../eventually.js';
import { startEmbeddedQueue } from './embedded-queue.js';
import { newFolder } from './kinds.js';

const entry = fileURLToPath(import.meta.resolve('#src/queue/embedded/process.js'));
const connect = async (folder: string): Promise<pg.Client> => {
  const { host, port } = placeOf(folder);
  const client = new pg.Client({ host, port, user: 'postgres', database: 'postgres' });
  client.on('error', () => {});
  await client.connect();
  return client;
};

describe('the process of the embedded queue', () => {
  const parent = newFolder();
  const folder = join(parent, 'queue');
  let child: ChildProcess;

  beforeAll(async () => {
    child = await startEmbeddedQueue(folder);
  });
  afterAll(() => {
    child.kill('SIGKILL');
    rmSync(parent, { recursive: true, force: true });
  });

  it('opens its socket to its owner only', () => {
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(placeOf(folder).socket).mode & 0o777).toBe(0o600);
  });

  it('lets a second process on its folder fail with one line', () => {
    const second = spawnSync(process.execPath, [entry, folder], { encoding: 'utf8' });
    expect(second.status).toBe(1);
    expect(second.stderr).toMatch(
      /^queue: Manyhead runs already with this queue \(.*\): stop that one, or choose another DATA_DIR\n$/,
    );
  });

  it('keeps the exchanges and the transactions of many clients apart', async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => connect(folder)));
    await clients[0]?.query('CREATE TABLE sums (client int, n int)');
    await Promise.all(
      clients.map(async (client, number) => {
        for (let n = 0; n < 25; n++) {
          // Parameters of different types and numbers: a statement of another client's would not fit.
          const asked: (string | number)[] = number % 2 ? [`${number}.${n}`] : [number, n];
          const text = number % 2 ? 'SELECT $1::text AS a' : 'SELECT $1::int AS a, $2::int AS b';
          expect((await client.query({ text, values: asked, rowMode: 'array' })).rows[0]).toEqual(asked);
          await client.query('BEGIN');
          await client.query('INSERT INTO sums VALUES ($1, $2)', [number, n]);
          const own = await client.query('SELECT count(*)::int AS n FROM sums WHERE client = $1', [number]);
          expect(own.rows[0].n).toBe(Math.ceil(n / 2) + 1);
          await client.query(n % 2 ? 'ROLLBACK' : 'COMMIT');
          await expect(client.query('SELECT $1::int / 0', [n])).rejects.toThrow('division by zero');
        }
      }),
    );
    const kept = await clients[0]?.query('SELECT count(*)::int AS n FROM sums');
    expect(kept?.rows[0].n).toBe(8 * 13);
    await Promise.all(clients.map((client) => client.end()));
  });

  it('undoes what a client began that went away', async () => {
    const [one, other] = await Promise.all([connect(folder), connect(folder)]);
    await one.query('CREATE TABLE begun (n int)');
    await one.query('BEGIN');
    await one.query('INSERT INTO begun VALUES (1)');
    const waiting = other.query('SELECT count(*)::int AS n FROM begun');
    one.connection.stream.destroy();
    expect((await waiting).rows[0].n).toBe(0);
    await other.end();
  });

  it('passes notifications on to every client', async () => {
    const clients = await Promise.all(Array.from({ length: 3 }, () => connect(folder)));
    const heard = clients.map((client) => once(client, 'notification'));
    await clients[0]?.query(`SELECT pg_notify('bullmq_jobs', $1)`, ['hello']);
    for (const [notification] of await Promise.all(heard)) expect(notification.payload).toBe('hello');
    await Promise.all(clients.map((client) => client.end()));
  });

  it('does not keep to times that it wrote while its clock was ahead by years', async () => {
    const before = await connect(folder);
    await before.query("INSERT INTO meta (queue, field, value) VALUES ('old', 'stalled-check', '9000000000000')");
    await before.query(
      "INSERT INTO job (queue, id, seq, name, state, data, opts, added_at_ms, locked_until_ms) VALUES ('old', '1', 1, 'x', 'active', '{}', '{}', 0, 9000000000000)",
    );
    await before.end();
    child.kill('SIGKILL');
    await once(child, 'exit');
    child = await startEmbeddedQueue(folder);
    const after = await connect(folder);
    expect((await after.query("SELECT * FROM meta WHERE queue = 'old'")).rows).toEqual([]);
    const { rows } = await after.query("SELECT locked_until_ms FROM job WHERE queue = 'old'");
    expect(Number(rows[0].locked_until_ms) - Date.now()).toBeLessThanOrEqual(10_000);
    await after.query("DELETE FROM job WHERE queue = 'old'");
    await after.end();
  });

  it('ends within 2 s on SIGTERM and leaves nothing in the way', async () => {
    const began = performance.now();
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect(performance.now() - began).toBeLessThan(2_000);
    const { lock } = placeOf(folder);
    expect(existsSync(lock)).toBe(false);
    // What another process with this number, long dead, would have left.
    writeFileSync(lock, `${process.pid} another-boot 1`);
    child = await startEmbeddedQueue(folder);
  });

  it('ends with its parent', async () => {
    const second = join(parent, 'second');
    const script = `const { startChild } = await import(${JSON.stringify(import.meta.resolve('#src/processes/child.js'))});
      const started = await startChild(${JSON.stringify({ entry, arguments: [second], environment: {} })});
      console.log(started.child.pid); setInterval(() => {}, 1000);`;
    const between = spawn(process.execPath, ['--input-type=module', '-e', script]);
    const [line] = await once(between.stdout, 'data');
    const pid = Number(line);
    between.kill('SIGKILL');
    await eventually('the process to end', () => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    });
    expect(existsSync(placeOf(second).lock)).toBe(false);
  });

  it('opens its database where a process may have few files open', async () => {
    const third = join(parent, 'third');
    const few = spawn('sh', ['-c', 'ulimit -n 100 && exec "$0" "$@"', process.execPath, entry, third], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    few.stderr.on('data', (bytes) => {
      said += bytes;
    });
    // It makes its database first, for which the one that all stories here begin with has as long.
    await eventually(
      'its socket, or its end',
      () => existsSync(placeOf(third).socket) || few.exitCode !== null,
      50_000,
    );
    expect(said).toBe('');
    const client = await connect(third);
    await client.end();
    few.kill('SIGKILL');
    await once(few, 'exit');
  });

  it('puts its socket elsewhere when the path of its folder is too long', async () => {
    const deep = join(parent, 'd'.repeat(100), 'queue');
    const { host } = placeOf(deep);
    expect(host).not.toBe(deep);
    const far = await startEmbeddedQueue(deep);
    expect(statSync(host).mode & 0o777).toBe(0o700);
    const client = await connect(deep);
    await client.end();
    far.kill('SIGTERM');
    await once(far, 'exit');

    // Somebody else could have put this there to be connected to.
    rmSync(host, { recursive: true });
    symlinkSync(parent, host);
    await expect(startEmbeddedQueue(deep)).rejects.toThrow('is not a folder of this user');
    rmSync(host);
  });

  it.each([
    ['a file in place of the folder', (at: string) => writeFileSync(at, 'x'), 'there is a file of that name'],
    ['a file above it', (at: string) => writeFileSync(dirname(at), 'x'), 'cannot be used'],
    [
      'garbage in place of the database',
      (at: string) => {
        mkdirSync(join(at, 'database', 'base'), { recursive: true });
        writeFileSync(join(at, 'database', 'PG_VERSION'), 'garbage');
      },
      'move that folder away',
    ],
    [
      'a database that lost its control file',
      (at: string) => {
        spawnSync('cp', ['-r', folder, at]);
        rmSync(join(at, 'lock'), { force: true });
        rmSync(placeOf(at).socket, { force: true });
        rmSync(join(at, 'database', 'global', 'pg_control'));
      },
      'move that folder away',
    ],
  ])('says in one line that there is %s', (name, prepare, message) => {
    const at = join(parent, name.replaceAll(' ', '-'), 'queue');
    if (name !== 'a file above it') mkdirSync(dirname(at), { recursive: true });
    prepare(at);
    const failed = spawnSync(process.execPath, [entry, at], { encoding: 'utf8' });
    expect(failed.stderr).toMatch(/^queue: [^\n]*\n$/);
    expect(failed.stderr).toContain(message);
    expect(failed.status).toBe(1);
  });
});
