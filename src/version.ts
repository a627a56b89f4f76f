import { readFileSync } from 'node:fs';

const found: { readonly version: string; readonly engines: { readonly node: string } } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

/** Of this release, as package.json has it. */
export const version: string = found.version;

/** What it runs on: the versions of Node, as package.json has them. */
export const engines: { readonly node: string } = found.engines;
