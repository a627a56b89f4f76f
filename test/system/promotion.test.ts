import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, install } from './installation.js';
import { easyRows, type Json } from './stage.js';

type Rows = ReturnType<typeof easyRows>;

/** Rows of one task, or of some of its labels. */
const only = (rows: Rows, task: string, labels?: readonly string[]): Rows =>
  rows.flatMap(({ text, labels: all }) => {
    const its = all.filter((each) => each.task === task && (labels?.includes(each.label) ?? true));
    return its.length === 0 ? [] : [{ text, labels: its }];
  });

const renamed = (rows: Rows, from: string, to: string): Rows =>
  rows.map(({ text, labels }) => ({
    text,
    labels: labels.map((each) => (each.label === from ? { ...each, label: to } : each)),
  }));

/** Every label is the next one: what learns them has learned something else. */
const mistaken = (rows: Rows): Rows => {
  const next: Readonly<Record<string, string>> = { apple: 'banana', banana: 'berry', berry: 'apple' };
  return rows.map(({ text, labels }) => ({
    text,
    labels: labels.map((each) => ({ ...each, label: next[each.label] ?? each.label })),
  }));
};

describe('what takes over production', () => {
  let home: Installation;
  beforeAll(async () => {
    home = await install();
  });
  afterAll(() => home.close());

  const trained: Installation['trained'] = (input) => home.trained(input);
  const production = async (model: string): Promise<Json> =>
    (
      await home.query(
        'query($model: String!) { model(name: $model) { production { number tasks { task labels } } } }',
        { model },
      )
    ).model.production;

  it('is not what goes on from another version, and so lacks a task that is served', async () => {
    const rows = easyRows(120);
    await trained({ model: 'tasks', examples: only(rows, 'fruit') });
    const size = rows.map(({ text }, i) => ({ text, labels: [{ task: 'size', label: i % 2 ? 'odd' : 'even' }] }));
    expect(await trained({ model: 'tasks', examples: only(rows, 'mood'), baseVersion: 1 })).toMatchObject({
      promotion: { promoted: true },
    });
    expect(await trained({ model: 'tasks', examples: size, baseVersion: 1 })).toMatchObject({
      promotion: {
        promoted: false,
        reason: 'version 2 has task "mood", which this one is without: it goes on from another version',
      },
    });
    expect((await production('tasks')).tasks.map(({ task }: Json) => task)).toEqual(['fruit', 'mood']);
  });

  it('is not what lacks a label that is served', async () => {
    const rows = easyRows(180);
    await trained({ model: 'labels', examples: only(rows, 'fruit', ['apple', 'banana']) });
    await trained({ model: 'labels', examples: only(rows, 'fruit') });
    const date = only(renamed(rows, 'cherry', 'date'), 'fruit');
    expect(await trained({ model: 'labels', examples: date, baseVersion: 1 })).toMatchObject({
      promotion: { promoted: false, reason: expect.stringContaining('version 2 has label "cherry" of task "fruit"') },
    });
  });

  it('is compared under its own names where a label was renamed', async () => {
    const rows = only(easyRows(180), 'fruit');
    await trained({ model: 'names', examples: rows });
    const rename = [{ task: 'fruit', label: 'cherry', to: 'berry' }];
    const berries = renamed(rows, 'cherry', 'berry');
    const tests = berries.slice(90).map((row) => ({ ...row, split: 'TEST' }));
    const worse = await trained({ model: 'names', examples: [...mistaken(berries.slice(0, 90)), ...tests], rename });
    expect(worse).toMatchObject({ promotion: { promoted: false, reason: expect.stringMatching(/^worse than/) } });
    const same = await trained({ model: 'names', examples: berries, rename, freeze: { heads: ['fruit'] } });
    expect(same.promotion).toMatchObject({
      promoted: true,
      reason: expect.stringMatching(/^renamed or removed as asked, and not worse .* \+0\.000/),
    });
  });

  it('is not what goes by the name that a label had, nor what brings back a task that was removed', async () => {
    const rows = easyRows(180);
    await trained({ model: 'old-names', examples: rows });
    await trained({
      model: 'old-names',
      examples: only(renamed(rows, 'cherry', 'berry'), 'fruit'),
      rename: [{ task: 'fruit', label: 'cherry', to: 'berry' }],
      remove: [{ task: 'mood' }],
      freeze: { heads: ['fruit'] },
    });
    expect((await production('old-names')).number).toBe(2);
    const old = await trained({ model: 'old-names', examples: rows, baseVersion: 1, freeze: { heads: ['fruit'] } });
    expect(old.promotion).toMatchObject({
      promoted: false,
      reason: 'version 2 has label "berry" of task "fruit", which this one is without: it goes on from another version',
    });
    const both = await trained({
      model: 'old-names',
      examples: renamed(rows, 'cherry', 'berry'),
      baseVersion: 1,
      rename: [{ task: 'fruit', label: 'cherry', to: 'berry' }],
      freeze: { heads: ['fruit'] },
    });
    expect(both.promotion.reason).not.toContain('is new');
  });

  it('may have lost what was removed from it, though no row tells whether it is better', async () => {
    const rows = easyRows(120);
    await trained({ model: 'removed', examples: rows });
    const without = await trained({
      model: 'removed',
      examples: only(rows, 'mood'),
      remove: [{ task: 'fruit', label: 'cherry' }],
      freeze: { heads: ['mood'] },
    });
    expect(without.promotion).toMatchObject({ promoted: true, reason: expect.stringMatching(/^renamed or removed/) });
  });

  it('is measured on rows that neither learned from, also with another seed', async () => {
    const rows = only(easyRows(300), 'fruit').map(({ text, labels }, i) => ({
      text,
      // Nothing in the texts tells it: whoever is right here has seen the row.
      labels: [{ ...labels[0], label: (i * 7919) % 13 < 6 ? 'heads' : 'tails' }],
    }));
    const hyperparameters = { weightDecay: 0, epochs: 200, patience: 200 };
    await trained({ model: 'chance', examples: rows, hyperparameters });
    const again = await trained({ model: 'chance', examples: rows, hyperparameters, seed: 2, validationSplit: 0.3 });
    expect(again.warnings).toEqual([]);
    const [{ support, accuracy }] = again.metrics;
    expect(support).toBeLessThan(60);
    expect(accuracy).toBeLessThan(0.8);
    const all = await trained({ model: 'chance', examples: rows, freeze: { heads: ['fruit'] } });
    expect(all.warnings).toEqual([expect.stringMatching(/^\d+ of the 300 rows that measure .* has learned from/)]);
  });

  it('has heads that were fixed measured as they are served', async () => {
    const rows = easyRows(120);
    await trained({ model: 'fixed', examples: rows });
    const other = easyRows(160).slice(100);
    const measured = await trained({ model: 'fixed', examples: other, freeze: { heads: ['fruit', 'mood'] } });
    await home.store('other', other);
    const { evaluate } = await home.query('mutation { evaluate(model: "fixed", dataset: "other") { id } }');
    const evaluated = await home.ended(evaluate.id);
    expect(measured.metrics).toEqual(evaluated.metrics);
    expect(measured.metrics[0]).toMatchObject({ support: 60 });
  });
});
