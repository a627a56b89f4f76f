import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Example } from '#src/datasets/example.js';
import { drawSplit } from '#src/training/split.js';

describe('the split that is drawn', () => {
  const example = fc.record(
    {
      text: fc.integer({ min: 0, max: 60 }).map((number) => `text ${number}`),
      labels: fc.record({ topic: fc.constantFrom('a', 'b', 'c') }, { requiredKeys: [] }),
      split: fc.constantFrom('TRAINING' as const, 'VALIDATION' as const, 'TEST' as const),
    },
    { requiredKeys: ['text', 'labels'] },
  );
  const rows = fc.array(example, { minLength: 1, maxLength: 120 });
  const share = fc.double({ min: 0, max: 0.9, noNaN: true });

  it('puts every row in one place, and takes rows at their word', async () => {
    await fc.assert(
      fc.asyncProperty(rows, share, fc.nat(), async (examples, share, seed) => {
        const { training, validation, test } = await drawSplit(examples, ['topic'], share, seed);
        expect([...training, ...validation, ...test].sort((a, b) => a - b)).toEqual([...examples.keys()]);
        const said = (split: Example['split']) => [...examples.keys()].filter((row) => examples[row].split === split);
        expect(test).toEqual(said('TEST'));
        for (const row of said('VALIDATION')) expect(validation).toContain(row);
        if (said('VALIDATION').length > 0) expect(validation).toEqual(said('VALIDATION'));
      }),
    );
  });

  it('keeps rows of one text on one side', async () => {
    await fc.assert(
      fc.asyncProperty(rows, share, fc.nat(), async (examples, share, seed) => {
        const unsaid = examples.map(({ text, labels }) => ({ text, labels }));
        const { training, validation } = await drawSplit(unsaid, ['topic'], share, seed);
        const learned = new Set(training.map((row) => examples[row].text));
        for (const row of validation) expect(learned).not.toContain(examples[row].text);
      }),
    );
  });

  it('does not depend on the order of the rows', async () => {
    const examples = Array.from({ length: 300 }, (_, i) => ({ text: `text ${i}`, labels: { topic: `t${i % 3}` } }));
    const texts = async (given: Example[]) => {
      const { validation } = await drawSplit(given, ['topic'], 0.1, 7);
      return validation.map((row) => given[row].text).sort();
    };
    expect(await texts([...examples].reverse())).toEqual(await texts(examples));
  });

  it('keeps the validation rows, but for a few, as the data grows', async () => {
    const all = Array.from({ length: 2200 }, (_, i) => ({ text: `text ${i}`, labels: { topic: `t${i % 20}` } }));
    const validating = async (rows: Example[]) =>
      new Set((await drawSplit(rows, ['topic'], 0.1, 7)).validation.map((row) => rows[row].text));
    const [before, after] = [await validating(all.slice(0, 2000)), await validating(all)];
    expect([...before].filter((text) => after.has(text)).length).toBeGreaterThan(0.85 * before.size);
    // Rows that a version learned from are not what the next one is measured on, but for a few.
    const learnedBefore = [...after].filter((text) => !before.has(text) && Number(text.slice(5)) < 2000);
    expect(learnedBefore.length).toBeLessThan(0.1 * after.size);
  });

  it('is another for another seed', async () => {
    const examples = Array.from({ length: 300 }, (_, i) => ({ text: `text ${i}`, labels: { topic: 't' } }));
    expect(await drawSplit(examples, ['topic'], 0.1, 1)).not.toEqual(await drawSplit(examples, ['topic'], 0.1, 2));
  });
});
