import fc, { type Arbitrary } from 'fast-check';
import type { Shot } from './exchange.js';
import { damaged, text } from './hostile.js';
import { brokenOperation, operation } from './operations.js';

/** What a WebSocket client may say in the wrong order, the wrong shape, or too often (RFC 6455, graphql-transport-ws). */

const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0x0, 0x1, 0x2, 0x8, 0x9, 0xa];

interface Frame {
  readonly opcode: number;
  readonly payload: Uint8Array;
  readonly final?: boolean;
  readonly masked?: boolean;
  /** Reserved bits. */
  readonly reserved?: number;
  /** Told instead of the payload's own. */
  readonly length?: bigint;
}

/** A frame as bytes. The mask is zero, so that a failure can be read. */
function framed({ opcode, payload, final = true, masked = true, reserved = 0, length }: Frame): Buffer {
  const told = length ?? BigInt(payload.length);
  const size = told < 126n ? 0 : told < 65_536n ? 2 : 8;
  const head = Buffer.alloc(2 + size + (masked ? 4 : 0));
  head[0] = (final ? 0x80 : 0) | (reserved << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | (size === 0 ? Number(told) : size === 2 ? 126 : 127);
  if (size === 2) head.writeUInt16BE(Number(told), 2);
  if (size === 8) head.writeBigUInt64BE(told, 2);
  return Buffer.concat([head, payload]);
}

const json = (message: unknown): Buffer => framed({ opcode: TEXT, payload: Buffer.from(JSON.stringify(message)) });

const id = fc.oneof({ weight: 5, arbitrary: fc.constantFrom('1', '2', '3') }, { weight: 1, arbitrary: text });

const init = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ type: 'connection_init' }) },
  { weight: 1, arbitrary: fc.jsonValue().map((payload) => ({ type: 'connection_init', payload })) },
);

const subscribe = fc
  .tuple(id, fc.oneof({ weight: 4, arbitrary: operation }, { weight: 1, arbitrary: brokenOperation }))
  .map(([given, payload]) => ({ id: given, type: 'subscribe', payload }));

const message: Arbitrary<unknown> = fc.oneof(
  { weight: 2, arbitrary: init },
  { weight: 8, arbitrary: subscribe },
  { weight: 2, arbitrary: id.map((given) => ({ id: given, type: 'complete' })) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(
      { type: 'ping' },
      { type: 'pong', payload: { a: 1 } },
      { type: 'connection_ack' },
      { type: 'next', id: '1', payload: {} },
      { type: 'error', id: '1', payload: [] },
      { type: 'start', id: '1', payload: { query: '{ __typename }' } },
      { type: 'subscribe' },
      { type: 'subscribe', id: '1' },
      { type: 'subscribe', id: '1', payload: {} },
      { type: 'subscribe', id: 1, payload: { query: '{ __typename }' } },
      { type: 'subscribe', id: '1', payload: { query: '{ __typename }', operationName: 1 } },
      { type: 'subscribe', id: '', payload: { query: '{ __typename }' } },
      { type: '__proto__' },
      {},
      [],
      null,
      1,
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
);

const frames: Arbitrary<readonly Buffer[]> = fc.oneof(
  { weight: 12, arbitrary: message.map((said) => [json(said)]) },
  { weight: 1, arbitrary: text.map((said) => [framed({ opcode: TEXT, payload: Buffer.from(said) })]) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }).map((payload) => [framed({ opcode: TEXT, payload })]) },
  {
    weight: 1,
    arbitrary: message.map((said) => [framed({ opcode: BINARY, payload: Buffer.from(JSON.stringify(said) ?? '') })]),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(message, fc.nat(30), fc.boolean()).map(([said, at, hasPing]) => {
      const payload = Buffer.from(JSON.stringify(said) ?? '');
      return [
        framed({ opcode: TEXT, payload: payload.subarray(0, at), final: false }),
        ...(hasPing ? [framed({ opcode: PING, payload: Buffer.from('between') })] : []),
        framed({ opcode: CONTINUATION, payload: payload.subarray(at) }),
      ];
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .nat(300)
      .map((count) => [
        Buffer.concat(Array.from({ length: count }, () => framed({ opcode: PING, payload: Buffer.alloc(100) }))),
      ]),
  },
  { weight: 1, arbitrary: damaged(message.map(json)).map((bytes) => [bytes]) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom<Frame>(
        { opcode: CONTINUATION, payload: Buffer.from('{}') },
        { opcode: TEXT, payload: Buffer.from('{"type":"ping"}'), masked: false },
        { opcode: TEXT, payload: Buffer.from('{"type":"ping"}'), reserved: 4 },
        { opcode: TEXT, payload: Buffer.from('{"type":"ping"}'), reserved: 1 },
        { opcode: TEXT, payload: Buffer.from('{"type":"p'), final: false },
        { opcode: 0x3, payload: Buffer.from('?') },
        { opcode: 0xf, payload: Buffer.from('?') },
        { opcode: PING, payload: Buffer.alloc(126) },
        { opcode: PING, payload: Buffer.from('a'), final: false },
        { opcode: PONG, payload: Buffer.from('nobody asked') },
        { opcode: CLOSE, payload: Buffer.from([0x03, 0xe8]) },
        { opcode: CLOSE, payload: Buffer.from([0x03]) },
        { opcode: CLOSE, payload: Buffer.from([0x00, 0x01]) },
        { opcode: CLOSE, payload: Buffer.from([0x03, 0xe8, 0xff, 0xfe]) },
        { opcode: TEXT, payload: Buffer.from('{'), length: 1_048_577n },
        { opcode: TEXT, payload: Buffer.from('{'), length: 2n ** 63n },
        { opcode: TEXT, payload: Buffer.from('{'), length: 2n ** 53n },
        { opcode: TEXT, payload: Buffer.from(`{"type":"ping","payload":{"a":"${'x'.repeat(70_000)}"}}`) },
      )
      .map((frame) => [framed(frame)]),
  },
);

const handshake: Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(upgrade({})) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      upgrade({ protocol: 'graphql-ws' }),
      upgrade({ protocol: '' }),
      upgrade({ protocol: 'a, a, graphql-transport-ws' }),
      upgrade({ protocol: '\u00ff' }),
      upgrade({ key: 'short' }),
      upgrade({ version: '7' }),
      upgrade({ path: '/other' }),
      upgrade({ path: '/graphql?x=%' }),
      upgrade({ path: '//[' }),
      upgrade({ path: 'http://[/graphql' }),
      upgrade({ more: 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=x\r\n' }),
      upgrade({ more: 'Content-Length: 10\r\n' }),
      upgrade({ more: `Origin: ${'x'.repeat(9000)}\r\n` }),
    ),
  },
);

function upgrade({
  path = '/graphql',
  protocol = 'graphql-transport-ws',
  key = 'dGhlIHNhbXBsZSBub25jZQ==',
  version = '13',
  more = '',
}): string {
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: ${version}\r\nSec-WebSocket-Protocol: ${protocol}\r\n${more}\r\n`;
}

/** A whole conversation: a greeting that may be missing or come late, and then anything. */
export const conversation: Arbitrary<Shot> = fc
  .tuple(
    handshake,
    fc.oneof({ weight: 4, arbitrary: init.map((said) => [json(said)]) }, { weight: 1, arbitrary: fc.constant([]) }),
    fc.array(frames, { maxLength: 12 }),
    fc.constantFrom('close', 'leave', 'leave', 'reset'),
  )
  .map(([hand, first, said, end]) => ({
    what: 'a conversation',
    parts: [
      Buffer.from(hand, 'latin1'),
      ...first,
      ...said.flat(),
      ...(end === 'close' ? [framed({ opcode: CLOSE, payload: Buffer.from([0x03, 0xe8]) })] : []),
    ],
    expects: 'an end',
    reset: end === 'reset',
  }));
