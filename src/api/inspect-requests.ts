import type { RequestHandler } from 'express';
import { ManyheadError } from '../errors.js';
import type { Inspector, Request } from '../operations/inspector.js';
import { refuse } from './gate/refusal.js';
import { parametersIn, pathIn } from './parameters.js';

/** Inspects the requests that express reads, in a body or in the address, before Apollo sees them. */
export const inspectRequests =
  (inspector: Inspector): RequestHandler =>
  (request, response, next) => {
    try {
      if (request.method === 'POST') request.body = inspector.body(request.body);
      else request.url = inspectedUrl(request.url, inspector);
    } catch (error) {
      if (!(error instanceof ManyheadError)) throw error;
      return refuse(error, request, response);
    }
    next();
  };

function inspectedUrl(url: string, inspector: Inspector): string {
  const parameters = parametersIn(url);
  const text = (name: string) => parameters.get(name) ?? undefined;
  const given = {
    query: text('query'),
    documentId: text('documentId'),
    id: text('id'),
    variables: json(parameters.get('variables')),
    extensions: json(parameters.get('extensions')),
  };
  const { query } = inspector.request<Request>(given);
  if (typeof query !== 'string' || query === given.query) return url;
  parameters.set('query', query);
  parameters.delete('extensions');
  return `${pathIn(url)}?${parameters}`;
}

/** What is no JSON is told so by Apollo. */
function json(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
