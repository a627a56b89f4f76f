import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, install } from './installation.js';
import { easyRows, type Json } from './stage.js';

const EVALUATE =
  'mutation Evaluate($dataset: String!, $split: Split) { evaluate(model: "easy", dataset: $dataset, split: $split) { id } }';
const FIT =
  'mutation Fit($model: String, $dataset: String) { fitProjection(model: $model, dataset: $dataset) { id kind } }';

describe('what is measured or fitted on rows', () => {
  let home: Installation;

  beforeAll(async () => {
    home = await install();
    await store('easy', easyRows());
    await home.trained({ model: 'easy', dataset: 'easy' });
  });
  afterAll(() => home.close());

  const query: Installation['query'] = (text, variables) => home.query(text, variables);
  const store: Installation['store'] = (name, examples) => home.store(name, examples);
  const refused: Installation['refused'] = (text, variables) => home.refused(text, variables);
  /** Rows about fruit alone that nobody has learned from, every n-th of them with another label. */
  const fresh = (every: number, label: string) =>
    easyRows(120)
      .slice(60)
      .map(({ text, labels: [fruit] }, i) => ({ text, labels: [i % every === 0 ? { ...fruit, label } : fruit] }));
  const evaluated = async (variables: object): Promise<Json> => {
    const { evaluate } = await query(EVALUATE, variables);
    return home.ended(evaluate.id);
  };

  it('leaves out rows whose label the version does not know, and says how many', async () => {
    await store('partly', fresh(2, 'money'));
    expect(await evaluated({ dataset: 'partly' })).toMatchObject({
      status: 'SUCCEEDED',
      metrics: [{ task: 'fruit', support: 30 }],
      warnings: ['30 rows have labels of task "fruit" that version 1 does not know ("money"): they are not measured.'],
    });
    await store('scoped', fresh(2, '__out_of_scope__'));
    expect(await evaluated({ dataset: 'scoped' })).toMatchObject({ metrics: [{ support: 30 }], warnings: [] });
  });

  it('says how many rows the version learned from', async () => {
    await store('grown', easyRows(120));
    expect(await evaluated({ dataset: 'grown' })).toMatchObject({
      metrics: [{ support: 120 }, { support: 120 }],
      warnings: ['54 of 120 rows were learned from by version 1 or those it goes on from: its figures flatter it.'],
    });
  });

  it('is refused where no row can be measured', async () => {
    await store('foreign', fresh(1, 'money'));
    expect(await refused(EVALUATE, { dataset: 'foreign' })).toMatchObject({
      message: expect.stringMatching(
        /"fruit" has the labels "money" there, and the head knows "apple", "banana", "cherry"/,
      ),
      extensions: { code: 'BAD_USER_INPUT', field: 'dataset' },
    });
    const split = fresh(2, 'money').map((row, i) => ({ ...row, split: i % 2 === 0 ? 'TEST' : 'TRAINING' }));
    await store('split', split);
    expect(await evaluated({ dataset: 'split', split: 'TEST' })).toMatchObject({
      status: 'FAILED',
      error: { code: 'BAD_USER_INPUT', message: expect.stringMatching(/no TEST row .*30 rows have .*"money"/) },
    });
  });

  it('is refused where rows have lists of labels, and the head gives one', async () => {
    const listed = easyRows(120)
      .slice(60)
      .map(({ text, labels: [{ task, label }] }, i) => ({ text, labels: [{ task, labels: i % 2 ? [label] : [] }] }));
    await store('listed', listed);
    const problem = {
      message: 'dataset labels task "fruit" as MULTI_LABEL: the model\'s head is SINGLE_LABEL.',
      extensions: { code: 'BAD_USER_INPUT', field: 'dataset' },
    };
    expect(await refused(EVALUATE, { dataset: 'listed' })).toMatchObject(problem);
    const compare = '{ compareVersions(model: "easy", a: 1, b: 1, dataset: "listed") { rows } }';
    expect(await refused(compare)).toMatchObject(problem);
  });

  it('is no projection of an encoder that was not meant', async () => {
    expect(await refused(FIT, { model: 'nope' })).toMatchObject({
      extensions: { code: 'NOT_FOUND', field: 'model' },
    });
    expect(await refused(FIT, { model: 'bad name' })).toMatchObject({
      extensions: { code: 'BAD_USER_INPUT', field: 'model' },
    });
  });

  it('is no projection of fewer texts than directions; the pretrained encoder has one without any model', async () => {
    const EMBED = '{ embed(texts: ["cherry"], dimensions: 8) { projectionVersion } }';
    const fitted = async (dataset: string) => {
      const { fitProjection } = await query(FIT, { model: 'default', dataset });
      return home.ended(fitProjection.id);
    };
    const rows = easyRows(400);
    await store(
      'same',
      rows.map((row, i) => ({ ...row, text: rows[i % 383].text })),
    );
    expect(await fitted('same')).toMatchObject({
      status: 'FAILED',
      error: { code: 'BAD_USER_INPUT', message: expect.stringMatching(/"same" has 383 different texts .*384/) },
    });
    expect((await query(EMBED)).embed).toEqual([{ projectionVersion: 0 }]);
    await store('different', rows);
    expect(await fitted('different')).toMatchObject({ status: 'SUCCEEDED' });
    expect((await query(EMBED)).embed).toEqual([{ projectionVersion: 1 }]);
  });
});
