import { readFileSync } from 'node:fs';

/** Of this release, as package.json has it. */
export const version: string = readVersion();

function readVersion(): string {
  const found: { version: string } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return found.version;
}
