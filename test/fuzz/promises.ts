import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Shot } from './exchange.js';

/** What no caller may ever be shown. */
const secrets: readonly RegExp[] = [
  /"code":"INTERNAL"/,
  /^\s+at .+:\d+:\d+/m,
  /\\n\s+at .+:\d+:\d+/,
  /node_modules/,
  /node:internal/,
  /file:\/\//,
  new RegExp(escaped(fileURLToPath(new URL('../..', import.meta.url)))),
];

function escaped(given: string): string {
  return given.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** What comes before the answer to one who asks whether to go on. */
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

/** Statuses of the server's own failing that are answers all the same: too much to do, no space. */
const honest = new Set([503, 507]);

/**
 * Holds what came back against what is promised to every caller.
 * @param folder of the data, which nobody is told
 * @throws Error naming the promise that was broken
 */
export function checkAnswer(shot: Shot, received: Buffer, folder: string): void {
  const back =
    received.toString('latin1', 0, CONTINUE.length) === CONTINUE ? received.subarray(CONTINUE.length) : received;
  const broken = (why: string) =>
    new Error(
      `${why}\nsent (${shot.what}): ${String(Buffer.concat(shot.parts)).slice(0, 1500)}\ncame back: ${String(back).slice(0, 1500)}`,
    );
  const said = readable(back);
  checkWords(said, folder, broken);
  const statuses = [...said.matchAll(/(?:^|\n|\})HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  const failing = statuses.find((status) => status >= 500 && !honest.has(status));
  if (failing) throw broken(`the server failed: ${failing}`);
  if (shot.expects === 'an end' || shot.reset) return;
  const last = statuses.at(-1);
  if (last === undefined || last < 200) throw broken('there was no answer');
  if (last === 204 || last === 304) return;
  const length = said.match(/\r\ncontent-length: (\d+)\r\n/i)?.[1];
  const body = back.subarray(back.indexOf('\r\n\r\n') + 4);
  if (length !== undefined && body.length !== Number(length) && !/^HEAD /.test(shot.what))
    throw broken(`the answer should have ${length} bytes, and has ${body.length}`);
}

/** Words for a caller, such as a message over a WebSocket. */
export function checkWords(said: string, folder: string, broken: (why: string) => Error): void {
  const told = secrets.find((secret) => secret.test(said));
  if (told) throw broken(`a caller was told ${told}`);
  if (said.includes(folder)) throw broken('a caller was told where the data is');
}

/** What came back as text, compressed bodies unpacked. */
function readable(back: Buffer): string {
  const text = back.toString('latin1');
  if (!/\r\ncontent-encoding: gzip\r\n/i.test(text)) return back.toString('utf8');
  const start = text.indexOf('\r\n\r\n') + 4;
  const isChunked = /\r\ntransfer-encoding: chunked\r\n/i.test(text.slice(0, start));
  try {
    return text.slice(0, start) + gunzipSync(isChunked ? joined(back.subarray(start)) : back.subarray(start));
  } catch {
    return text;
  }
}

/** The body of a chunked answer. */
function joined(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.toString('latin1', at, end), 16);
    if (!(length > 0)) break;
    parts.push(body.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
  return Buffer.concat(parts);
}
