import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manyhead } from '../commands/stage.js';
import { temporaryFolder } from '../system/stage.js';

/** Who owns the data folder: a user of no name. */
const OWNER = { uid: 54_321, gid: 54_322 };

const command = promisify(execFile);
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('SKIPPED: only root can do something as another user.');

describe.skipIf(!isRoot)("keys of a data folder that is another user's, made by root", () => {
  let home: Awaited<ReturnType<typeof temporaryFolder>>;
  let folder = '';
  beforeEach(async () => {
    home = await temporaryFolder();
    await chmod(home.path, 0o755);
    folder = join(home.path, 'data');
    await mkdir(folder, { mode: 0o700 });
    await chown(folder, OWNER.uid, OWNER.gid);
  });
  afterEach(() => home.remove());

  const keys = (...given: string[]) => manyhead(['keys', ...given], { environment: { DATA_DIR: folder } });
  const found = async (...given: string[]): Promise<string[]> =>
    (await command('find', [folder, ...given])).stdout.split('\n').filter(Boolean);

  it("are that user's, who can read them, and so is everything beside them", async () => {
    const made = await keys('create', 'first', '--scope', 'read');
    expect(made).toMatchObject({ code: 0, stderr: `kept in ${folder}\n` });
    expect(await keys('create', 'second', '--scope', 'admin')).toMatchObject({ code: 0 });
    expect(await keys('revoke', 'first')).toMatchObject({ code: 0, stdout: 'first is revoked.\n' });
    expect(await found('-type', 'f', '-path', '*/access/keys/*')).toHaveLength(3);
    expect(await found('!', '(', '-uid', String(OWNER.uid), '-gid', String(OWNER.gid), ')')).toEqual([]);
    // No further than the user could go without them.
    expect(await found('-perm', '/077')).toEqual([]);
  });

  it('are made though that user could not come from above to the folder', async () => {
    await chmod(home.path, 0o700);
    expect((await stat(home.path)).uid).toBe(0);
    expect(await keys('create', 'first', '--scope', 'read')).toMatchObject({ code: 0 });
    expect((await keys('list')).stdout).toMatch(/^first {2}read/);
  });

  it('are refused no differently', async () => {
    await keys('create', 'first', '--scope', 'read');
    const again = await keys('create', 'first', '--scope', 'read');
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('There is a key first already') });
    expect((await keys('revoke', 'nobody')).stderr).toContain('a key nobody is not there');
  });
});
