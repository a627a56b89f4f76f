import { describe, expect, it } from 'vitest';
import { folderStore } from '#src/artifacts/folder.js';
import { checkChanges, relabelled } from '#src/datasets/revision.js';
import { datasetsOn } from '#src/datasets/store.js';
import type { Example } from '../../src/datasets/example.js';
import { temporaryFolder } from '../system/stage.js';

const rows: readonly Example[] = [
  { text: 'one', labels: { topic: 'a', tags: ['x'] } },
  { text: 'two', labels: {}, split: 'TEST' },
  { text: 'three', labels: { topic: 'b' } },
];

const stored = async () => {
  const folder = await temporaryFolder();
  const datasets = datasetsOn(folderStore(folder.path));
  return { datasets, dataset: await datasets.create('letters', rows), remove: () => folder.remove() };
};

describe('changed labels', () => {
  it('replace those of their task, or take them away, and leave all else as it was', async () => {
    const { datasets, dataset, remove } = await stored();
    const changes = checkChanges(
      'changes',
      [
        { row: 0, task: 'topic' },
        { row: 1, task: 'topic', label: 'c' },
        { row: 1, task: 'tags', labels: [] },
      ],
      dataset,
    );
    const revised = await datasets.revise('letters', dataset.digest, (before) => relabelled(before, changes));
    expect(await datasets.rows(revised.digest)).toEqual([
      { text: 'one', labels: { tags: ['x'] } },
      { text: 'two', labels: { topic: 'c', tags: [] }, split: 'TEST' },
      { text: 'three', labels: { topic: 'b' } },
    ]);
    expect(revised.tasks.map(({ task, unlabelledRows }) => [task, unlabelledRows])).toEqual([
      ['tags', 1],
      ['topic', 1],
    ]);
    // The rows that a version learned from stay what they were.
    expect(await datasets.rows(dataset.digest)).toEqual(rows);
    await remove();
  });

  it('are refused where the data set means other rows by now, also while they are being written', async () => {
    const { datasets, dataset, remove } = await stored();
    const elsewhere = async function* () {
      yield rows[0];
      await datasets.create('letters', rows.slice(1));
      yield rows[1];
    };
    await expect(datasets.revise('letters', dataset.digest, elsewhere)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(datasets.revise('letters', dataset.digest, (before) => before)).rejects.toMatchObject({
      code: 'CONFLICT',
      field: 'digest',
    });
    expect((await datasets.get('letters', 'name')).rows).toBe(2);
    await remove();
  });

  it('are stored as labels of files are', async () => {
    const { dataset, remove } = await stored();
    const changes = checkChanges(
      'changes',
      [
        { row: 0, task: 'topic', label: ' cafe\u0301 ' },
        { row: 1, task: 'tags', labels: ['x ', ' y'] },
      ],
      dataset,
    );
    expect(changes.get(0)?.get('topic')).toBe('caf\u00e9');
    expect(changes.get(1)?.get('tags')).toEqual(['x', 'y']);
    await remove();
  });

  it('leave a task no more labels, and the data set no more tasks, than there may be', async () => {
    const { dataset, remove } = await stored();
    const full = {
      ...dataset,
      tasks: dataset.tasks.map((each) => ({
        ...each,
        labels: Array.from({ length: 10_000 }, (_, i) => ({ label: `l${i}`, rows: 1 })),
      })),
    };
    const check = (...given: Parameters<typeof checkChanges>[1][number][]) => checkChanges('changes', given, full);
    expect(check({ row: 0, task: 'topic', label: 'l7' }).size).toBe(1);
    expect(() => check({ row: 0, task: 'topic', label: 'x' })).toThrow(
      'changes[0].label is "x": task "topic" has 10000 labels already: give at most 10000.',
    );
    expect(() => check({ row: 0, task: 'tags', labels: ['l1', 'x'] })).toThrow(/^changes\[0\]\.labels\[1\] is "x"/);
    const tasks = Array.from({ length: 99 }, (_, i) => ({ row: 0, task: `t${i}`, label: 'a' }));
    expect(() => check(...tasks)).toThrow('changes[98].task is "t98": there are 100 tasks already: give at most 100.');
    await remove();
  });

  it('must fit the data set', async () => {
    const { dataset, remove } = await stored();
    const check = (...given: Parameters<typeof checkChanges>[1][number][]) => checkChanges('changes', given, dataset);
    expect(() => check()).toThrow('changes has 0 entries');
    expect(() => check({ row: 3, task: 'topic' })).toThrow(/changes\[0\].row is 3: the data set has rows 0 to 2/);
    expect(() => check({ row: 0, task: 'topic', labels: ['a'] })).toThrow(/task "topic" is SINGLE_LABEL: give `label`/);
    expect(() => check({ row: 0, task: 'tags', label: 'x' })).toThrow(/task "tags" is MULTI_LABEL: give `labels`/);
    expect(() => check({ row: 0, task: 'topic' }, { row: 0, task: 'topic' })).toThrow(/a second time for row 0/);
    expect(() => check({ row: 0, task: 'new', label: 'x' }, { row: 1, task: 'new', labels: [] })).toThrow(
      /changes\[1\]/,
    );
    expect(() => check({ row: 0, task: 'topic', label: ' ' })).toThrow(/changes\[0\].label is " "/);
    await remove();
  });
});
