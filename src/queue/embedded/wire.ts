/**
 * As much of PostgreSQL's frontend/backend protocol (version 3) as it takes to pass whole exchanges on without looking
 * inside: https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

/** The first message of a client, which has no type: what it asks for. */
export const opening = { start: 196_608, ssl: 80_877_103, gss: 80_877_104 } as const;

/** The largest message that is taken from a client, in bytes. */
export const largestMessage = 16 * 1024 * 1024;

/** Bytes of the message at the start of `bytes` (0: not all there yet), given where its length field stands. */
export function messageLength(bytes: Buffer, lengthAt: 0 | 1): number {
  if (bytes.length < lengthAt + 4) return 0;
  const length = bytes.readUInt32BE(lengthAt);
  if (length < 4 || length > largestMessage) throw new Error(`a message of ${length} bytes is not the protocol`);
  return bytes.length < lengthAt + length ? 0 : lengthAt + length;
}

export function message(type: string, ...fields: (string | number | Buffer)[]): Buffer {
  const body = Buffer.concat(fields.map(field));
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** A string ends in a zero; a number is an Int32. */
function field(value: string | number | Buffer): Buffer {
  if (typeof value === 'string') return Buffer.from(`${value}\0`);
  if (typeof value !== 'number') return value;
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** I: idle. T: inside a transaction. E: inside one that failed. */
export type SessionState = 'I' | 'T' | 'E';

/** What a server says to a client that it lets in. */
export const welcome = (serverVersion: string): Buffer =>
  Buffer.concat([
    message('R', 0),
    ...Object.entries({
      server_version: serverVersion,
      server_encoding: 'UTF8',
      client_encoding: 'UTF8',
      DateStyle: 'ISO, MDY',
      integer_datetimes: 'on',
      standard_conforming_strings: 'on',
    }).map(([name, value]) => message('S', name, value)),
    message('K', process.pid, 0),
    message('Z', Buffer.from('I')),
  ]);

export interface Answer {
  /** What belongs to the client that asked. */
  readonly own: Buffer;
  /** NOTIFY messages, which belong to everybody. */
  readonly notifications: Buffer;
  readonly state: SessionState;
}

/** Takes the database's whole answer to one exchange apart. */
export function readAnswer(bytes: Uint8Array): Answer {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const own: Buffer[] = [];
  const notifications: Buffer[] = [];
  let state: string | undefined;
  for (let at = 0; at < all.length; ) {
    const length = messageLength(all.subarray(at), 1);
    if (length === 0) throw new Error('the answer of the database is cut off');
    const each = all.subarray(at, at + length);
    const type = each.toString('latin1', 0, 1);
    (type === 'A' ? notifications : own).push(each);
    if (type === 'Z') state = each.toString('latin1', 5, 6);
    at += length;
  }
  if (state !== 'I' && state !== 'T' && state !== 'E') throw new Error('the database did not say that it is ready');
  return { own: Buffer.concat(own), notifications: Buffer.concat(notifications), state };
}
