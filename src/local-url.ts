/** Every address of a machine: where one may listen, and nobody can call. */
const EVERYWHERE: readonly string[] = ['0.0.0.0', '::'];

/** The URL at which this machine reaches what listens on a host and port. @param host a name or an address, IPv6 without brackets */
export function localUrl(host: string, port: number): string {
  const name = EVERYWHERE.includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
