import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isLoopback } from '../../access/listening.js';

export interface AllowedOrigins {
  /** Origins of other sites whose pages may use the API, such as `https://app.example.com`. */
  readonly origins: readonly string[];
  /** Names beside `localhost` that the API may be called by while it needs no keys. */
  readonly hosts: readonly string[];
}

/** Where a request comes from, as a browser tells it; programs that are none say nothing. */
export type Origin = 'own' | 'allowed' | 'foreign';

/**
 * Whether a page of another site has sent a request. The address that the browser called stands in `Host`: a page of the API's
 * own has it as its origin.
 */
export function originOf({ headers }: IncomingMessage, { origins }: AllowedOrigins): Origin {
  const { origin } = headers;
  if (origin === undefined) return headers['sec-fetch-site'] === 'cross-site' ? 'foreign' : 'own';
  if (origins.includes(origin)) return 'allowed';
  return URL.canParse(origin) && new URL(origin).host === headers.host ? 'own' : 'foreign';
}

/**
 * Whether a request calls the API by a name that can be nobody else's. A page can have its own name mean this machine (DNS
 * rebinding), and its browser then takes the API for a part of it: but it goes on calling it by that name.
 */
export function trustedHosts({ hosts }: AllowedOrigins): (request: IncomingMessage) => boolean {
  /** Found trusted last: nearly always the next one, too. */
  let trusted: string | undefined;
  return ({ headers: { host = '' } }) => {
    if (host === trusted) return true;
    const name = host
      .replace(/:\d+$/, '')
      .replace(/^\[(.*)\]$/, '$1')
      .toLowerCase();
    const isTrusted = isIP(name) !== 0 || isLoopback(name) || name.endsWith('.localhost') || hosts.includes(name);
    if (isTrusted) trusted = host;
    return isTrusted;
  };
}
