import { createServer, type Server, type Socket } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';
import { type Client, serveClient } from './client.js';
import { message, readAnswer } from './wire.js';

export interface DatabaseServer {
  close(): Promise<void>;
}

/** The longest that a client may leave a transaction open without a word, in milliseconds. */
const longestSilence = 2_000;

/**
 * Serves one PGlite session to many clients on a unix socket.
 *
 * The session is shared a whole exchange at a time (everything up to a client's Query or Sync); inside a transaction it
 * belongs to one client until that ends. A NOTIFY reaches only the session itself, so it is passed on to every client:
 * nobody has to poll. (That is why this is not pglite-socket, where it reaches only the client that caused it.)
 *
 * @param onBroken the database can no longer be trusted; the process should end
 */
export async function serveDatabase(
  database: PGlite,
  socketPath: string,
  onBroken: (error: unknown) => void,
): Promise<DatabaseServer> {
  const version = await database.query<{ server_version: string }>('SHOW server_version');
  const clients = new Set<Client>();
  const sockets = new Set<Socket>();
  let line: { readonly client: Client; readonly exchange: Buffer }[] = [];
  let owner: Client | undefined;
  let silence: NodeJS.Timeout | undefined;
  let busy = false;

  const perform = async (exchange: Buffer, client?: Client): Promise<void> => {
    const { own, notifications, state } = readAnswer(await database.execProtocolRaw(exchange));
    owner = state === 'I' ? undefined : client;
    if (client && clients.has(client)) client.send(own);
    if (notifications.length > 0) for (const each of clients) each.send(notifications);
  };

  /** Undoes what a client that went away, or fell silent, has begun. */
  const release = async (): Promise<void> => {
    const late = owner;
    await perform(message('Q', 'ROLLBACK'));
    late?.dismiss('the transaction was left open for too long');
  };

  const work = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    clearTimeout(silence);
    try {
      for (;;) {
        if (owner && !clients.has(owner)) await release();
        const next = line.findIndex(({ client }) => owner === undefined || client === owner);
        const turn = line[next];
        if (turn === undefined) break;
        line.splice(next, 1);
        await perform(turn.exchange, turn.client);
      }
    } catch (error) {
      onBroken(error);
    }
    busy = false;
    if (owner) {
      silence = setTimeout(() => {
        if (owner && !busy) clients.delete(owner);
        void work();
      }, longestSilence);
    }
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    const client = serveClient(socket, version.rows[0]?.server_version ?? 'unknown', {
      onExchange(from, exchange) {
        if (!clients.has(from)) return;
        line.push({ client: from, exchange });
        void work();
      },
      onGone(gone) {
        clients.delete(gone);
        line = line.filter(({ client }) => client !== gone);
        void work();
      },
    });
    clients.add(client);
  });

  await listening(server, socketPath);
  return {
    async close() {
      clearTimeout(silence);
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

const listening = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
