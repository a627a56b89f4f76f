import { isIP } from 'node:net';
import type { Log } from '../log.js';
import { HOW_TO_CREATE } from './access.js';

const LOOPBACK = '127.0.0.1';

/** Whether only programs on this machine reach an address. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/**
 * Where the API may listen: where it was told to, but on loopback only while it has no key and nobody has said that it is to be open.
 * Says so in the log.
 */
export function safeHost(host: string, needsKeys: boolean, log: Log): string {
  if (!needsKeys) return host;
  if (isLoopback(host)) {
    log.info(`no keys: programs on this machine may do everything; make one with ${HOW_TO_CREATE}`);
    return host;
  }
  log.warn(
    `there is no key yet, so HOST=${host} is not followed: listening on ${LOOPBACK} only. Make a key with ${HOW_TO_CREATE} and start again, or set ACCESS=open where only friends can reach the port`,
  );
  return LOOPBACK;
}
