import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { systemCode } from '../../errors.js';

/**
 * Makes this process the only one that uses a folder. A lock whose process is dead is taken over; the same number on
 * another process (a reboot, a container that starts again) does not count as alive.
 * @param socket where the other process would listen: it answers across containers, where process numbers do not tell
 * @returns lets go of the lock
 * @throws Error whose message is one line for the terminal
 */
export async function lockFolder(lock: string, socket: string): Promise<() => void> {
  if (await answers(socket))
    throw new Error(`Manyhead runs already with this queue (${socket}): stop that one, or choose another DATA_DIR`);
  const mine = `${lock}.${process.pid}`;
  const content = identity(process.pid) ?? '';
  writeFileSync(mine, content, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 10; attempt++) {
      if (created(mine, lock)) {
        return () => {
          if (read(lock) === content) rmSync(lock, { force: true });
        };
      }
      const theirs = read(lock);
      if (theirs === undefined) continue;
      if (isAlive(theirs)) throw new Error(`the queue's folder is in use by process ${theirs.split(' ')[0]} (${lock})`);
      remove(lock, theirs, mine);
    }
    throw new Error(`the lock ${lock} cannot be taken: other processes are taking it, too`);
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Number, boot and start time of a process, as far as the system tells; undefined where there is no such process. */
function identity(pid: number): string | undefined {
  if (!runs(pid)) return undefined;
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return `${pid}`;
  // The second field is the name in brackets, and may hold anything; the start is the 22nd.
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return `${pid} ${(read('/proc/sys/kernel/random/boot_id') ?? '').trim()} ${started}`;
}

function isAlive(content: string): boolean {
  const pid = Number(content.split(' ')[0]);
  return Number.isSafeInteger(pid) && pid > 0 && pid !== process.pid && identity(pid) === content;
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** Puts the lock into place, with its content, if there is none. */
function created(mine: string, lock: string): boolean {
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a dead process's lock, unless somebody else has just replaced it: then it is put back. */
function remove(lock: string, dead: string, mine: string): void {
  const aside = `${mine}.old`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  if (read(aside) !== dead) created(aside, lock);
  rmSync(aside, { force: true });
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const answers = (socket: string): Promise<boolean> =>
  new Promise((resolve) => {
    const connection = connect(socket);
    const answer = (yes: boolean) => (): void => {
      connection.destroy();
      resolve(yes);
    };
    connection.once('connect', answer(true));
    connection.once('error', answer(false));
  });
