import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { messageOf, systemCode } from '../../errors.js';

/** Where the parts of an embedded queue are. */
export interface Place {
  readonly folder: string;
  /** PostgreSQL's own files. */
  readonly database: string;
  readonly lock: string;
  /** The folder of the socket: what PostgreSQL clients call the host. */
  readonly host: string;
  readonly port: number;
  readonly socket: string;
}

/** The longest path of a unix socket that every system takes, in bytes (104 with the ending zero on macOS, 108 on Linux). */
const longestSocketPath = 103;
const port = 5432;
const socketIn = (folder: string): string => join(folder, `.s.PGSQL.${port}`);

/** Computed from the folder alone, so that all processes find each other. */
export function placeOf(queueFolder: string): Place {
  const folder = resolve(queueFolder);
  const fits = Buffer.byteLength(socketIn(folder)) <= longestSocketPath;
  const host = fits ? folder : shortFolder(folder);
  return { folder, database: join(folder, 'database'), lock: join(folder, 'lock'), host, port, socket: socketIn(host) };
}

function shortFolder(folder: string): string {
  // In a container the user need not have a name.
  const user = process.getuid?.() ?? 0;
  const name = `manyhead-${user}-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
  const inTemporary = join(tmpdir(), name);
  return Buffer.byteLength(socketIn(inTemporary)) <= longestSocketPath ? inTemporary : join('/tmp', name);
}

/**
 * Makes a folder that only its owner can enter, or checks that one that is there is such.
 * @throws Error whose message is one line for the terminal
 */
export function makePrivate(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!lstatSync(folder).isSymbolicLink()) chmodSync(folder, 0o700);
  } catch (error) {
    const why = systemCode(error) === 'EEXIST' ? 'there is a file of that name' : messageOf(error);
    throw new Error(`the queue's folder ${folder} cannot be used: ${why}`);
  }
}

/**
 * @throws Error where somebody else could have put a socket into the folder: anyone may create names in a shared
 * temporary folder
 */
export function checkPrivate(folder: string): void {
  const found = lstatSync(folder);
  const own = process.getuid?.() ?? found.uid;
  if (!found.isDirectory() || found.uid !== own || (found.mode & 0o077) !== 0)
    throw new Error(`${folder} is not a folder of this user's alone: remove it`);
}
