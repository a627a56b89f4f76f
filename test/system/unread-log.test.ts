import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import { data, freePort, type Json, settingsOver, temporaryFolder } from './stage.js';

/** What a pipe holds, and what a process keeps for its reader. */
const MOST_UNREAD = 65_536 + 2 ** 20;

describe('a log', () => {
  let queue: RunningQueue;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let child: ChildProcess | undefined;
  beforeEach(async () => {
    [queue, folder] = [await kinds[0].prepare(), await temporaryFolder()];
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await queue.remove();
    await folder.remove();
  });

  /** An API that tells of every request in its log. @param stderr where that goes */
  const start = async (stderr: number | 'pipe') => {
    const port = String(await freePort());
    const started = spawn(process.execPath, [fileURLToPath(new URL('../../dist/src/server.js', import.meta.url))], {
      stdio: ['ignore', 'ignore', stderr],
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        LOG_LEVEL: 'debug',
        PORT: port,
        ...settingsOver(queue, join(folder.path, 'data')),
      },
    });
    child = started;
    const address = `http://127.0.0.1:${port}`;
    const answers = async () => (await fetch(`${address}/readyz`).catch(() => undefined))?.ok;
    await eventually('the API to be ready', answers, 30_000);
    return { address, started };
  };
  /** A pipe with a name: the end that is written to, and what reads from the other one when it is told to. */
  const openFifo = async () => {
    const path = join(folder.path, 'fifo');
    await promisify(execFile)('mkfifo', [path]);
    const from = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const to = await open(path, 'w');
    return {
      to,
      /** @returns what is there now, `bytes` at most */
      async read(bytes: number): Promise<string> {
        const buffer = Buffer.alloc(bytes);
        const { bytesRead } = await from.read(buffer).catch(() => ({ bytesRead: 0 }));
        return buffer.toString('utf8', 0, bytesRead);
      },
      close: () => Promise.all([from.close(), to.close()]),
    };
  };
  const askMany = async (address: string, requests: number) => {
    for (let i = 0; i < requests; i += 50)
      await Promise.all(Array.from({ length: 50 }, () => data(address, '{ models { name } }')));
  };
  const told = (log: string): Json[] =>
    log
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  const answered = (log: string): number => told(log).filter(({ msg }) => msg === 'request answered').length;

  it.each(['a pipe', 'a socket'])('that goes to %s that nobody reads keeps nobody waiting', async (kind) => {
    const pipe = kind === 'a pipe' ? await openFifo() : undefined;
    const { address, started } = await start(pipe ? pipe.to.fd : 'pipe');
    await askMany(address, 7_000);
    expect((await fetch(`${address}/livez`)).status).toBe(200);
    const [begun, ended] = [performance.now(), once(started, 'exit')];
    started.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(performance.now() - begun).toBeLessThan(10_000);
    await pipe?.close();
  });

  it('says how many of its lines were lost, once it is read again', async () => {
    const { to, read, close } = await openFifo();
    const { address } = await start(to.fd);
    await askMany(address, 7_000);
    let log = '';
    const [, lost] = await eventually('the log to tell', async () => {
      log += await read(65_536);
      return log.match(/"lines":(\d+),"msg":"lines of the log were lost/) ?? undefined;
    });
    log = log.slice(0, log.lastIndexOf('\n'));
    expect(answered(log) + Number(lost)).toBe(7_000);
    expect(log.length).toBeLessThan(MOST_UNREAD + 65_536);
    await close();
  });

  it('reaches one who reads slowly to its last line', async () => {
    const { to, read, close } = await openFifo();
    const { address, started } = await start(to.fd);
    await askMany(address, 2_000);
    let log = '';
    const ended = once(started, 'exit');
    started.kill('SIGTERM');
    while (started.exitCode === null && started.signalCode === null) {
      log += await read(16_384);
      await delay(10);
    }
    for (let more = await read(65_536); more !== ''; more = await read(65_536)) log += more;
    expect(await ended).toEqual([0, null]);
    expect(answered(log)).toBe(2_000);
    await close();
  });
});
