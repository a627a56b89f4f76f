import type { IncomingMessage } from 'node:http';
import { isIPv6, SocketAddress } from 'node:net';

/**
 * The address that limits count a client by, in one form however it was written. Of an IPv6 address the first 64 bits: the others are
 * the client's to choose.
 * @param proxies how many proxies stand before Manyhead, each of which adds to X-Forwarded-For whom it was asked by; whoever could
 *   reach Manyhead past them could write anything there
 */
export function clientAddress({ headers, socket }: IncomingMessage, proxies: number): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  const told = proxies > 0 ? forwarded.at(-Math.min(proxies, forwarded.length)) : undefined;
  const address = withoutPort(told ?? socket.remoteAddress ?? 'unknown');
  return isIPv6(address) ? network(address) : address.slice(0, 64);
}

/** Some proxies write the port, too, which is another for each connection: `198.51.100.2:50000`, `[2001:db8::1]:50000`. */
const withoutPort = (address: string): string =>
  address.replace(/^\[([^\]]+)\](:\d+)?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');

/** Four groups of an IPv6 address: `2001:db8::1` is in `2001:db8:0:0`. An IPv4 address in IPv6's clothes, `::ffff:192.0.2.1`, is itself. */
function network(written: string): string {
  const { address } = new SocketAddress({ address: written, family: 'ipv6' });
  const [mapped] = address.match(/(?<=^::ffff:)\d+\.\d+\.\d+\.\d+$/) ?? [];
  if (mapped !== undefined) return mapped;
  const [before, after] = address.split('::');
  const groups = before === '' ? [] : before.split(':');
  const rest = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  return [...groups, ...Array<string>(zeros).fill('0'), ...rest].slice(0, 4).join(':');
}
