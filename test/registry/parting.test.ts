import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '#src/artifacts/folder.js';
import { AS_IT_IS, type Reshape } from '#src/heads/reshape.js';
import { lineageAfter } from '#src/registry/lineage.js';
import { parting } from '#src/registry/parting.js';
import { type Registry, registryOn } from '#src/registry/registry.js';
import { draft } from './draft.js';

describe('what parts two versions', () => {
  let folder: string;
  let registry: Registry;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'manyhead-renames-'));
    registry = registryOn(folderStore(folder));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const label = (from: string, to: string) => ({ task: 'topic', label: from, to });
  const renamed = (...rename: Reshape['rename']): Reshape => ({ remove: [], rename });
  const publish = async (parent: number | undefined, reshape: Reshape = AS_IT_IS) => {
    const base = parent === undefined ? undefined : await registry.version('support', parent);
    const lineage = base ? await lineageAfter(base, registry) : [];
    await registry.publish({ ...draft(), parent, reshape, lineage }, [], undefined);
  };
  const between = async (from: number, to: number) =>
    parting(await registry.version('support', from), await registry.version('support', to), registry);
  const nothing = { undone: [], done: [], removed: [], removedThere: [] };

  it('is what was renamed on the way to the later one, the oldest first', async () => {
    await publish(undefined);
    await publish(1, { remove: [{ task: 'topic', label: 'x' }], rename: [label('a', 'b')] });
    await publish(2);
    await publish(3);
    await publish(4, renamed(label('b', 'c')));
    expect(await between(1, 5)).toMatchObject({
      undone: [],
      done: [renamed(label('a', 'b')), renamed(label('b', 'c'))],
    });
    expect(await between(2, 5)).toMatchObject({ undone: [], done: [renamed(label('b', 'c'))] });
    expect(await between(5, 5)).toEqual(nothing);
  });

  it('begins with what was renamed on the way to the other, undone', async () => {
    await publish(undefined);
    await publish(1, renamed(label('a', 'b'), { task: 'topic', label: undefined, to: 'subject' }));
    await publish(2, renamed({ task: 'subject', label: 'b', to: 'c' }));
    await publish(1, renamed(label('a', 'd')));
    expect(await between(3, 4)).toMatchObject({
      undone: [
        renamed({ task: 'subject', label: 'c', to: 'b' }),
        renamed({ task: 'subject', label: 'b', to: 'a' }, { task: 'subject', label: undefined, to: 'topic' }),
      ],
      done: [renamed(label('a', 'd'))],
    });
  });

  it('is known also where versions on the way are gone', async () => {
    await publish(undefined);
    await publish(1, renamed(label('z', 'a')));
    await publish(2, renamed(label('a', 'b')));
    await publish(2, renamed(label('a', 'c')));
    await registry.deleteVersion('support', 2, 'ann');
    expect((await between(1, 3)).done).toEqual([renamed(label('z', 'a')), renamed(label('a', 'b'))]);
    expect(await between(3, 4)).toMatchObject({ undone: [renamed(label('b', 'a'))], done: [renamed(label('a', 'c'))] });
  });

  it('is nothing where nobody knows how the two belong together, as earlier releases did not write it down', async () => {
    const byEarlier = (parent: number | undefined, reshape: Reshape = AS_IT_IS) =>
      registry.publish({ ...draft(), parent, reshape }, [], undefined);
    await byEarlier(undefined);
    await byEarlier(1, renamed(label('a', 'b')));
    await byEarlier(2);
    await byEarlier(3);
    expect((await between(1, 4)).done).toEqual([renamed(label('a', 'b'))]);
    await registry.deleteVersion('support', 3, 'ann');
    expect(await between(2, 4)).toEqual(nothing);
    expect(await between(4, 2)).toEqual(nothing);
  });

  it('is what was removed on either way, by the name it would have by now', async () => {
    await publish(undefined);
    await publish(1, { remove: [{ task: 'topic', label: 'b' }], rename: [] });
    await publish(2, renamed({ task: 'topic', label: undefined, to: 'subject' }));
    await publish(1, renamed({ task: 'topic', label: undefined, to: 'matter' }));
    expect((await between(1, 3)).removed).toEqual([{ task: 'subject', label: 'b' }]);
    expect((await between(2, 3)).removed).toEqual([]);
    expect(await between(3, 4)).toMatchObject({ removed: [], removedThere: [{ task: 'matter', label: 'b' }] });
  });
});
