import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '#src/artifacts/folder.js';
import { AS_IT_IS, type Reshape } from '#src/heads/reshape.js';
import { type Registry, registryOn } from '#src/registry/registry.js';
import { removalsSince, renamesBetween } from '#src/registry/renames.js';
import { draft } from './draft.js';

describe('the renames between two versions', () => {
  let folder: string;
  let registry: Registry;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'manyhead-renames-'));
    registry = registryOn(folderStore(folder));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const label = (from: string, to: string) => ({ task: 'topic', label: from, to });
  const renamed = (...rename: Reshape['rename']): Reshape => ({ remove: [], rename });
  const publish = (parent: number | undefined, reshape: Reshape = AS_IT_IS) =>
    registry.publish({ ...draft(), parent, reshape }, [], undefined);
  const between = async (from: number, to: number) =>
    renamesBetween(await registry.version('support', from), await registry.version('support', to), registry);

  it('are those of the later lineage, oldest first, without removals', async () => {
    await publish(undefined);
    await publish(1, { remove: [{ task: 'topic', label: 'x' }], rename: [label('a', 'b')] });
    await publish(2);
    await publish(3, { remove: [{ task: 'topic', label: 'y' }], rename: [] });
    await publish(4, renamed(label('b', 'c')));
    expect(await between(1, 5)).toEqual([renamed(label('a', 'b')), renamed(label('b', 'c'))]);
    expect(await between(2, 5)).toEqual([renamed(label('b', 'c'))]);
    expect(await between(5, 5)).toEqual([]);
  });

  it('begin with those of the other lineage, undone, where the two parted', async () => {
    await publish(undefined);
    await publish(1, renamed(label('a', 'b'), { task: 'topic', label: undefined, to: 'subject' }));
    await publish(2, renamed({ task: 'subject', label: 'b', to: 'c' }));
    await publish(1, renamed(label('a', 'd')));
    expect(await between(3, 4)).toEqual([
      renamed({ task: 'subject', label: 'c', to: 'b' }),
      renamed({ task: 'subject', label: 'b', to: 'a' }, { task: 'subject', label: undefined, to: 'topic' }),
      renamed(label('a', 'd')),
    ]);
  });

  it('are those that are known, where versions of their lineages are gone', async () => {
    await publish(undefined);
    await publish(1);
    await publish(2, renamed(label('a', 'b')));
    await publish(2, renamed(label('a', 'c')));
    await registry.deleteVersion('support', 2, 'ann');
    expect(await between(1, 3)).toEqual([renamed(label('a', 'b'))]);
    expect(await between(3, 4)).toEqual([renamed(label('b', 'a')), renamed(label('a', 'c'))]);
  });

  it('tell what was removed on the way by the name it would have by now', async () => {
    await publish(undefined);
    await publish(1, { remove: [{ task: 'topic', label: 'b' }], rename: [] });
    await publish(2, renamed({ task: 'topic', label: undefined, to: 'subject' }));
    const removed = async (from: number, to: number) =>
      removalsSince(await registry.version('support', from), await registry.version('support', to), registry);
    expect(await removed(1, 3)).toEqual([{ task: 'subject', label: 'b' }]);
    expect(await removed(2, 3)).toEqual([]);
  });
});
