import { setTimeout as delay } from 'node:timers/promises';
import { createPostgresBackend, type PgPool } from 'bullmq';
import pg from 'pg';
import { messageOf } from '../../errors.js';
import type { OnError } from '../complaint.js';
import type { Link, Manner } from '../link.js';
import { callLimit, stopIfTooLate, until } from '../unavailable.js';
import { checkPrivate, placeOf } from './place.js';

/** Milliseconds between two attempts to connect. */
const retryEvery = 100;

/** A link to the process that serves the queue in `folder`. */
export function embeddedLink(folder: string, manner: Manner, onError: OnError): Link {
  const place = placeOf(folder);
  const pool = new pg.Pool({
    host: place.host,
    port: place.port,
    user: 'postgres',
    database: 'postgres',
    max: 6,
    connectionTimeoutMillis: callLimit,
    query_timeout: manner === 'asker' ? callLimit : 10_000,
    idleTimeoutMillis: 60_000,
    allowExitOnIdle: false,
  });
  /** Connections that somebody uses. */
  const used = new Set<pg.PoolClient>();
  const returned: (() => void)[] = [];
  let closed = false;
  let away = false;

  const lost = (error: unknown): void => {
    if (closed) return;
    away = true;
    onError(`the embedded queue in ${place.folder} cannot be reached: ${messageOf(error)}`);
  };
  pool.on('error', lost);
  pool.on('connect', (client) => client.on('error', lost));
  pool.on('acquire', (client) => used.add(client));
  pool.on('release', (_, client) => used.delete(client));

  /** Connects, trying again until the queue is there, or nobody waits for it any more. */
  const connect = async (): Promise<pg.PoolClient> => {
    for (;;) {
      if (closed) throw connectionLost(new Error('the link is closed'));
      stopIfTooLate();
      try {
        if (place.host !== place.folder) checkPrivate(place.host);
        const client = await pool.connect();
        if (away) {
          away = false;
          for (const listener of returned) listener();
        }
        return client;
      } catch (error) {
        if (error instanceof pg.DatabaseError) throw error;
        lost(error);
      }
      await delay(retryEvery);
    }
  };

  const ask = async (text: string, parameters?: readonly unknown[]) => {
    const client = await connect();
    try {
      stopIfTooLate();
      const result = await client.query(text, parameters && [...parameters]);
      client.release();
      return result;
    } catch (error) {
      const refused = error instanceof pg.DatabaseError;
      // A client whose query has no answer yet cannot be used for another.
      client.release(!refused);
      if (refused) throw error;
      lost(error);
      throw connectionLost(error);
    }
  };

  const shared: PgPool = {
    connect,
    async query(text: string, parameters?: readonly unknown[]) {
      for (;;) {
        try {
          return await ask(text, parameters);
        } catch (error) {
          if (closed || manner !== 'listener' || error instanceof pg.DatabaseError) throw error;
        }
      }
    },
    end: async () => {},
    on: () => shared,
    removeAllListeners: () => shared,
  };

  return {
    backend: (queue, options, how) => createPostgresBackend(queue, { ...options, connection: shared }, how),
    reach: async () => {
      await shared.query('SELECT 1');
    },
    // Trying would show little and could do harm: also on a full disk a row finds room in a page that is there, and where it is the
    // journal that has none, PostgreSQL ends.
    tryWriting: async () => {},
    onReturn: (listener) => returned.push(listener),
    async close() {
      closed = true;
      const ended = pool.end();
      // What a queue that stands still has not answered fails now: whoever waits for it would wait until the query is given up.
      for (const client of used) if (client instanceof pg.Client) client.end().catch(() => {});
      await until(AbortSignal.timeout(500), ended).catch(() => {});
    },
  };
}

/** The error by which BullMQ knows that it should try again, rather than count a failure. */
const connectionLost = (cause: unknown): Error =>
  Object.assign(new Error(`the embedded queue is away: ${messageOf(cause)}`, { cause }), { code: 'ECONNREFUSED' });
