import type { LockedPackage } from './lockfile.js';

/** Licences that ask for no more than that they and the authors are named. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  // Of fonts: they may not be sold by themselves.
  'OFL-1.1',
  'PSF-2.0',
  'Unlicense',
]);

/** Of tools, which are used and not passed on: these ask that changes to them be published. */
const ALLOWED_OF_TOOLS = new Set([...ALLOWED, 'LGPL-3.0-or-later', 'MPL-2.0']);

/** Packages whose licence is none of those that are allowed, or not known. */
export const refused = (packages: readonly LockedPackage[]): readonly LockedPackage[] =>
  packages.filter(({ licence, isTool }) => !isAllowed(licence, isTool ? ALLOWED_OF_TOOLS : ALLOWED));

/** Of several licences that hold together all must be allowed, of several to choose from one. What is nested is not. */
const isAllowed = (expression: string, allowed: ReadonlySet<string>): boolean =>
  expression
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => allowed.has(licence)));

/** The packages and their licences as docs/licences.md tells them. */
export function licencesPage(packages: readonly LockedPackage[]): string {
  const product = packages.filter(({ isTool }) => !isTool);
  const tools = packages.filter(({ isTool }) => isTool);
  return [
    '# Licences of what Manyhead is made with',
    '',
    'Written by `npm run licences` from package-lock.json; a licence that is not on the list of',
    '[supply-chain/licences.ts](../supply-chain/licences.ts) stops it, and the tests.',
    '',
    `## Installed with it (${product.length})`,
    '',
    ...table(product),
    '',
    `## Tools to build and test it, and what the pages are built from (${tools.length})`,
    '',
    ...table(tools),
    '',
  ].join('\n');
}

/** A line a licence: hundreds of packages have few. */
function table(packages: readonly LockedPackage[]): string[] {
  const licences = [...new Set(packages.map(({ licence }) => licence))].sort();
  const lines = licences.map((licence) => {
    const those = packages.filter((each) => each.licence === licence);
    const names = new Set(those.map(({ name, version }) => `${name} ${version}`));
    return `| ${licence} | ${[...names].join(', ')} |`;
  });
  return ['| licence | packages |', '|---|---|', ...lines];
}
