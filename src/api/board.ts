import type { Express } from 'express';
import type { Config } from '../config.js';
import type { Log } from '../log.js';
import { openBoard, type QueueBoard } from '../queue/board.js';

const PATH = '/queue';

/** The page asks for fonts of another host as well: it does without. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

/** The queue's board at /queue, where it is wanted. What it shows of a job is ids, times and progress: the queue holds no rows. */
export async function serveBoard(app: Express, { board, queue }: Config, log: Log): Promise<QueueBoard | undefined> {
  if (!board) return undefined;
  const opened = await openBoard(queue, PATH, (message) => log.warn(message));
  app.use(PATH, (_request, response, next) => {
    response.set({ 'Content-Security-Policy': CONTENT_SECURITY_POLICY, 'X-Content-Type-Options': 'nosniff' });
    next();
  });
  app.use(PATH, opened.pages);
  return opened;
}
