import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startInstallation } from '../installation.js';
import { type Answered, startLoad } from './load.js';
import { type Measured, measured, type ProcessName, processesOf, processNames } from './processes.js';
import { grows, LATENCY_BOUND, MEMORY_BOUND, quantile, rise, thirds } from './verdict.js';

/** Samples of a soak, however long it is. */
const SAMPLES = 30;

/** Of these, the first belong to warming up. */
const WARM_UP = 6;

/** Whose latency is held against the bound: one text, as a user's request asks. */
const USERS: readonly string[] = ['embed', 'classify'];

interface Sample {
  readonly processes: Readonly<Record<ProcessName, Measured>>;
  readonly answered: readonly Answered[];
}

/**
 * `npm run bench -- soak [minutes]`: everything that callers do, at once, with training going on, and what becomes of memory,
 * descriptors and latency. The process ends with code 1 where something grows.
 */
export async function benchSoak([minutes = '30']: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'manyhead-soak-'));
  const preload = new URL('./told-on-signal.js', import.meta.url);
  const installation = await startInstallation({
    NODE_OPTIONS: `--import=${preload}`,
    SOAK_FOLDER: folder,
    // Small enough to be full when the warm-up ends.
    ENCODER_CACHE_MB: '4',
    KEEP_VERSIONS: '5',
  });
  try {
    print(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}; ${minutes} minutes`);
    const processes = await processesOf(installation.pid);
    const load = await startLoad(installation.address);
    const samples: Sample[] = [];
    const failures: string[] = [];
    const every = (60_000 * Number(minutes)) / SAMPLES;
    for (let number = 1; number <= SAMPLES; number++) {
      await pause(every);
      await load.halt();
      // Connections that were just closed are gone, and timers that were just set have fired.
      await pause(1_000);
      samples.push({
        processes: {
          API: await measured(pidOf(processes, 'API'), folder),
          worker: await measured(pidOf(processes, 'worker'), folder),
          queue: await measured(pidOf(processes, 'queue'), folder),
        },
        answered: load.answered(),
      });
      failures.push(...load.failures());
      print(`${((number * every) / 60_000).toFixed(1)} min: ${told(samples[samples.length - 1])}`);
      load.go();
    }
    await load.close();
    print(`${load.trainings} trainings; ${samples.reduce((sum, { answered }) => sum + answered.length, 0)} answers`);
    const broken = [...judged(samples.slice(WARM_UP)), ...failures.slice(0, 5)];
    for (const each of broken) print(`BROKEN: ${each}`);
    print(broken.length === 0 ? 'Nothing grows.' : 'The bounds are broken.');
    process.exitCode = broken.length === 0 ? 0 : 1;
  } finally {
    await installation.stop();
    await rm(folder, { recursive: true });
  }
}

/** Tells the figures of the whole run. @returns the bounds that are broken, in words */
function judged(samples: readonly Sample[]): string[] {
  const broken: string[] = [];
  for (const name of processNames) {
    const all = samples.map(({ processes }) => processes[name]);
    const of = (key: keyof Measured) => all.map((each) => each[key]);
    const [memory, heap] = [rise(of('resident')), rise(of('heap'))];
    const [firstFiles, lastFiles] = thirds(of('descriptors')).map((third) => quantile(third, 0.5));
    print(
      `${name}: memory ${percent(memory)} over the run (${megabytes(quantile(of('resident'), 0.5))} MB), heap ${percent(heap)} (${megabytes(quantile(of('heap'), 0.5))} MB), descriptors ${firstFiles} then ${lastFiles}, delay of the event loop p99 ${quantile(of('loopDelay'), 0.5).toFixed(1)} ms`,
    );
    if (memory > MEMORY_BOUND) broken.push(`the memory of the ${name} rose by ${percent(memory)}`);
    if (grows(of('descriptors'))) broken.push(`the descriptors of the ${name} grew from ${firstFiles} to ${lastFiles}`);
  }
  const [first, last] = thirds(samples).map((third) => slowest(third));
  print(`one text: p99 ${first.toFixed(1)} ms in the first third, ${last.toFixed(1)} ms in the last`);
  if (last > LATENCY_BOUND * first)
    broken.push(`p99 of one text rose from ${first.toFixed(1)} to ${last.toFixed(1)} ms`);
  return broken;
}

/** The median of the samples' p99, as one moment of a machine's other work is not to decide. */
const slowest = (samples: readonly Sample[]): number =>
  quantile(
    samples.map((sample) => quantile(usersOf(sample), 0.99)),
    0.5,
  );

const usersOf = ({ answered }: Sample): number[] =>
  answered.flatMap(({ kind, milliseconds }) => (USERS.includes(kind) ? [milliseconds] : []));

function told(sample: Sample): string {
  const { processes, answered } = sample;
  const users = usersOf(sample);
  const each = processNames.map((name) => {
    const { resident, heap, descriptors, loopDelay } = processes[name];
    return `${name} ${megabytes(resident)} MB (heap ${megabytes(heap)}), ${descriptors} fds, delay ${loopDelay.toFixed(0)} ms`;
  });
  return `${each.join('; ')}; ${answered.length} answers, one text p50 ${quantile(users, 0.5).toFixed(1)} p99 ${quantile(users, 0.99).toFixed(1)} ms`;
}

function pidOf(processes: ReadonlyMap<ProcessName, number>, name: ProcessName): number {
  const pid = processes.get(name);
  if (pid === undefined) throw new Error(`there is no ${name}`);
  return pid;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
const print = (line: string): void => void process.stdout.write(`${line}\n`);
