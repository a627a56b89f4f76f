import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { eventually } from '../eventually.js';
import { kinds } from '../queue/kinds.js';
import { freePort, settingsOver } from '../system/stage.js';
import type { Settings } from './settings.js';

const APIS = 2;
const WORKERS = 3;

/** A process that somebody starts again whenever it ends. */
export interface Actor {
  readonly name: string;
  readonly kind: 'api' | 'worker' | 'queue';
  /** SIGKILL, and no new start until it has ended. */
  kill(): Promise<void>;
  /** SIGSTOP, and SIGCONT. */
  freeze(): void;
  thaw(): void;
  /** Whether it has started, and works. */
  isReady(): boolean;
  /** Resolves when it says something like this the next time. */
  nextSays(what: RegExp): Promise<void>;
}

export interface Cast {
  readonly actors: readonly Actor[];
  /** Where the API processes listen, whether they run just now or not. */
  readonly addresses: readonly string[];
  /** Sets the clocks of the API and the workers off by so many milliseconds. */
  setClocks(milliseconds: number): Promise<void>;
  /** Everything that runs stops and starts again, in peace, and is ready. */
  restart(): Promise<void>;
  /** Resolves when all of them answer. */
  ready(): Promise<void>;
  end(): Promise<void>;
}

/** Two API processes, three workers and a queue on one data folder, each kept running; what they say goes to files. */
export async function openCast({ queue: kind }: Settings, dataFolder: string, logs: string): Promise<Cast> {
  const prepared = kinds.find(({ name }) => name.toLowerCase().includes(kind));
  if (prepared === undefined) throw new Error(`there is no queue of the kind ${kind}`);
  const queue = await prepared.prepare();
  mkdirSync(logs, { recursive: true });
  const clock = join(logs, 'clock');
  const clockModule = fileURLToPath(new URL('../clock.mjs', import.meta.url));
  const environment: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    ...settingsOver(queue, dataFolder),
    TRAINING_THREADS: '1',
    ENCODER_MEMORY_MB: '300',
    NODE_OPTIONS: `--import ${clockModule}`,
    CLOCK_FILE: clock,
  };
  const ports = await Promise.all(Array.from({ length: APIS }, freePort));
  const apis = ports.map((port, index) =>
    keepRunning('api', `api-${index}`, 'src/server.js', { ...environment, PORT: String(port) }, logs),
  );
  const workers = Array.from({ length: WORKERS }, (_, index) =>
    keepRunning('worker', `worker-${index}`, 'worker/main.js', environment, logs),
  );
  const processes = [...apis, ...workers];
  const ready = async (): Promise<void> => {
    await Promise.all(processes.map((each) => eventually(`${each.name} to be ready`, each.isReady, 120_000)));
  };
  return {
    actors: [
      ...processes,
      {
        name: 'queue',
        kind: 'queue',
        async kill() {
          await queue.kill();
          await queue.start();
        },
        freeze: queue.freeze,
        thaw: queue.thaw,
        isReady: () => true,
        nextSays: () => new Promise(() => {}),
      },
    ],
    addresses: ports.map((port) => `http://127.0.0.1:${port}`),
    setClocks: (milliseconds) => writeFile(clock, String(milliseconds)),
    ready,
    async restart() {
      await Promise.all(processes.map((each) => each.stop('SIGTERM')));
      for (const each of processes) each.start();
      await ready();
    },
    async end() {
      await Promise.all(processes.map((each) => each.stop('SIGKILL')));
      await queue.remove();
    },
  };
}

interface Kept extends Actor {
  stop(signal: NodeJS.Signals): Promise<void>;
  start(): void;
}

const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

function keepRunning(
  kind: 'api' | 'worker',
  name: string,
  entry: string,
  environment: NodeJS.ProcessEnv,
  logs: string,
): Kept {
  const log = createWriteStream(join(logs, `${name}.log`), { flags: 'a' });
  const path = fileURLToPath(new URL(`../../dist/${entry}`, import.meta.url));
  const waiting = new Set<{ readonly what: RegExp; readonly heard: () => void }>();
  let child: ChildProcess;
  let isReady = false;
  let isWanted = true;

  const hear = (bytes: Buffer): void => {
    const text = bytes.toString();
    log.write(bytes);
    if (/"msg":"ready"/.test(text)) isReady = true;
    for (const each of waiting) {
      if (!each.what.test(text)) continue;
      waiting.delete(each);
      each.heard();
    }
  };

  const launch = (): void => {
    isReady = false;
    const fresh = spawn(process.execPath, [path], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    child = fresh;
    alive.add(fresh);
    fresh.stdout.on('data', hear);
    fresh.stderr.on('data', hear);
    fresh.once('exit', async () => {
      alive.delete(fresh);
      isReady = false;
      await delay(200);
      // Somebody may have stopped it, and started it again, in the meantime.
      if (isWanted && child === fresh) launch();
    });
  };
  launch();

  return {
    name,
    kind,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    nextSays: (what) =>
      new Promise((resolve) => {
        waiting.add({ what, heard: resolve });
      }),
    isReady: () => isReady,
    async stop(signal) {
      isWanted = false;
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, 'exit');
    },
    start() {
      isWanted = true;
      launch();
    },
  };
}
