// Builds the pages into dist/web, but only when something they are made from has changed: every `npm start` runs this.
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(project, 'dist/web/.made-from');

const sources = [...(await filesUnder('web')), ...(await filesUnder('examples', '.graphql')), 'package-lock.json'];
const digest = await sha256Of(sources);
if ((await readFile(stamp, 'utf8').catch(() => '')) !== digest) {
  await rm(stamp, { force: true });
  // Imported here, for loading Vite takes longer than finding that nothing has changed.
  const { build } = await import('vite');
  await build({ configFile: join(project, 'web/vite.config.ts'), logLevel: 'warn' });
  await writeFile(stamp, digest);
}

/** Every path with an extension below a folder: files have one here, folders have none. */
async function filesUnder(folder, ending = '.') {
  const paths = await readdir(join(project, folder), { recursive: true });
  return paths.filter((path) => basename(path).includes(ending)).map((path) => join(folder, path));
}

async function sha256Of(files) {
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(`${file}\0`).update(await readFile(join(project, file)));
  return hash.digest('hex');
}
