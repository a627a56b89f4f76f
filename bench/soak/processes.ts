import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Told } from './told-on-signal.js';

/** A process of an installation at one moment, after its garbage was collected. */
export interface Measured extends Told {
  /** Resident memory, in bytes. */
  readonly resident: number;
  readonly descriptors: number;
}

export type ProcessName = 'API' | 'worker' | 'queue';

const entries: Readonly<Record<ProcessName, string>> = {
  API: '/src/server.js',
  worker: '/worker/main.js',
  queue: '/queue/embedded/process.js',
};
export const processNames: readonly ProcessName[] = ['API', 'worker', 'queue'];

/** The processes that `npm start` has started. @throws Error where one is missing */
export async function processesOf(main: number): Promise<ReadonlyMap<ProcessName, number>> {
  const children = (await readFile(`/proc/${main}/task/${main}/children`, 'utf8')).trim().split(' ').map(Number);
  const commands = await Promise.all(
    children.map(async (pid) => ({ pid, command: (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0') })),
  );
  return new Map(
    processNames.map((name) => {
      const found = commands.find(({ command }) => command.some((word) => word.endsWith(entries[name])));
      if (found === undefined) throw new Error(`there is no ${name} among the processes`);
      return [name, found.pid];
    }),
  );
}

/** @param folder that the process tells of itself in */
export async function measured(pid: number, folder: string): Promise<Measured> {
  const path = join(folder, `${pid}.json`);
  await rm(path, { force: true });
  process.kill(pid, 'SIGUSR2');
  const told = await written(path);
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return {
    ...told,
    resident: 1024 * Number(status.match(/VmRSS:\s+(\d+)/)?.[1]),
    descriptors: (await readdir(`/proc/${pid}/fd`)).length,
  };
}

async function written(path: string): Promise<Told> {
  for (let tries = 0; tries < 200; tries++) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return JSON.parse(text);
    await pause(50);
  }
  throw new Error('a process does not tell of itself any more');
}
