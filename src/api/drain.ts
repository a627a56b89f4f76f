import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long a request that has begun may go on while the server stops, in milliseconds: then it is cut off. */
const LAST_ANSWERS = 7_000;

export interface Drain {
  /** From here on answers end their connections: whoever kept one would only find it closed the next time. */
  begin(): void;
  /** Takes no more connections, answers what has begun, and waits for all to be gone; WebSockets are ended by whoever serves them. */
  end(): Promise<void>;
}

/** How a server stops without failing a request. */
export function drainOf(server: Server): Drain {
  /** Connections on which nothing was asked so far: Node takes them for busy. */
  const silent = new Set<Socket>();
  const open = new Set<ServerResponse>();
  let begun = false;

  const last = (response: ServerResponse) => {
    if (!response.headersSent) response.setHeader('connection', 'close');
  };
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('upgrade', ({ socket }) => silent.delete(socket));
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    silent.delete(socket);
    open.add(response);
    response.once('close', () => open.delete(response));
    if (begun) last(response);
  });

  return {
    begin() {
      begun = true;
      for (const response of open) last(response);
    },
    end() {
      const late = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of silent) socket.end();
      return closed.finally(() => clearTimeout(late));
    },
  };
}
