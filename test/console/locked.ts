import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A server in front of the API that asks for a key the way the API does: without the right one, GraphQL is refused with 401 and
 * UNAUTHENTICATED; everything else, the pages above all, is open.
 */
export async function lockedWith(key: string, address: string) {
  const server = createServer((incoming, outgoing) => {
    if (incoming.method === 'POST' && incoming.headers.authorization !== `Bearer ${key}`) {
      incoming.resume();
      outgoing.writeHead(401, { 'content-type': 'application/json' });
      outgoing.end(
        JSON.stringify({ errors: [{ message: 'Give an API key.', extensions: { code: 'UNAUTHENTICATED' } }] }),
      );
      return;
    }
    const { method, headers, url } = incoming;
    const onward = request(new URL(url ?? '/', address), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
