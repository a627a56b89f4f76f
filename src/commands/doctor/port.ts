import { createServer } from 'node:net';
import { messageOf, systemCode } from '../../errors.js';
import { localUrl } from '../../local-url.js';
import { type Finding, failed, ok } from './check.js';
import { isManyhead } from './server.js';

/** Whether a server could listen where it is to, or does already. */
export async function checkPort(host: string, port: number): Promise<Finding> {
  const what = 'port';
  const place = `${host}:${port}`;
  const error = await listening(host, port);
  if (error === undefined) return ok(what, `${place} is free`);
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return (await isManyhead(localUrl(host, port)))
        ? ok(what, `Manyhead listens at ${place}`)
        : failed(
            what,
            `${place} is taken by another program`,
            `Choose another with PORT, or end that program: \`lsof -i :${port}\` names it.`,
          );
    case 'EACCES':
      return failed(what, `${place} needs more rights`, 'Choose a PORT above 1023.');
    case 'EADDRNOTAVAIL':
      return failed(
        what,
        `${host} is not an address of this machine`,
        'Set HOST to 127.0.0.1, or 0.0.0.0 for every address.',
      );
    default:
      return failed(what, `${place} cannot be used: ${messageOf(error)}`, 'Choose others with HOST and PORT.');
  }
}

/** @returns what keeps a server from listening there */
const listening = (host: string, port: number): Promise<unknown> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
