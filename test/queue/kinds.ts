import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QueueConfig } from '../../src/config.js';
import { eventually } from '../eventually.js';
import { startEmbeddedQueue } from './embedded-queue.js';
import { copyMadeDatabase } from './made-before.js';

/** A real queue of one kind, with everything in a folder of its own. */
export interface RunningQueue {
  readonly config: QueueConfig;
  /** Environment variables that lead a process to it. */
  readonly settings: Readonly<Record<string, string>>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Stands still, and goes on: SIGSTOP, SIGCONT. */
  freeze(): void;
  thaw(): void;
  start(): Promise<void>;
  remove(): Promise<void>;
}

export interface Kind {
  readonly name: string;
  readonly missing?: string;
  prepare(): Promise<RunningQueue>;
}

async function run(config: QueueConfig, folder: string, launch: () => Promise<ChildProcess>): Promise<RunningQueue> {
  let child = await launch();
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    config,
    settings: config.kind === 'redis' ? { REDIS_URL: config.url } : { QUEUE_DIR: config.folder },
    kill,
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    async start() {
      child = await launch();
    },
    async remove() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'manyhead-test-'));

async function prepareEmbedded(): Promise<RunningQueue> {
  const parent = newFolder();
  const folder = join(parent, 'queue');
  await copyMadeDatabase(folder);
  return run({ kind: 'embedded', folder }, parent, () => startEmbeddedQueue(folder));
}

async function prepareRedis(): Promise<RunningQueue> {
  if (!hasRedis) throw new Error('there is no redis-server here, and CI or REQUIRE_REDIS is set');
  const folder = newFolder();
  const port = await freePort();
  const url = `redis://:secret@127.0.0.1:${port}/3`;
  const options = `--port ${port} --bind 127.0.0.1 --requirepass secret --appendonly yes --appendfsync always --dir ${folder}`;
  return run({ kind: 'redis', url }, folder, async () => {
    const child = spawn('redis-server', [...options.split(' '), '--save', ''], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (bytes) => {
      said += bytes;
    });
    await eventually('redis-server to start', () => said.includes('Ready to accept connections'));
    return child;
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
const mustHaveRedis = Boolean(process.env.CI || process.env.REQUIRE_REDIS);
const redis: Kind = { name: 'on Redis', prepare: prepareRedis };

export const kinds: readonly Kind[] = [
  { name: 'embedded', prepare: prepareEmbedded },
  hasRedis || mustHaveRedis
    ? redis
    : { ...redis, missing: 'there is no redis-server here: the Redis suite is skipped' },
];
