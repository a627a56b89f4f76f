import { request } from 'node:http';
import { text } from 'node:stream/consumers';

export type Headers = Readonly<Record<string, string>>;

/** A request with the headers given and no others: fetch adds some, and forbids some. */
export const plainRequest = (
  url: string,
  headers: Headers,
  { method = 'GET', body }: { readonly method?: string; readonly body?: string | Buffer } = {},
): Promise<{
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { method, headers }, (response) => {
      const { statusCode: status, headers } = response;
      text(response).then((body) => resolve({ status, headers, body }), reject);
    });
    asked.once('error', reject);
    asked.end(body);
  });
