import { describe, expect, it } from 'vitest';
import type { Example } from '#src/datasets/example.js';
import type { Head } from '#src/heads/head.js';
import { labelsAfter, renamedHeads, renamedRows, taskBefore } from '#src/heads/renamed.js';
import type { Reshape } from '#src/heads/reshape.js';

const head = (task: string, ...labels: string[]): Head => ({
  task,
  kind: 'SINGLE_LABEL',
  labels,
  hidden: undefined,
  output: { weight: Float32Array.from(labels.keys()), bias: new Float32Array(labels.length) },
  temperature: 1,
});
const step = (...rename: Reshape['rename']): Reshape => ({ remove: [], rename });
const label = (task: string, from: string, to: string) => ({ task, label: from, to });
const task = (from: string, to: string) => ({ task: from, label: undefined, to });
const named = (heads: readonly Head[]) => heads.map((each) => [each.task, ...each.labels]);

describe('what was renamed since', () => {
  const renames = [
    step(label('topic', 'a', 'b'), task('topic', 'subject')),
    step(label('subject', 'b', 'c')),
    step(task('subject', 'matter')),
  ];

  it('has the present names, heads as rows', async () => {
    expect(named(renamedHeads([head('topic', 'a', 'x'), head('mood', 'a')], renames))).toEqual([
      ['matter', 'c', 'x'],
      ['mood', 'a'],
    ]);
    expect(taskBefore('matter', renames)).toBe('topic');
    expect(labelsAfter('topic', renames)(['x', 'a'])).toEqual(['x', 'c']);
    const given: Example['labels'][] = [
      { topic: 'a' },
      { subject: ['b', 'c', 'x'] },
      { matter: 'a', mood: 'a' },
      { matter: 'c' },
    ];
    const rows = given.map((labels) => ({ text: 't', labels }));
    const read = await renamedRows(rows, [head('matter', 'c', 'x'), head('mood', 'a')], renames);
    expect(read.map(({ labels }) => labels)).toMatchObject([
      { matter: 'c' },
      { matter: ['c', 'x'] },
      { matter: 'c', mood: 'a' },
      { matter: 'c' },
    ]);
  });

  it('leaves rows a name that a head has, though it was the old one of another', async () => {
    const swapped = [
      step(label('topic', 'a', 'b'), label('topic', 'b', 'a'), task('topic', 'mood'), task('mood', 'topic')),
    ];
    const rows = [{ text: 't', labels: { topic: 'a', mood: 'b' } }];
    expect(await renamedRows(rows, [head('mood', 'a', 'b'), head('topic', 'a', 'b')], swapped)).toEqual(rows);
    expect(named(renamedHeads([head('topic', 'a', 'b')], swapped))).toEqual([['mood', 'b', 'a']]);
  });

  it('is without what had been removed before another took its name', () => {
    const [after, ...others] = renamedHeads(
      [head('topic', 'a', 'b', 'c'), head('subject', 'x')],
      [step(label('topic', 'a', 'b'), task('topic', 'subject'))],
    );
    expect(named([after, ...others])).toEqual([['subject', 'b', 'c']]);
    expect(after.output.weight).toEqual(Float32Array.from([0, 2]));
  });
});
