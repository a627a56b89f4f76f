import { readFileSync } from 'node:fs';

/** A package as package-lock.json holds it. */
export interface LockedPackage {
  /** Where it is installed, such as `node_modules/a/node_modules/b`. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  /** Only for building and testing: no part of what `npm ci --omit=dev` installs. */
  readonly isTool: boolean;
  readonly isOptional: boolean;
  readonly hasInstallScript: boolean;
  readonly integrity: string | undefined;
  /** Where it is fetched from, where that is not the registry. */
  readonly resolved: string | undefined;
}

interface Entry {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly integrity?: string;
  readonly resolved?: string;
}

/** Every package that package-lock.json names, those of other platforms among them, by their names. */
export function lockedPackages(lockfile: URL): readonly LockedPackage[] {
  const { packages }: { packages: Readonly<Record<string, Entry>> } = JSON.parse(readFileSync(lockfile, 'utf8'));
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, entry]) => ({
      path,
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: entry.version,
      licence: entry.license ?? 'unknown',
      isTool: entry.dev ?? false,
      isOptional: entry.optional ?? false,
      hasInstallScript: entry.hasInstallScript ?? false,
      integrity: entry.integrity,
      resolved: entry.resolved,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.path < b.path ? -1 : 1));
}
