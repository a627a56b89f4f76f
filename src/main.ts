import { fileURLToPath } from 'node:url';
import { hashOf, newKeyText, OWN_KEY_ID, writeKey } from './access/key-text.js';
import { type Config, readConfig } from './config.js';
import { messageOf } from './errors.js';
import type { StartOptions } from './processes/child.js';
import { checkDataFolder, checkFormatOnly, longestStop } from './processes/lifetime.js';
import { startError } from './processes/start-error.js';
import { followStarter } from './processes/starter-progress.js';
import { type Supervised, supervise } from './processes/supervisor.js';
import { openTerminal, outliveReaders } from './processes/terminal.js';

/** `npm start`: the queue (where no Redis is given), the API and the worker, each a process of its own, kept running. */
outliveReaders(process.stdout, process.stderr);
const terminal = openTerminal(process.stdout);
/** Has glibc give large blocks back when they are free: 80 MB less in int8, at the same speed. Nothing elsewhere. */
const GIVE_BACK = { MALLOC_MMAP_THRESHOLD_: '262144' };
/** The queue is ready after some seconds at most, of which the making of its database takes four; this is in milliseconds. */
const QUEUE_STARTS_WITHIN = 120_000;
/** The queue ends by itself within half of this, in milliseconds. */
const QUEUE_STOPS_WITHIN = 3_000;
/** What is left for a queue that waited for others that had to be killed, in milliseconds. */
const LEFT_FOR_QUEUE = 400;
const entry = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

let queue: Supervised | undefined;
const others: Supervised[] = [];
/** How long all of them together may take to stop, in milliseconds. */
let patience = 0;
/** The process that is starting right now, or was started last. */
let starting: Promise<unknown> = Promise.resolve();
const stopping = new AbortController();

async function start(config: Config): Promise<void> {
  // The processes speak up only when something is wrong, unless more was asked for.
  const { secret } = newKeyText();
  const environment = {
    ...GIVE_BACK,
    ...process.env,
    LOG_LEVEL: process.env.LOG_LEVEL || 'warn',
    STARTER_KEY_HASH: hashOf(secret),
  };
  const { signal } = stopping;
  patience = longestStop(config) + LEFT_FOR_QUEUE;
  const run = (
    name: string,
    path: string,
    more: Pick<StartOptions, 'arguments' | 'startsWithin'> = {},
  ): Promise<Supervised> => {
    const running = supervise(name, { entry: entry(path), environment, signal, ...more }, terminal.say);
    starting = running.catch(() => {});
    return running;
  };
  await checkDataFolder(config);
  // The API and the worker check it, too; but the queue's database in the same folder is opened, and written to, before.
  await checkFormatOnly(config);
  if (config.queue.kind === 'embedded') {
    terminal.say(`Starting the queue in ${config.queue.folder}`);
    queue = await run('queue', './queue/embedded/process.js', {
      arguments: [config.queue.folder],
      startsWithin: QUEUE_STARTS_WITHIN,
    });
  }
  signal.throwIfAborted();
  terminal.say('Loading the encoder');
  const api = await run('API', './server.js');
  others.push(api);
  others.push(await run('worker', '../worker/main.js'));
  const address = api.address ?? '';
  await followStarter(address, writeKey({ id: OWN_KEY_ID, secret }), terminal, signal).catch((error) =>
    terminal.say(`The starter training cannot be followed: ${messageOf(error)}`),
  );
  if (signal.aborted) return;
  terminal.say(`\nManyhead is ready: open ${address}\nCtrl-C stops it; what it learned stays in ${config.dataFolder}`);
}

/** The queue goes last, so that the worker can still hand its job back to it. */
async function stop(): Promise<void> {
  stopping.abort();
  const end = performance.now() + patience;
  await Promise.all([starting, ...others.map((each) => each.stop(patience - LEFT_FOR_QUEUE))]);
  await queue?.stop(Math.min(QUEUE_STOPS_WITHIN, end - performance.now()));
}

for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(event, () => {
    if (stopping.signal.aborted) return;
    terminal.say('\nStopping');
    stop().then(
      () => process.exit(0),
      (error) => {
        process.stderr.write(`could not stop cleanly: ${messageOf(error)}\n`);
        process.exit(1);
      },
    );
  });

try {
  await start(readConfig(process.env));
} catch (error) {
  if (!stopping.signal.aborted) {
    process.stderr.write(`${startError(error)}\n`);
    await stop();
    process.exit(1);
  }
}
