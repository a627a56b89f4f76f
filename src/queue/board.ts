import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Queue } from 'bullmq';
import type { QueueConfig } from '../config.js';
import { aside, complaints, type OnError } from './complaint.js';
import { goodbye } from './goodbye.js';
import { openLink } from './link.js';
import { keyPrefix, queueName } from './names.js';
import { callLimit, stopIfTooLate, withinCallLimit } from './unavailable.js';

export interface QueueBoard {
  /** Its pages, and what they ask for. What is none of them, or cannot be read, goes on to `next`. */
  readonly pages: Pages;
  close(): Promise<void>;
}

type Pages = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * BullMQ's own view of the queue, to look at only: what is done with a job is done with its record.
 * @param path where the pages are served, such as `/queue`
 */
export async function openBoard(config: QueueConfig, path: string, onError: OnError): Promise<QueueBoard> {
  // Loaded only where it is wanted.
  const [{ createBullBoard }, { BullMQAdapter }, { ExpressAdapter }] = await Promise.all([
    import('@bull-board/api'),
    import('@bull-board/api/bullMQAdapter'),
    import('@bull-board/express'),
  ]);
  const complain = complaints(onError);
  const link = openLink(config, 'asker', complain);
  const queue = new Queue(queueName, { connection: {}, prefix: keyPrefix, skipMetasUpdate: true }, link.backend);
  queue.on('error', aside(complain, 'board'));
  const server = new ExpressAdapter().setBasePath(path);
  // The board's types know queues on Redis only, where the board itself knows both kinds.
  const shown: unknown = queue;
  createBullBoard({
    queues: shown instanceof Queue ? [new BullMQAdapter(shown, { readOnlyMode: true })] : [],
    serverAdapter: server,
    options: { uiConfig: { boardTitle: 'Manyhead' } },
  });
  const complainAside = aside(complain, 'board');
  server.setErrorHandler((error) => {
    if (isMistake(error)) return { status: 400, body: UNREADABLE };
    complainAside(error);
    return { status: 500, body: AWAY };
  });
  const app = server.getRouter();
  app.disable('x-powered-by');
  const pages: Pages = app;
  return {
    // What the pages ask the queue has the same limit as every call to it.
    pages: (request, response, next) =>
      withinCallLimit(async () => {
        await link.reach();
        stopIfTooLate();
        // Who has left meanwhile closes no second time.
        if (response.destroyed) return;
        const isAnswered = once(response, 'close');
        pages(request, response, next);
        await isAnswered;
      }).catch((error) => {
        // Who reads slowly has what was asked of the queue already.
        if (response.headersSent) return;
        complainAside(error);
        refuse(response);
      }),
    close: () => goodbye(link, () => queue.close(), callLimit),
  };
}

const AWAY = { error: 'QUEUE_UNAVAILABLE', message: 'The job queue cannot be read right now.' };

const UNREADABLE = { error: 'BAD_REQUEST', message: 'The request could not be read.' };

/** Whether the request is what is wrong, by the status that express gives to what it cannot read. */
const isMistake = (error: Error): boolean =>
  'status' in error && typeof error.status === 'number' && error.status >= 400 && error.status < 500;

function refuse(response: ServerResponse): void {
  response.writeHead(503, { 'content-type': 'application/json' }).end(JSON.stringify(AWAY));
}
