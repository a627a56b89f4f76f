import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { systemCode } from './errors.js';

/** Bytes that may wait for a reader; lines that come then are lost. */
const MOST_UNREAD = 1024 * 1024;

/** A reader that took nothing is tried again after so long, in milliseconds. */
const PAUSE = 50;

/** At the end of the process: how long a reader that goes on reading is waited for, and one that takes nothing, in milliseconds. */
const LAST_WORDS = 1_000;
const STALLED = 250;

export interface Pipe {
  write(line: string): void;
}

/** Whether a file descriptor is a pipe or a socket: what is written there waits for whoever reads it. */
export function isPipe(fd: number): boolean {
  const about = fstatSync(fd);
  return about.isFIFO() || about.isSocket();
}

/**
 * Lines to whoever reads standard error, who may stand still: that must not keep this process from its work. A line is handed
 * over at once where there is room, so that it is not lost however the process ends; it waits where there is none.
 * @param onLost told how many lines were lost, once the reader has read all that waited
 */
export function openPipe(onLost: (lines: number) => void): Pipe {
  const fd = withoutBlocking();
  let waiting: Buffer[] = [];
  let [bytes, lost] = [0, 0];
  let trying: NodeJS.Timeout | undefined;

  /** Hands over what the reader has room for. @returns whether that was all */
  const handOver = (): boolean => {
    try {
      for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
        const taken = writeSync(fd, first);
        bytes -= taken;
        if (taken < first.length) waiting[0] = first.subarray(taken);
        else waiting.shift();
      }
    } catch (error) {
      if (systemCode(error) === 'EAGAIN') return false;
      // Nobody reads any more.
      [waiting, bytes] = [[], 0];
    }
    return true;
  };

  const proceed = (): void => {
    trying = undefined;
    if (!handOver()) {
      trying = setTimeout(proceed, PAUSE).unref();
    } else if (lost > 0) {
      const lines = lost;
      lost = 0;
      onLost(lines);
    }
  };

  // Before other listeners: the last of them may end the process there and then.
  process.prependOnceListener('exit', () => {
    const end = performance.now() + LAST_WORDS;
    let [left, since] = [bytes, performance.now()];
    while (!handOver()) {
      if (bytes < left) [left, since] = [bytes, performance.now()];
      if (performance.now() > Math.min(end, since + STALLED)) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  });

  return {
    write(line) {
      const text = Buffer.from(line);
      if (bytes > 0 && bytes + text.length > MOST_UNREAD) {
        lost += 1;
        return;
      }
      waiting.push(text);
      bytes += text.length;
      if (trying === undefined) proceed();
    },
  };
}

/** Standard error, opened so that writing fails where there is no room. */
function withoutBlocking(): number {
  try {
    // Opened anew, since the other processes that have it open decide for all of them whether writing blocks.
    return openSync('/proc/self/fd/2', constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    // A socket cannot be opened anew. Node.js opens its own stream so that it does not block.
    void process.stderr.writable;
    return process.stderr.fd;
  }
}
