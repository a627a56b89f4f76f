import { createHash } from 'node:crypto';
import { readdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../system/stage.js';

const list = (path: string): Promise<string[]> => readdir(path).catch(() => []);
const sha256 = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

/** Makes everything in the data folder look as if it had been there for hours, so that a sweep takes what nobody needs. */
export async function age(folder: string): Promise<void> {
  const hoursAgo = new Date(Date.now() - 3 * 3_600_000);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    await utimes(join(entry.parentPath, entry.name), hoursAgo, hoursAgo);
}

/** Every version on the disk, as its version.json says. */
export async function versionsIn(folder: string): Promise<Json[]> {
  const versions: Json[] = [];
  for (const model of await list(join(folder, 'models')))
    for (const number of await list(join(folder, 'models', model, 'versions')))
      versions.push(
        JSON.parse(await readFile(join(folder, 'models', model, 'versions', number, 'version.json'), 'utf8')),
      );
  return versions;
}

/** What is wrong with the files of the data folder: damaged, half-written, or of use to nobody. */
export async function wrongIn(folder: string): Promise<readonly string[]> {
  const wrong: string[] = [];
  const read = new Set<string>();
  for (const version of await versionsIn(folder)) {
    const { model, number, files, encoder } = version;
    const name = `version ${number} of ${model}`;
    const place = join(folder, 'models', model, 'versions', String(number));
    if ((await sha256(join(place, 'heads.safetensors'))) !== files['heads.safetensors'].sha256)
      wrong.push(`${name}: its heads are not those that were written`);
    if (encoder.fineTuned) read.add(encoder.id);
  }
  for (const id of await list(join(folder, 'encoders'))) {
    if (!read.has(id)) wrong.push(`encoder ${id} is read by nobody`);
    if ((await sha256(join(folder, 'encoders', id, 'model.safetensors'))) !== id)
      wrong.push(`encoder ${id}: its weights are not those that were written`);
  }
  for (const id of read)
    if (!(await list(join(folder, 'encoders'))).includes(id)) wrong.push(`encoder ${id} is gone, and was to be read`);
  for (const file of await list(join(folder, 'datasets', 'rows')))
    if (`${await sha256(join(folder, 'datasets', 'rows', file))}.jsonl` !== file)
      wrong.push(`rows ${file} are not those that were written`);
  for (const name of await list(join(folder, '.unfinished'))) wrong.push(`.unfinished/${name} was left behind`);
  for (const id of await list(join(folder, 'jobs'))) {
    const files = await list(join(folder, 'jobs', id));
    if (!files.includes('record')) wrong.push(`job ${id} has files and no record: ${files.join(' ')}`);
    for (const file of files) if (file.startsWith('checkpoint')) wrong.push(`job ${id} has ended, and has a ${file}`);
  }
  return wrong;
}

/** The version that each job says it has made, by the job's record. */
export async function versionsOfJobs(folder: string): Promise<ReadonlyMap<string, number>> {
  const made = new Map<string, number>();
  for (const id of await list(join(folder, 'jobs'))) {
    const newest = (await list(join(folder, 'jobs', id, 'record'))).sort().at(-1);
    if (newest === undefined) continue;
    const { state } = JSON.parse(await readFile(join(folder, 'jobs', id, 'record', newest), 'utf8'));
    if (state.status === 'SUCCEEDED' && state.result.kind === 'VERSION') made.set(id, state.result.version);
  }
  return made;
}
