import type { RequestHandler } from 'express';

/**
 * Lets queries by GET past Apollo's guard against forged requests where they do not come from another site's page. Clients such as
 * urql send them with no header that a foreign page could not send, too; but browsers say themselves where a request is from
 * (Sec-Fetch-Site), and no page can say otherwise. A GET never changes anything: Apollo runs no mutation by it.
 */
export const ownSitesQueries: RequestHandler = (request, _, next) => {
  const site = request.get('sec-fetch-site');
  // Absent: not a browser, or a page of plain HTTP on another machine than the browser's, where it does not say.
  if (request.method === 'GET' && (site === undefined || site === 'same-origin'))
    request.headers['apollo-require-preflight'] = 'true';
  next();
};
