import { TextDecoder } from 'node:util';
import { badInput, type ManyheadError } from '../../errors.js';
import { problem, UnreadableRows } from './problem.js';

/**
 * Bytes as text. A byte order mark tells UTF-8 and UTF-16 apart, whatever was said; without one it is `charset`, or UTF-8.
 * @param charset a label of the WHATWG Encoding Standard, such as `windows-1252`
 * @throws UnreadableRows naming the line whose bytes are not of that encoding; ManyheadError BAD_USER_INPUT for an unknown charset,
 *   and for one that gives the first line NULs
 */
export async function* decoded(bytes: AsyncIterable<Uint8Array>, charset: string | undefined): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let line = 1;
  let held: Uint8Array = NOTHING;
  for await (const chunk of bytes) {
    held = held.length > 0 ? Buffer.concat([held, chunk]) : chunk;
    if (decoder === undefined && held.length < MARK) continue;
    decoder ??= decoderFor(held, charset);
    const text = read(decoder, held, line, true);
    if (line === 1 && text.split('\n', 1)[0].includes('\0')) throw withNuls(decoder.encoding);
    held = NOTHING;
    line += newlines(text);
    yield text;
  }
  decoder ??= decoderFor(held, charset);
  const last = read(decoder, held, line, false);
  if (last !== '') yield last;
}

/** Bytes of the longest byte order mark. */
const MARK = 3;
const NOTHING = new Uint8Array();

function decoderFor(start: Uint8Array, charset: string | undefined): TextDecoder {
  const marked =
    start[0] === 0xff && start[1] === 0xfe
      ? 'utf-16le'
      : start[0] === 0xfe && start[1] === 0xff
        ? 'utf-16be'
        : undefined;
  const utf8 = start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? 'utf-8' : undefined;
  const label = marked ?? utf8 ?? charset ?? 'utf-8';
  try {
    return new TextDecoder(label, { fatal: true });
  } catch {
    throw badInput('charset', `charset is ${JSON.stringify(label)}: give one such as utf-8, windows-1252 or utf-16le.`);
  }
}

/** UTF-16 without a byte order mark is valid UTF-8 where all its letters are ASCII: each with a NUL beside it. */
const withNuls = (encoding: string): ManyheadError =>
  badInput(
    'charset',
    `read as ${encoding}, the first line has NUL characters, as a file in UTF-16 has: name its encoding, such as \`Content-Type: text/csv; charset=utf-16le\`. Read are utf-8, utf-16le, utf-16be, windows-1252 and all others of the WHATWG Encoding Standard.`,
  );

/** Where the whole cannot be decoded, its lines are one by one, to find the one that is wrong. */
function read(decoder: TextDecoder, bytes: Uint8Array, line: number, stream: boolean): string {
  try {
    return decoder.decode(bytes, { stream });
  } catch {
    throw unreadable(decoder.encoding, bytes, line);
  }
}

function unreadable(encoding: string, bytes: Uint8Array, from: number): UnreadableRows {
  const strict = new TextDecoder(encoding, { fatal: true });
  let line = from;
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    try {
      strict.decode(bytes.subarray(start, end + 1));
    } catch {
      // The first line may begin in the middle of a character that was begun before.
      if (start > 0 || from === 1) break;
    }
    line += 1;
    start = end + 1;
  }
  const hint = 'give the encoding of the file, such as `Content-Type: text/csv; charset=windows-1252`.';
  return new UnreadableRows([problem(line, undefined, undefined, `its bytes are not ${encoding}: ${hint}`)], 1);
}

function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
