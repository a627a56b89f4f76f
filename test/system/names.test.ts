import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, install } from './installation.js';
import { easyRows, type Json } from './stage.js';

const rows = (from: number, to: number, ...tasks: string[]) =>
  easyRows(to)
    .slice(from)
    .map(({ text, labels }) => ({ text, labels: labels.filter(({ task }) => tasks.includes(task)) }));

/** Rows under the names that version 3 has. */
const berries = (from: number, to: number) =>
  rows(from, to, 'fruit').map(({ text, labels: [fruit] }) => ({
    text,
    labels: [fruit.label === 'cherry' ? { ...fruit, label: 'berry' } : fruit],
  }));

describe('a head whose task and labels take other names from version to version', () => {
  let home: Installation;

  beforeAll(async () => {
    home = await install();
    await trained({ examples: rows(0, 60, 'fruit') });
    await trained({ examples: rows(60, 120, 'mood') });
    await trained({
      examples: berries(120, 150),
      freeze: { heads: ['fruit'] },
      rename: [{ task: 'fruit', label: 'cherry', to: 'berry' }],
    });
    await trained({ examples: rows(150, 210, 'mood'), rename: [{ task: 'fruit', to: 'produce' }] });
  });
  afterAll(() => home.close());

  const query: Installation['query'] = (text, variables) => home.query(text, variables);
  const trained = (input: object) => home.trained({ model: 'easy', promote: 'ALWAYS', ...input });

  const EXPLAIN =
    'query Explain($version: Int!, $task: String!) { explain(model: "easy", text: "I love this wonderful cherry.", version: $version, task: $task, first: 5) { version row text labels similarity } }';
  const explained = async (version: number, task: string): Promise<Json[]> =>
    (await query(EXPLAIN, { version, task })).explain;

  it('is explained by the rows it learned from, under the names they have by now', async () => {
    const first = await explained(1, 'fruit');
    expect(first).toHaveLength(5);
    expect(first[0]).toMatchObject({ version: 1, labels: ['cherry'] });
    expect(await explained(2, 'fruit')).toEqual(first);
    const renamed = first.map((each) => ({
      ...each,
      labels: each.labels.map((label: string) => (label === 'cherry' ? 'berry' : label)),
    }));
    expect(await explained(3, 'fruit')).toEqual(renamed);
    expect(await explained(4, 'produce')).toEqual(renamed);
    expect(await explained(4, 'mood')).toMatchObject([{ version: 4 }, {}, {}, {}, {}]);
  });

  it('differs from what it was only where it answers otherwise', async () => {
    const store = (name: string, examples: object[]) =>
      query(
        'mutation Store($name: String!, $examples: [ExampleInput!]!) { createDataset(name: $name, examples: $examples) { rows } }',
        { name, examples },
      );
    const COMPARE =
      'query Compare($a: Int!, $b: Int!, $dataset: String!) { compareVersions(model: "easy", a: $a, b: $b, dataset: $dataset) { tasks { task rows accuracy { a b } disagreementCount } } }';
    await store('old-names', rows(210, 240, 'fruit'));
    await store('new-names', berries(210, 240));
    const same = { rows: 30, accuracy: { a: 1, b: 1 }, disagreementCount: 0 };
    for (const [a, b, task] of [
      [1, 3, 'fruit'],
      [3, 1, 'fruit'],
      [1, 4, 'produce'],
    ] as const)
      for (const dataset of ['old-names', 'new-names'])
        expect((await query(COMPARE, { a, b, dataset })).compareVersions.tasks, `${a} ${b} ${dataset}`).toEqual([
          { task, ...same },
        ]);
  });

  it('is warned about where an encoder would learn without its rows', async () => {
    const PLAN = 'query Plan($input: TrainInput!) { trainingPlan(input: $input) { warnings } }';
    const input = { model: 'easy', examples: rows(0, 60, 'mood'), freeze: { backbone: 'NONE' } };
    expect((await query(PLAN, { input })).trainingPlan.warnings).toEqual([
      expect.stringMatching(/the encoder learns without rows of task "produce"/),
    ]);
    const fixed = { ...input, freeze: { backbone: 'FULL' } };
    expect((await query(PLAN, { input: fixed })).trainingPlan.warnings).toEqual([]);
  });

  it('is not explained by anything once the version in which it learned is gone', async () => {
    await query('mutation { deleteVersion(model: "easy", version: 1) { name } }');
    expect(await home.refused(EXPLAIN, { version: 4, task: 'produce' })).toMatchObject({
      message: expect.stringMatching(
        /"produce" did not learn in version 4, and the version in which it learned is gone/,
      ),
      extensions: { code: 'CONFLICT', field: 'version' },
    });
    expect(await explained(4, 'mood')).toHaveLength(5);
  });
});
