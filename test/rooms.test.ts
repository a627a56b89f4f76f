import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const built = new URL('../dist/', import.meta.url);
const project = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, project), 'utf8');

/** The rooms of src as docs/architecture.md lists them, from the top down, and the files below them all. */
function housePlan(): { readonly rooms: readonly string[]; readonly files: readonly string[] } {
  const [, listed] = read('docs/architecture.md').match(/^ {4}src\/\n((?: {6}.*\n)+)/m) ?? [];
  const lines = (listed ?? '').trimEnd().split('\n');
  const files = lines.at(-1)?.trim().split(/\s+/) ?? [];
  return { rooms: lines.slice(0, -1).map((line) => line.trim().split(/\/? /)[0]), files };
}

interface Import {
  readonly by: string;
  readonly of: string;
}

/** Every import between files of src and worker, types among them, by their paths in the project. */
function everyImport(): readonly Import[] {
  const files = ['src', 'worker'].flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, project), { recursive: true, encoding: 'utf8' }).map(
      (path) => `${folder}/${path}`,
    ),
  );
  return files
    .filter((path) => path.endsWith('.ts'))
    .flatMap((by) =>
      [...read(by).matchAll(/(?:^(?:import|export)\b[^'";]*|\bimport\()['"](\.[^'"]+)['"]/gm)].map(([, name]) => ({
        by,
        of: new URL(name, new URL(by, project)).href.replace(project.href, ''),
      })),
    );
}

/** `src/api/http.ts` lies in api, `src/main.ts` is a room by itself, and all of worker is one. */
const roomOf = (path: string): string =>
  path.startsWith('worker/')
    ? 'worker'
    : path
        .replace(/^src\//, '')
        .replace(/\/.*$/, '')
        .replace(/\.js$/, '.ts');

/** Every module that loads when `entry` does, by its path in dist or its package's name. */
function loadedBy(entry: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [new URL(entry, built).href];
  for (let module = open.pop(); module !== undefined; module = open.pop()) {
    const text = readFileSync(fileURLToPath(module), 'utf8');
    for (const [, name] of text.matchAll(/^(?:import|export) [^'"]*['"]([^'"]+)['"]/gm)) {
      const target = name.startsWith('.') ? new URL(name, module).href : name;
      if (found.has(target)) continue;
      found.add(target);
      if (name.startsWith('.') && target.endsWith('.js')) open.push(target);
    }
  }
  return new Set([...found].map((each) => each.replace(built.href, '')));
}

describe('the rooms of the house', () => {
  const { rooms, files } = housePlan();
  const imports = everyImport();

  it('are all on the page that shows the house, each once', () => {
    expect([...rooms, ...files].sort()).toEqual(readdirSync(new URL('src/', project)).sort());
  });

  it('use what stands below them, never above', () => {
    const heightOf = (room: string): number => -rooms.indexOf(room === 'worker' ? 'api' : room);
    const upwards = imports.filter(({ by, of }) => {
      const [user, used] = [roomOf(by), roomOf(of)];
      if (user === used || files.includes(user) || files.includes(used)) return false;
      return heightOf(used) >= heightOf(user);
    });
    expect(upwards).toEqual([]);
    // Nothing would be wrong either if no import were found.
    expect(imports.length).toBeGreaterThan(1_000);
  });

  it('stand on files that use no room, but for the settings', () => {
    const looking = imports.filter(({ by, of }) => files.includes(roomOf(by)) && !files.includes(roomOf(of)));
    expect([...new Set(looking.map(({ by }) => by))]).toEqual(['src/config.ts']);
  });

  it('leave the worker and the API to themselves', () => {
    expect([...loadedBy('src/server.js')].filter((module) => module.startsWith('worker/'))).toEqual([]);
    expect([...loadedBy('worker/main.js')].filter((module) => module.startsWith('src/api/'))).toEqual([]);
  });

  it('serve without TensorFlow.js: only who learns loads it', () => {
    expect(loadedBy('src/server.js')).not.toContain('@tensorflow/tfjs');
    expect(loadedBy('worker/main.js')).toContain('@tensorflow/tfjs');
  });
});
