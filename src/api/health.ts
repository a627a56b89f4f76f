import { createHash } from 'node:crypto';
import type { Express } from 'express';
import type { GraphQLSchema } from 'graphql';
import { ManyheadError } from '../errors.js';
import { version } from '../version.js';
import type { Context } from './context.js';
import { printedSchema } from './schema.js';

export interface Readiness {
  /** From now on /readyz says 503, so that a load balancer sends no more: what a server that is about to stop does first. */
  leave(): void;
}

/** /livez while the process runs, /readyz while it can do its work, and /version. */
export function serveHealth(app: Express, schema: GraphQLSchema, { encoders, queue }: Context): Readiness {
  let isLeaving = false;
  const about = {
    name: 'manyhead',
    version,
    node: process.version,
    encoder: { id: encoders.pretrained.id, base: encoders.pretrained.base, precision: encoders.pretrained.precision },
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
    try {
      if (isLeaving) throw new Error('the server is about to stop');
      await Promise.all([encoders.pretrained.encode(['ready']).catch(unlessOverloaded), queue.ping()]);
      response.type('text').send('ok\n');
    } catch {
      response.status(503).type('text').send('not ready\n');
    }
  });
  return {
    leave() {
      isLeaving = true;
    },
  };
}

/** A server with much to do is ready all the same: taking it away would only leave more to the others. */
function unlessOverloaded(error: unknown): void {
  if (!(error instanceof ManyheadError && error.code === 'OVERLOADED')) throw error;
}
