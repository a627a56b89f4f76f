import type { RequestListener } from 'node:http';
import { Queue } from 'bullmq';
import type { QueueConfig } from '../config.js';
import { aside, complaints, type OnError } from './complaint.js';
import { goodbye } from './goodbye.js';
import { keyPrefix, openLink, queueName } from './link.js';
import { callLimit } from './unavailable.js';

export interface QueueBoard {
  /** Its pages, and what they ask for. */
  readonly pages: RequestListener;
  close(): Promise<void>;
}

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
  server.setErrorHandler((error) => {
    aside(complain, 'board')(error);
    return { status: 500, body: { error: 'QUEUE_UNAVAILABLE', message: 'The job queue cannot be read right now.' } };
  });
  return {
    pages: server.getRouter(),
    close: () => goodbye(link, () => queue.close(), callLimit),
  };
}
