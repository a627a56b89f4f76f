import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '#src/artifacts/folder.js';
import { storedEncodersOn } from '#src/registry/encoders.js';
import { type Registry, registryOn } from '#src/registry/registry.js';
import type { Encoders } from '#src/serving/encoders.js';
import { type ServedVersions, servedVersions } from '#src/serving/versions.js';
import { smallFiles, writeFolder } from '../encoder/random-bert.js';
import { eventually } from '../eventually.js';
import { draft } from '../registry/draft.js';
import { openSmallEncoders } from './small.js';

const production = { alias: 'production' };

describe('the encoder that answers', () => {
  let folder: string;
  let encoders: Encoders;
  let registry: Registry;
  let served: ServedVersions;
  /** How often the disk was asked where the aliases of a model point. */
  let asked: number;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'manyhead-versions-'));
    await writeFolder(join(folder, 'start'), smallFiles());
    const store = folderStore(join(folder, 'data'));
    encoders = await openSmallEncoders(join(folder, 'start'), storedEncodersOn(store), 100);
    asked = 0;
    registry = registryOn(store);
    const counting: Registry = {
      ...registry,
      standing(model) {
        asked += 1;
        return registry.standing(model);
      },
    };
    served = servedVersions(counting, encoders, () => {});
  });
  afterEach(async () => {
    await encoders.close();
    await rm(folder, { recursive: true });
  });

  it('is the pretrained one while there is no model, for which the disk is not asked each time', async () => {
    for (let i = 0; i < 100; i++) expect(await served.encoderOf('default', production)).toBeUndefined();
    expect(asked).toBeLessThan(10);
  });

  it("is a model's own within a moment of its promotion, whoever has promoted it", async () => {
    expect(await served.encoderOf('default', production)).toBeUndefined();
    const { number } = await registry.publish({ ...draft('learned'), model: 'default' }, [], undefined);
    await registry.promote('default', number, 'production', 'somebody');
    await eventually('it to be asked', () =>
      served.encoderOf('default', production).then(
        () => false,
        // It has learned, and its weights were never stored here.
        (error: Error) => error.message.includes('learned'),
      ),
    );
  });

  it('of a model that was just made is there at once', async () => {
    await expect(served.encoderOf('support', production)).rejects.toMatchObject({ code: 'NOT_FOUND', field: 'model' });
    await registry.publish(draft(encoders.pretrained.id), [], undefined);
    await registry.promote('support', 1, 'production', 'somebody');
    expect((await served.encoderOf('support', production))?.id).toBe(encoders.pretrained.id);
  });
});
