import compression from 'compression';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from 'express';
import { RateLimited } from '../../access/rate-limits.js';
import { ManyheadError, shown } from '../../errors.js';
import type { Log } from '../../log.js';
import { BodyTooLarge, embeddingsLimit, readJson, tooLong } from '../bodies.js';
import type { Rooms } from '../context.js';
import { isGone } from '../gone.js';
import { COMPRESSED_FROM, perRequest } from '../graphql-post.js';
import { unsupported } from '../media-type.js';
import { RETRY_AFTER } from '../refusal-status.js';
import { requestOf } from '../requests/request.js';
import { stringifyWithVectors } from '../vector.js';
import { embeddings } from './embeddings.js';
import { callerOpenAiError, invalidRequest, type OpenAiError } from './errors.js';
import type { BorrowedNames } from './model-names.js';
import { listModels, retrieveModel } from './models.js';
import { readEmbeddingsRequest } from './request.js';

/** The part of the OpenAI API that is about embeddings, at /v1: POST /v1/embeddings, GET /v1/models and /v1/models/:model. */
export function serveOpenAi(app: Express, rooms: Rooms, borrowed: BorrowedNames, log: Log): void {
  const api = express.Router();
  api.use(compression({ threshold: COMPRESSED_FROM, level: 1 }));
  api
    .route('/embeddings')
    .post(
      asksForEmbeddings,
      readJson(() => embeddingsLimit),
      async (request, response) => {
        if (request.is('application/json') === false) return refuse(response, notJson(request.headers['content-type']));
        const asked = readEmbeddingsRequest(request.body);
        const context = perRequest(rooms, request, response);
        await context.spendTexts(asked.input.kind === 'texts' ? asked.input.texts.length : asked.input.lists.length);
        const answer = await embeddings(asked, context, borrowed);
        response.type('json').send(stringifyWithVectors(answer));
      },
    )
    .all(({ method }, response) => refuseMethod(response, method, 'POST'));
  api
    .route('/models')
    .get(async (_, response) => {
      response.json(await listModels(rooms, borrowed));
    })
    .all(({ method }, response) => refuseMethod(response, method, 'GET'));
  api
    .route('/models/:model')
    .get(async ({ params }, response) => {
      response.json(await retrieveModel(params.model, rooms, borrowed));
    })
    .all(({ method }, response) => refuseMethod(response, method, 'GET'));
  api.use(({ method }, response) => {
    const message = `${method} has nothing here: POST /v1/embeddings and GET /v1/models are what there is of the OpenAI API.`;
    refuse(response, invalidRequest(404, 'unknown_url', message));
  });
  app.use('/v1', api, errors(log));
}

/** For what is counted, traced and logged: here as it is for GraphQL. */
const asksForEmbeddings: RequestHandler = (request, _, next) => {
  requestOf(request)?.asks({ type: 'openai', fields: 'embeddings', name: undefined });
  next();
};

const notJson = (type: string | undefined): OpenAiError =>
  invalidRequest(415, 'unsupported_media_type', `the content type is ${shown(type)}: send application/json.`);

function refuseMethod(response: Response, method: string, allowed: string): void {
  response.set('Allow', allowed);
  refuse(response, invalidRequest(405, 'method_not_allowed', `${method} is not allowed here: ${allowed} is.`));
}

function refuse(response: Response, { status, body }: OpenAiError): void {
  if (status === 503) response.set('Retry-After', RETRY_AFTER);
  response.status(status).json(body);
}

/** Whatever went wrong on the way, as OpenAI's clients read it. */
const errors =
  (log: Log): ErrorRequestHandler =>
  (thrown, request, response, next) => {
    if (response.headersSent) return next(thrown);
    const observed = requestOf(request);
    if (isGone(thrown, response)) return;
    const error = unsupported(thrown) ?? thrown;
    if (error instanceof RateLimited) response.set('Retry-After', String(error.allowance.reset));
    const refusal = unreadable(error) ?? callerOpenAiError(error, log, observed?.id);
    observed?.fails(error instanceof ManyheadError ? error.code : refusal.status < 500 ? 'BAD_REQUEST' : 'INTERNAL');
    refuse(response, refusal);
  };

/** A body, or a path, that could not be read. */
function unreadable(error: unknown): OpenAiError | undefined {
  if (error instanceof BodyTooLarge) return invalidRequest(413, 'payload_too_large', error.message);
  if (error instanceof ManyheadError || !(error instanceof Error) || !('status' in error)) return undefined;
  const { status } = error;
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  if (status === 413) return invalidRequest(413, 'payload_too_large', tooLong(embeddingsLimit).message);
  const isNotJson = 'type' in error && error.type === 'entity.parse.failed';
  const why = isNotJson ? 'its body is not JSON' : 'its path or its body is broken';
  return invalidRequest(status, isNotJson ? 'invalid_json' : 'bad_request', `The request could not be read: ${why}.`);
}
