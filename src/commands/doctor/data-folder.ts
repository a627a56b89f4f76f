import { mkdtemp, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, systemCode } from '../../errors.js';
import { size } from '../terminal/figures.js';
import { type Finding, failed, ok, warning } from './check.js';

/** Less is soon full: a version that learned its encoder takes 45 MB. */
const ENOUGH_ROOM = 2 ** 30;

const MEND = 'Choose another with DATA_DIR, or mend its owner and rights.';

/** The data folder, or where it will be made: writable, and with room. */
export async function checkDataFolder(folder: string): Promise<readonly Finding[]> {
  const what = 'data folder';
  const place = await nearest(folder);
  try {
    if (!(await stat(place)).isDirectory()) return [failed(what, `${place} is a file, not a folder`, MEND)];
    await rm(await mkdtemp(join(place, '.manyhead-doctor-')), { recursive: true });
  } catch (error) {
    return [failed(what, `${folder} cannot be written to: ${messageOf(error)}`, MEND)];
  }
  const { bavail, bsize } = await statfs(place);
  const room = bavail * bsize;
  const found = `${folder}${place === folder ? '' : ' (will be made)'}, ${size(room)} free`;
  return [
    room >= ENOUGH_ROOM ? ok(what, found) : warning(what, found, 'Make room: versions and data sets are kept there.'),
  ];
}

/** The folder itself, or the nearest above it that is there. */
async function nearest(folder: string): Promise<string> {
  try {
    await stat(folder);
    return folder;
  } catch (error) {
    const above = dirname(folder);
    return systemCode(error) === 'ENOENT' && above !== folder ? nearest(above) : folder;
  }
}
