import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, temporaryFolder } from '../system/stage.js';
import { manyhead } from './stage.js';

/** A server that is no Manyhead, or one that a test wants to see in some state. */
async function serving(
  answer: (asked: number) => { status: number; body: string; headers?: Record<string, string> },
  host = '127.0.0.1',
) {
  let asked = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const { status, body, headers } = answer(++asked);
      response.writeHead(status, headers).end(body);
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return { port, url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

const refusal = (code: string) => JSON.stringify({ errors: [{ message: 'no', extensions: { code } }] });

describe('the command line, without a server', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterAll(() => folder.remove());

  it('helps: every command, with examples', async () => {
    const { code, stdout } = await manyhead(['--help']);
    expect(code).toBe(0);
    const commands = ['serve', 'worker', 'train', 'classify', 'embed', 'eval', 'versions', 'promote', 'doctor'];
    const pages = await Promise.all(commands.map((command) => manyhead([command, '--help'])));
    for (const [i, command] of commands.entries()) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
      expect(pages[i].stdout).toMatch(/Examples?:\n {2}\$ .*manyhead/);
    }
  });

  it('says in its help what must be given, and what holds where nothing is', async () => {
    const [train, create] = await Promise.all([manyhead(['train', '--help']), manyhead(['keys', 'create', '--help'])]);
    expect(train.stdout).toContain('(default: backbone)');
    expect(create.stdout).toContain('Usage: manyhead keys create --scope <scope> <name>');
  });

  it('takes no port that cannot be', async () => {
    const { code, stderr } = await manyhead(['serve', '--port', '99999']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--port.*99999.*Give 0 to 65535/);
  });

  it('starts everything with serve, and ends it with Ctrl-C', async () => {
    const port = await freePort();
    const { code, stdout, stderr } = await manyhead(
      ['serve', '--port', String(port), '--data-dir', join(folder.path, 'served')],
      {
        environment: { STARTER: 'off', ENCODER_THREADS: '1' },
        onSaid: (said, interrupt) => /Manyhead is ready/.test(said) && interrupt(),
      },
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`Manyhead is ready: open http://127.0.0.1:${port}`);
    expect(stdout).toContain('Stopping');
  });

  it('says in one line what keeps a worker from starting', async () => {
    const { code, stderr } = await manyhead(['worker'], {
      environment: { DATA_DIR: join(folder.path, 'worked'), REDIS_URL: 'redis://127.0.0.1:9' },
    });
    expect(code).toBe(1);
    expect(stderr.trim().split('\n').at(-1)).toMatch(/^Redis at redis:\/\/127.0.0.1:9 cannot be used/);
  });

  it('waits for a server that is busy, and loses no line', async () => {
    const embedding = { vector: 'AACAPwAAAAA=', dimensions: 2, projectionVersion: null, tokens: 3, truncated: false };
    const server = await serving((asked) =>
      asked <= 3
        ? { status: asked === 2 ? 429 : 503, body: refusal(asked === 2 ? 'RATE_LIMITED' : 'OVERLOADED') }
        : { status: 200, body: JSON.stringify({ data: { embed: [embedding] } }) },
    );
    const { code, stdout } = await manyhead(['embed', '--batch', '1', '--url', server.url], { input: 'a\nb\n' });
    server.close();
    expect(code).toBe(0);
    expect(stdout).toBe('{"text":"a","tokens":3,"vector":[1,0]}\n{"text":"b","tokens":3,"vector":[1,0]}\n');
  });

  it('asks for a name where none can be made of the name of a file', async () => {
    const file = join(folder.path, '顧客.csv');
    await writeFile(file, 'text,topic\nhello,greetings\n');
    const server = await serving(() => ({ status: 200, body: '{}' }));
    const { code, stderr } = await manyhead(['train', file, '--url', server.url]);
    server.close();
    expect(code).toBe(2);
    expect(stderr).toContain('顧客.csv: say --name NAME.');
  });

  it('tells a missing key from one that does not allow it', async () => {
    for (const [status, code, advice] of [
      [401, 'UNAUTHENTICATED', 'MANYHEAD_API_KEY'],
      [403, 'FORBIDDEN', 'wider scope'],
    ] as const) {
      const server = await serving(() => ({ status, body: refusal(code) }));
      const ended = await manyhead(['versions', '--url', server.url]);
      server.close();
      expect(ended).toMatchObject({ code: 4, stderr: expect.stringContaining(advice) });
    }
  });

  describe('doctor', () => {
    const look = async (environment: Record<string, string>) => {
      const settings = { DATA_DIR: join(folder.path, 'data'), PORT: String(await freePort()), ...environment };
      const { code, stdout } = await manyhead(['doctor', '--json'], { environment: settings });
      const findings: Record<string, string>[] = JSON.parse(stdout).findings;
      return { code, of: (what: string) => findings.find((finding) => finding.what === what) };
    };

    it('finds a port that another program has, and names a way out', async () => {
      const other = await serving(() => ({ status: 200, body: 'hello' }));
      const { code, of } = await look({ PORT: String(other.port), MANYHEAD_URL: other.url });
      other.close();
      expect(code).toBe(1);
      expect(of('port')).toMatchObject({ outcome: 'failed', mend: expect.stringContaining('PORT') });
      expect(of('server')).toMatchObject({ outcome: 'failed', found: expect.stringContaining('not Manyhead') });
    });

    it('knows a Manyhead that listens on IPv6', async () => {
      const server = await serving(() => ({ status: 200, body: 'ok\n' }), '::1');
      const { of } = await look({ HOST: '::1', PORT: String(server.port) });
      server.close();
      expect(of('port')).toMatchObject({ outcome: 'ok', found: expect.stringContaining('Manyhead listens') });
    });

    it('finds a folder, a queue and an encoder that cannot be used', async () => {
      const file = join(folder.path, 'file');
      await writeFile(file, '');
      const environment = {
        DATA_DIR: join(file, 'data'),
        REDIS_URL: 'redis://:secret@127.0.0.1:9',
        ENCODER: folder.path,
      };
      const { code, of } = await look(environment);
      expect(code).toBe(1);
      expect(of('data folder')).toMatchObject({ outcome: 'failed', mend: expect.stringContaining('DATA_DIR') });
      expect(of('queue')).toMatchObject({ outcome: 'failed', mend: expect.stringContaining('REDIS_URL') });
      expect(of('queue')?.found).not.toContain('secret');
      expect(of('encoder')).toMatchObject({ outcome: 'failed', mend: expect.stringContaining('ENCODER') });
    });

    it('finds a setting that cannot be, and does not mind that no server runs', async () => {
      const { code, of } = await look({ WORKER_CONCURRENCY: 'many' });
      expect(code).toBe(1);
      expect(of('settings')?.found).toContain('WORKER_CONCURRENCY is "many"');
      expect(of('server')).toMatchObject({ outcome: 'warning', mend: expect.stringContaining('manyhead serve') });
    });

    it('finds a clock that is off', async () => {
      const server = await serving(() => ({
        status: 200,
        body: 'ok\n',
        headers: { date: new Date(Date.now() - 60_000).toUTCString() },
      }));
      const { of } = await look({ MANYHEAD_URL: server.url });
      server.close();
      expect(of('clock')).toMatchObject({ outcome: 'warning', found: expect.stringMatching(/^(59|60|61) s off/) });
    });
  });
});
