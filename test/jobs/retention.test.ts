import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '#src/artifacts/folder.js';
import { type JobRecords, jobRecordsOn } from '#src/jobs/records.js';
import { keepNewest } from '#src/jobs/retention.js';
import { type Registry, registryOn } from '#src/registry/registry.js';
import { draft } from '../registry/draft.js';
import { temporaryFolder } from '../system/stage.js';
import { trainingOrder } from './training-order.js';

describe('keeping the newest versions', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let registry: Registry;
  let records: JobRecords;
  let keep: (count: number) => Promise<readonly number[]>;
  beforeEach(async () => {
    folder = await temporaryFolder();
    const store = folderStore(folder.path);
    registry = registryOn(store);
    records = jobRecordsOn(store);
    keep = (count) => keepNewest('support', count, 'ann', { records, registry });
  });
  afterEach(() => folder.remove());

  const publish = async (versions: number) => {
    for (let i = 0; i < versions; i++) await registry.publish(draft(), [], undefined);
  };
  const point = (version: number, alias = 'production') => registry.promote('support', version, alias, 'ann');

  it('leaves what an alias points to, and what a roll-back would point it to', async () => {
    await publish(6);
    for (const version of [1, 2, 5]) await point(version);
    await point(3, 'canary');
    expect(await keep(1)).toEqual([1, 4]);
    expect(await registry.versions('support')).toEqual([2, 3, 5, 6]);
    await registry.rollBack('support', 'production', 'ann');
    expect((await registry.standing('support')).aliases).toEqual({ production: 2, canary: 3 });
    expect(await keep(1)).toEqual([5]);
  });

  it('leaves what a job has made that may still promote it, and takes what is damaged', async () => {
    const { id } = await records.create(trainingOrder(), 'ann');
    await registry.publish(draft('pretrained', id), [], undefined);
    await publish(2);
    await writeFile(join(folder.path, 'models/support/versions/2/version.json'), 'x');
    expect(await keep(1)).toEqual([2]);
    await records.move(id, () => ({ status: 'CANCELLED', startedAt: undefined, finishedAt: '' }));
    expect(await keep(1)).toEqual([1]);
  });
});
