import type { IncomingMessage } from 'node:http';
import { type ConnectionInitMessage, handleProtocols, makeServer, type ServerOptions } from 'graphql-ws';
import type { WebSocket, WebSocketServer } from 'ws';
import { messageOf } from '../errors.js';
import type { Log } from '../log.js';

/** What belongs to a connection. */
export interface Extra {
  readonly socket: WebSocket;
  /** That asked for the WebSocket. */
  readonly request: IncomingMessage;
}

/** Close codes of the graphql-transport-ws protocol. */
const [BAD_REQUEST, INTERNAL] = [4400, 4500];

/** How long a client may take to say goodbye before it is cut off, in milliseconds. */
const LONGEST_GOODBYE = 500;

/** Bytes that may wait for a client; one that takes nothing, and asks for more, is cut off. */
const MOST_UNSENT = 32 * 1024 * 1024;

/** How often in a row a client may be found to have taken nothing of what waits for it: for a minute. */
const MOST_STANDSTILLS = 5;

/** Milliseconds between two questions whether a client is still there; one that has not answered by the next is cut off. */
const ASK_EVERY = 12_000;

/**
 * The graphql-transport-ws protocol on WebSockets. Does what graphql-ws's own `useServer` does, which writes whatever a client
 * gets wrong to the terminal with a stack, and may tell it what an error of ours says.
 */
export function useProtocol<Init extends ConnectionInitMessage['payload']>(
  options: ServerOptions<Init, Extra>,
  sockets: WebSocketServer,
  log: Log,
): { dispose(): Promise<void> } {
  const server = makeServer(options);
  sockets.options.handleProtocols = handleProtocols;
  sockets.on('error', (error) => log.error('the WebSocket server failed', {}, error));
  sockets.on('connection', (socket, request) => {
    // Whatever is wrong with its frames, ws closes the connection with the code for it.
    socket.on('error', (error) => log.debug('a WebSocket broke', { why: messageOf(error) }));
    const asking = askWhetherThere(socket);
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send: (message) =>
          new Promise((resolve) => {
            if (socket.readyState !== socket.OPEN) return resolve();
            if (socket.bufferedAmount > MOST_UNSENT) {
              socket.terminate();
              return resolve();
            }
            // What cannot be sent has lost its reader: the close that follows ends what is under way.
            socket.send(message, () => resolve());
          }),
        close: (code, reason) => closeSaying(socket, code, reason),
        // Not its payload, which comes from anybody.
        onPing: () => socket.send('{"type":"pong"}'),
        onMessage: (take) => {
          socket.on('message', (message) => {
            // What comes behind our goodbye is not heard any more.
            if (socket.readyState !== socket.OPEN) return;
            take(String(message)).catch((error) => refuse(socket, error, log));
          });
        },
      },
      { socket, request },
    );
    socket.once('close', (code, reason) => {
      clearInterval(asking);
      closed(code, String(reason)).catch((error) => log.error('a WebSocket could not be left', {}, error));
    });
  });
  return {
    async dispose() {
      for (const client of sockets.clients) closeSaying(client, 1001, 'Going away');
      sockets.removeAllListeners();
      await new Promise<void>((resolve, reject) => sockets.close((error) => (error ? reject(error) : resolve())));
    },
  };
}

/** Cuts off a client that does not answer, or that takes nothing of what waits for it. */
function askWhetherThere(socket: WebSocket): NodeJS.Timeout {
  let [asked, answered] = [0, 0];
  let [unsent, standstills] = [0, 0];
  socket.on('pong', (which) => {
    // One that nobody asked for answers nothing.
    if (String(which) === String(asked)) answered = asked;
  });
  return setInterval(() => {
    standstills = socket.bufferedAmount > 0 && socket.bufferedAmount >= unsent ? standstills + 1 : 0;
    unsent = socket.bufferedAmount;
    if (answered < asked || standstills > MOST_STANDSTILLS) return socket.terminate();
    asked += 1;
    socket.ping(String(asked));
  }, ASK_EVERY);
}

function refuse(socket: WebSocket, error: unknown, log: Log): void {
  // What graphql-ws throws for a message that only a server may send.
  const isTheirs = messageOf(error).startsWith('Unexpected message of type');
  if (!isTheirs) log.error('a WebSocket message could not be answered', {}, error);
  if (isTheirs) closeSaying(socket, BAD_REQUEST, 'Unexpected message');
  else closeSaying(socket, INTERNAL, 'Internal server error');
}

/** A reason to close a WebSocket has at most so many bytes (RFC 6455, 5.5), and ws throws where one has more. */
const LONGEST_REASON = 123;

/** Closes a WebSocket with a reason, cut to what fits: it may repeat what the client has said. Who does not say goodbye is cut off. */
export function closeSaying(socket: WebSocket, code: number | undefined, reason = ''): void {
  // What is streamed may end within a character, which is left out then.
  const fitting = new TextDecoder().decode(Buffer.from(reason).subarray(0, LONGEST_REASON), { stream: true });
  socket.close(code, fitting);
  const late = setTimeout(() => socket.terminate(), LONGEST_GOODBYE);
  socket.once('close', () => clearTimeout(late));
}
