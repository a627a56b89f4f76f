import { createHash } from 'node:crypto';
import type { Express, Response } from 'express';
import type { GraphQLSchema } from 'graphql';
import { FORMAT } from '../artifacts/format.js';
import type { Encoder } from '../encoder/open.js';
import type { TrainingQueue } from '../queue/queue.js';
import { version } from '../version.js';
import { printedSchema } from './schema.js';

export interface Readiness {
  /** From now on /readyz says 503, so that a load balancer sends no more: what a server that is about to stop does first. */
  leave(): void;
  isLeaving(): boolean;
}

/** What health is asked about. */
interface Rooms {
  readonly encoders: { readonly pretrained: Pick<Encoder, 'id' | 'base' | 'precision' | 'encodes'> };
  readonly queue: Pick<TrainingQueue, 'ping'>;
  /** Whether the data folder can be used. */
  readonly isStorageUsable: () => Promise<boolean>;
}

/** /livez while the process runs, /readyz while it can do its work, and /version. */
export function serveHealth(
  app: Express,
  schema: GraphQLSchema,
  { encoders: { pretrained }, queue, isStorageUsable }: Rooms,
): Readiness {
  let isLeaving = false;
  const about = {
    name: 'manyhead',
    version,
    /** Of the data folder. */
    format: FORMAT,
    node: process.version,
    encoder: { id: pretrained.id, base: pretrained.base, precision: pretrained.precision },
    /** sha256 of schema.graphql. */
    schema: createHash('sha256').update(printedSchema(schema)).digest('hex'),
  };
  app.get('/version', (_, response) => {
    response.json(about);
  });
  app.get('/livez', (_, response) => {
    response.type('text').send('ok\n');
  });
  app.get('/readyz', async (_, response) => {
    if (isLeaving) return refuse(response, 'it is about to stop');
    const isReady = await Promise.all([isStorageUsable().catch(no), queue.ping().then(yes, no), pretrained.encodes()]);
    const missing = ['the data folder cannot be used', 'the queue takes no jobs', 'the encoder fails'].filter(
      (_, part) => !isReady[part],
    );
    if (missing.length > 0) return refuse(response, missing.join('; '));
    response.type('text').send('ok\n');
  });
  return {
    leave() {
      isLeaving = true;
    },
    isLeaving: () => isLeaving,
  };
}

const refuse = (response: Response, why: string): void => {
  response.status(503).type('text').send(`not ready: ${why}\n`);
};

const yes = () => true;
const no = () => false;
