import type { RequestHandler } from 'express';
import { ManyheadError } from '../errors.js';
import type { Inspector, Request } from '../operations/inspector.js';
import { refuse } from './gate/refusal.js';

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
  const place = new URL(url, 'http://localhost');
  const { searchParams } = place;
  const text = (name: string) => searchParams.get(name) ?? undefined;
  const given = {
    query: text('query'),
    documentId: text('documentId'),
    id: text('id'),
    variables: json(searchParams.get('variables')),
    extensions: json(searchParams.get('extensions')),
  };
  const { query } = inspector.request<Request>(given);
  if (typeof query !== 'string' || query === given.query) return url;
  searchParams.set('query', query);
  searchParams.delete('extensions');
  return `${place.pathname}${place.search}`;
}

/** What is no JSON is told so by Apollo. */
function json(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
