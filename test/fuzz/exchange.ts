import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Bytes for the server, and what the one who sends them does then. */
export interface Shot {
  /** For whoever reads a failure. */
  readonly what: string;
  readonly parts: readonly Uint8Array[];
  /**
   * What must come of it: an answer to a request that is whole and asks for the connection to be closed; or, where it is no such
   * request, anything, so long as the connection ends soon after the caller's half of it.
   */
  readonly expects: 'an answer' | 'an end';
  /** The connection is torn down once all is sent. */
  readonly reset?: boolean;
}

/** Milliseconds within which every connection must have ended: far more than a request takes, far less than for ever. */
const BOUND = 30_000;

/** How long an answer may take before the caller of something unfinished gives up its half of the connection. */
const PATIENCE = 40;

/** Sends a shot. @returns everything that came back @throws Error where the connection does not end */
export async function sent(port: number, { parts, expects, reset }: Shot): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const back: Buffer[] = [];
  socket.on('data', (bytes) => back.push(bytes));
  // The server may close while there is still something to send.
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.once('end', () => socket.end());
  const late = new AbortController();
  try {
    await Promise.race([once(socket, 'connect'), closed]);
    for (const part of parts) {
      if (socket.writable) socket.write(part);
      if (parts.length > 1) await pause(1);
    }
    if (reset) socket.resetAndDestroy();
    else if (expects === 'an end') {
      await Promise.race([closed, pause(PATIENCE, undefined, { signal: late.signal }).catch(() => {})]);
      socket.end();
    }
    const isOver = await Promise.race([
      closed.then(() => true),
      pause(BOUND, false, { signal: late.signal }).catch(() => true),
    ]);
    if (!isOver)
      throw new Error(
        `the connection was still open after ${BOUND} ms; so far it said ${String(Buffer.concat(back)).slice(0, 300)}`,
      );
  } finally {
    late.abort();
    socket.destroy();
  }
  return Buffer.concat(back);
}
