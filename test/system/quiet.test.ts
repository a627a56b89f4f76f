import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { kinds } from '../queue/kinds.js';
import { copyMadeDatabase } from '../queue/made-before.js';
import { data, easyRows, finished, freePort, READY, run, settingsOver, TRAIN, temporaryFolder } from './stage.js';

type Folder = Awaited<ReturnType<typeof temporaryFolder>>;

describe('what leaves the machine', () => {
  let folder: Folder;
  let proxy: Server;
  /** The first words of everybody who came to the proxy. */
  let asked: string[];
  beforeEach(async () => {
    folder = await temporaryFolder();
    asked = [];
    proxy = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (bytes) => {
        asked.push(bytes.toString('latin1').split('\r\n')[0]);
        socket.destroy();
      });
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
  });
  afterEach(async () => {
    proxy.close();
    await folder.remove();
  });

  it('is nothing, and nothing is kept in the home folder, whatever is encoded and trained', async () => {
    const address = proxy.address();
    if (typeof address !== 'object' || address === null) throw new Error('the proxy does not listen');
    const url = `http://127.0.0.1:${address.port}`;
    const home = join(folder.path, 'home');
    const running = run('src/main.js', {
      HOME: home,
      HTTPS_PROXY: url,
      https_proxy: url,
      HTTP_PROXY: url,
      http_proxy: url,
      DATA_DIR: join(folder.path, 'data'),
      PORT: String(await freePort()),
      STARTER: 'off',
    });
    const [, served] = await running.says(READY);
    await data(served, '{ embed(texts: ["a"]) { tokens } }');
    const input = {
      model: 'fruit',
      examples: easyRows(12),
      freeze: { backbone: 'PARTIAL', frozenLayers: 5 },
      hyperparameters: { epochs: 1 },
    };
    const { train } = await data(served, TRAIN, { input });
    expect(await finished(served, train.id)).toMatchObject({ status: 'SUCCEEDED' });
    await running.end('SIGTERM');
    expect(asked).toEqual([]);
    await expect(readdir(home, { recursive: true })).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a log that cannot be written', () => {
  let folder: Folder;
  let child: ChildProcess | undefined;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await folder.remove();
  });

  /** Starts everything, with every request told in the log. @param stderr where the log goes */
  const start = async (stderr: number | 'pipe') => {
    const environment = { DATA_DIR: join(folder.path, 'data'), PORT: String(await freePort()), STARTER: 'off' };
    await copyMadeDatabase(join(folder.path, 'data', 'queue'));
    const started = spawn(process.execPath, [fileURLToPath(new URL('../../dist/src/main.js', import.meta.url))], {
      stdio: ['ignore', 'pipe', stderr],
      env: { PATH: process.env.PATH, HOME: process.env.HOME, LOG_LEVEL: 'debug', ...environment },
    });
    child = started;
    let said = '';
    const address = await new Promise<string>((resolve, reject) => {
      started.stdout?.on('data', (bytes) => {
        said += bytes;
        const [, found] = said.match(READY) ?? [];
        if (found) resolve(found);
      });
      started.once('exit', (code) => reject(new Error(`it ended with ${code}: ${said}`)));
    });
    return { address, started };
  };
  const goesOn = async (address: string, started: ChildProcess) => {
    for (let i = 0; i < 500; i++) await data(address, '{ models { name } }');
    const ended = once(started, 'exit');
    started.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
  };

  it('as the disk is full that it goes to, ends nothing', async () => {
    const full = await open('/dev/full', 'w');
    const { address, started } = await start(full.fd);
    await goesOn(address, started);
    await full.close();
  });

  it('as the disk is full, does not end an API that is started by itself', async () => {
    const [queue, full] = [await kinds[0].prepare(), await open('/dev/full', 'w')];
    const port = String(await freePort());
    const settings = { ...settingsOver(queue, join(folder.path, 'data')), PORT: port, LOG_LEVEL: 'debug' };
    const started = spawn(process.execPath, [fileURLToPath(new URL('../../dist/src/server.js', import.meta.url))], {
      stdio: ['ignore', 'ignore', full.fd],
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...settings },
    });
    child = started;
    const address = `http://127.0.0.1:${port}`;
    await eventually(
      'the API to be ready',
      async () => (await fetch(`${address}/readyz`).catch(() => undefined))?.ok,
      30_000,
    );
    await goesOn(address, started);
    await full.close();
    await queue.remove();
  });

  it('as who read it has gone, ends nothing', async () => {
    const { address, started } = await start('pipe');
    started.stderr?.destroy();
    await goesOn(address, started);
  });
});
