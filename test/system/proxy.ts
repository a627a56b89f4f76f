import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http';
import { connect } from 'node:net';
import { eventually } from '../eventually.js';

/** How often a server is asked whether it is ready, in milliseconds. */
const LOOK_EVERY = 100;

/** What stands before several API processes in production: requests go to those that say they are ready, in turn. */
export interface RunningProxy {
  readonly address: string;
  /** How many of the servers take requests just now. */
  ready(): number;
  close(): Promise<void>;
}

/** @param addresses of the servers, whether they run yet or not */
export async function startProxy(addresses: readonly string[]): Promise<RunningProxy> {
  const agent = new Agent({ keepAlive: true });
  let ready: string[] = [];
  let turn = 0;
  const next = (): URL | undefined => {
    turn += 1;
    return ready.length === 0 ? undefined : new URL(ready[turn % ready.length]);
  };
  const look = async (): Promise<void> => {
    const found = await Promise.all(addresses.map((address) => isReady(address)));
    ready = addresses.filter((_, index) => found[index]);
  };
  const looking = setInterval(look, LOOK_EVERY);
  await look();

  const server = createServer(async (incoming, answer) => {
    // On a machine that is busy none may say in time that it is ready: a request then waits, as it was sent to nobody.
    const to = await eventually('a server to be ready', next, 60_000);
    const { method, url, headers } = incoming;
    const onward = request({ hostname: to.hostname, port: to.port, path: url, method, headers, agent }, (response) => {
      const { connection: _, 'keep-alive': __, ...kept } = response.headers;
      answer.writeHead(response.statusCode ?? 502, kept);
      response.pipe(answer);
    });
    // A request that may have been heard is not sent again: so any that a server drops is seen.
    onward.once('error', () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end('{}')));
    incoming.pipe(onward);
  });
  server.on('upgrade', (incoming: IncomingMessage, socket, head) => {
    const to = next();
    if (to === undefined) return socket.destroy();
    const onward = connect(Number(to.port), to.hostname);
    onward.write(`GET ${incoming.url} HTTP/1.1\r\n${headerLines(incoming)}\r\n\r\n`);
    onward.write(head);
    onward.pipe(socket).pipe(onward);
    onward.once('error', () => socket.destroy());
    socket.once('error', () => onward.destroy());
  });
  return {
    address: await listening(server),
    ready: () => ready.length,
    async close() {
      clearInterval(looking);
      agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

const isReady = (address: string): Promise<boolean> =>
  fetch(`${address}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );

const headerLines = ({ rawHeaders }: IncomingMessage): string =>
  Array.from({ length: rawHeaders.length / 2 }, (_, i) => `${rawHeaders[2 * i]}: ${rawHeaders[2 * i + 1]}`).join(
    '\r\n',
  );

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
  return `http://127.0.0.1:${address.port}`;
}
