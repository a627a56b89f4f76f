import { describe, expect, it } from 'vitest';
import { describeHead } from '#src/heads/file.js';
import { logits } from '#src/heads/forward.js';
import type { Head } from '#src/heads/head.js';
import { type Reshape, reshapeDescription, reshaped, reshapeHead } from '#src/heads/reshape.js';
import { checkReshape } from '#src/training/check-reshape.js';

const topic: Head = {
  task: 'topic',
  kind: 'SINGLE_LABEL',
  labels: ['food', 'play', 'rest'],
  hidden: undefined,
  output: { weight: Float32Array.from([1, 2, 3, 4, 5, 6]), bias: Float32Array.from([7, 8, 9]) },
  abstention: { centres: Float32Array.from([1, 0, 0, 1, 0.6, 0.8]), threshold: 0.3 },
  temperature: 2,
};
const vector = Float32Array.from([0.6, 0.8]);
const play = { task: 'topic', label: 'play' };

describe('a head that is reshaped', () => {
  it('says of the labels that stay what it said before', () => {
    const reshape: Reshape = { remove: [play], rename: [{ task: 'topic', label: 'rest', to: 'sleep' }] };
    const after = reshapeHead(topic, reshape);
    const [food, , rest] = logits(topic, vector);
    expect(after && [...logits(after, vector)]).toEqual([food, rest]);
    expect(after).toMatchObject({ labels: ['food', 'sleep'], temperature: 2 });
    expect(after?.abstention).toEqual({ centres: Float32Array.from([1, 0, 0.6, 0.8]), threshold: 0.3 });
    expect(reshapeDescription(describeHead(topic), reshape)).toEqual(after && describeHead(after));
  });

  it('changes two names for each other', () => {
    const rename = [
      { task: 'topic', label: 'food', to: 'rest' },
      { task: 'topic', label: 'rest', to: 'food' },
      { task: 'topic', label: undefined, to: 'subject' },
    ];
    expect(reshapeHead(topic, { remove: [], rename })).toMatchObject({
      task: 'subject',
      labels: ['rest', 'play', 'food'],
    });
  });

  it('is gone where its task is removed', () => {
    expect(reshapeHead(topic, { remove: [{ task: 'topic', label: undefined }], rename: [] })).toBeUndefined();
  });

  it('has its labels named as they are stored, or as an earlier release stored them', () => {
    const earlier = { ...topic, labels: [' food ', 'cafe\u0301', 'rest'] };
    const given: Reshape = {
      remove: [{ task: 'topic', label: ' rest ' }],
      rename: [
        { task: 'topic', label: 'food', to: ' food' },
        { task: 'topic', label: 'caf\u00e9', to: 'cafe\u0301' },
      ],
    };
    const reshape = checkReshape(given, [earlier], 'dataset', []);
    expect(reshapeHead(earlier, reshape)).toMatchObject({ labels: ['food', 'caf\u00e9'] });
    const none = { task: 'topic', label: ' ', to: 'x' };
    expect(() => checkReshape({ remove: [], rename: [none] }, [topic], 'dataset', [])).toThrow(/label is " "/);
  });

  it('has any number of labels renamed in one go', { timeout: 15_000 }, () => {
    const labels = Array.from({ length: 40_000 }, (_, i) => `label ${i}`);
    const head = { task: 'topic', kind: 'SINGLE_LABEL' as const, labels };
    const rename = labels.map((label, i) => ({ task: 'topic', label: ` ${label}`, to: `name ${i}` }));
    const rows = [{ task: 'topic', labels: rename.map(({ to }) => ({ label: to })) }];
    const reshape = checkReshape({ remove: [], rename }, [head], 'dataset', rows);
    expect(reshaped(head, reshape)?.labels.at(-1)).toBe('name 39999');
  });

  it.each<[string, Partial<Reshape>, string, RegExp]>([
    ['a task that is not there', { remove: [{ ...play, task: 'mood' }] }, 'remove[0].task', /"mood".*are topic/],
    [
      'a label that is not there',
      { rename: [{ ...play, label: 'x', to: 'y' }] },
      'rename[0].label',
      /food, play, rest/,
    ],
    ['a label twice', { remove: [play], rename: [{ ...play, to: 'y' }] }, 'rename[0]', /a second time/],
    ['a name that is taken', { rename: [{ ...play, to: 'food' }] }, 'rename', /two labels .* the name "food"/],
    ['too many labels', { remove: [play, { ...play, label: 'food' }] }, 'remove', /leaves task "topic" 1 label/],
    ['a label that rows still have', { remove: [{ ...play, label: 'rest' }] }, 'dataset', /still gives rows .*"rest"/],
    [
      'the label of rows out of scope',
      { rename: [{ ...play, to: '__out_of_scope__' }] },
      'rename[0].to',
      /no label of a head/,
    ],
    ['an empty name', { rename: [{ ...play, to: ' ' }] }, 'rename[0].to', /not empty/],
    [
      'a task that rows still have',
      { remove: [{ ...play, label: undefined }] },
      'dataset',
      /still labels rows .*"topic"/,
    ],
  ])('is refused: %s', (_, reshape, field, message) => {
    const rows = [{ task: 'topic', labels: [{ label: 'food' }, { label: 'rest' }] }];
    expect(() => checkReshape({ remove: [], rename: [], ...reshape }, [topic], 'dataset', rows)).toThrow(
      expect.objectContaining({ field, code: 'BAD_USER_INPUT', message: expect.stringMatching(message) }),
    );
  });
});
