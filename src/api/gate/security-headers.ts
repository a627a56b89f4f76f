import type { ServerResponse } from 'node:http';

/**
 * What every answer tells a browser: nothing here is to be guessed at, framed, embedded, run or kept (OWASP Secure Headers Project).
 * Pages replace the policy and what is said of keeping them by their own.
 */
const headers: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

const pairs = Object.entries(headers);

export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of pairs) response.setHeader(name, value);
}

/** The same for an answer that is written by hand, as before a WebSocket. */
export const securityHeaderLines = pairs.map(([name, value]) => `${name}: ${value}`);
