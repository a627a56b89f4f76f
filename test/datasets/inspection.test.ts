import { describe, expect, it } from 'vitest';
import { alikeLabels } from '#src/datasets/alike-labels.js';
import { countTasks } from '#src/datasets/count.js';
import type { Example } from '#src/datasets/example.js';
import { Fingerprints } from '#src/datasets/fingerprints.js';
import { inspection } from '#src/datasets/inspection.js';

const warnings = (examples: readonly Example[]) => {
  const inspected = inspection({ maxTokens: 8, isTooLong: (text) => text.split(' ').length > 6 });
  for (const example of examples) inspected.add(example);
  return inspected.warnings(countTasks(examples));
};
const many = (label: string, count = 10): Example[] =>
  Array.from({ length: count }, (_, i) => ({ text: `${label} ${i}`, labels: { topic: label } }));

describe('rows on their way into a data set', () => {
  it('pass without a word where there is nothing to say', () => {
    expect(warnings([...many('a'), ...many('b')])).toEqual([]);
  });

  it.each([
    [[...many('a'), ...many('a', 2)], /^2 row\(s\) repeat the text/],
    [
      [...many('a'), { text: 'a 3', labels: { topic: 'b' } }],
      /^1 row\(s\) give a text another label.*row 11, "a 3", task topic/,
    ],
    [[...many('a'), { text: 'a 3', labels: {}, split: 'TEST' as const }], /^1 row\(s\) repeat a text of another split/],
    [[...many('a'), ...many('b', 1)], /^task topic: 1 label\(s\) with one row only.*: b$/],
    [[...many('a'), ...many('b', 3)], /^task topic: 1 label\(s\) with fewer than 8 rows.*: b$/],
    [
      [...many('News'), ...many('news'), ...many('a'), ...many(' a ')],
      /^task topic: labels that differ only in case .*: " a " and "a", "News" and "news"$/,
    ],
    [[...many('a'), { text: '! ?', labels: {} }], /^1 row\(s\) have a text of less than two letters/],
    [
      [...many('a'), { text: 'one two three four five six seven', labels: {} }],
      /^1 row\(s\) have more than the 8 tokens/,
    ],
  ])('are warned of %#', (examples, message) => {
    expect(warnings(examples)).toContainEqual(expect.stringMatching(message));
  });

  it('are told apart by case in one go, however many ways a label is written', { timeout: 15_000 }, () => {
    const written = (way: number) =>
      Array.from('somelabelofmanyletters', (letter, place) =>
        (way >> place) & 1 ? letter.toUpperCase() : letter,
      ).join('');
    const labels = [...new Set(Array.from({ length: 100_000 }, (_, way) => written(way)))];
    const [warning] = alikeLabels('topic', labels);
    expect(warning.split(' and ')).toHaveLength(10);
  });

  it('are warned of where they are too many to be remembered', () => {
    const inspected = inspection(undefined, new Fingerprints(100), new Fingerprints(100));
    const rows = [...many('a', 100), ...many('b', 20), ...many('a', 5), ...many('b', 20)];
    for (const row of rows) inspected.add(row);
    expect(inspected.warnings(countTasks(rows))).toEqual([
      '5 row(s) repeat the text of an earlier row',
      '45 row(s) come after so many others that what repeats or contradicts them was not looked for',
    ]);
  });

  it('may say that they belong to no label', () => {
    expect(warnings([...many('a'), { text: 'what?', labels: { topic: '__out_of_scope__' } }])).toEqual([]);
  });

  it('are told apart by their fingerprints, a million of them', () => {
    const seen = new Fingerprints();
    for (let i = 0; i < 1_000_000; i++)
      if (seen.put(`row ${i}`, i) !== undefined) throw new Error(`row ${i} was taken for another`);
    for (let i = 0; i < 1_000_000; i += 997) expect(seen.put(`row ${i}`, 0)).toBe(i);
  });
});
