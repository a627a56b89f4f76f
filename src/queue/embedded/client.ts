import type { Socket } from 'node:net';
import { message, messageLength, opening, welcome } from './wire.js';

/** One connection, as the session sees it. */
export interface Client {
  send(bytes: Buffer): void;
  /** Tells why, and hangs up. */
  dismiss(reason: string): void;
}

export interface ClientEvents {
  /** A whole exchange: everything up to a Query or a Sync, after which the database answers that it is ready. */
  onExchange(client: Client, exchange: Buffer): void;
  onGone(client: Client): void;
}

/** Reads what a client sends, exchange by exchange; lets it in without asking who it is: the socket is its owner's only. */
export function serveClient(socket: Socket, serverVersion: string, { onExchange, onGone }: ClientEvents): Client {
  let unread = Buffer.alloc(0);
  let exchange: Buffer[] = [];
  let isIn = false;

  const client: Client = {
    send: (bytes) => {
      if (socket.writable) socket.write(bytes);
    },
    dismiss(reason) {
      client.send(message('E', 'SFATAL', 'VFATAL', 'C08P01', `M${reason}`, Buffer.alloc(1)));
      socket.destroySoon();
    },
  };

  const open = (first: Buffer): void => {
    const asked = first.readUInt32BE(4);
    if (asked === opening.ssl || asked === opening.gss) client.send(Buffer.from('N'));
    else if (asked === opening.start) {
      isIn = true;
      client.send(welcome(serverVersion));
    } else socket.destroy();
  };

  const take = (each: Buffer): void => {
    const type = each.toString('latin1', 0, 1);
    if (type === 'X') {
      socket.end();
      return;
    }
    // Copies and function calls answer in other ways; Flush asks for half an exchange. BullMQ uses none of them.
    if (!'QPBDECS'.includes(type)) {
      client.dismiss(`messages of type ${JSON.stringify(type)} are not served`);
      return;
    }
    exchange.push(each);
    if (type !== 'Q' && type !== 'S') return;
    const whole = Buffer.concat(exchange);
    exchange = [];
    onExchange(client, whole);
  };

  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => onGone(client));
  socket.on('data', (bytes) => {
    unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
    try {
      for (;;) {
        const length = messageLength(unread, isIn ? 1 : 0);
        if (length === 0 || socket.destroyed) return;
        const each = unread.subarray(0, length);
        unread = unread.subarray(length);
        if (isIn) take(each);
        else open(each);
      }
    } catch {
      socket.destroy();
    }
  });
  return client;
}
