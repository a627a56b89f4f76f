import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { data, easyRows, finished, type Running, startWorker, TRAIN } from '../system/stage.js';
import { graphql, type Installation, install } from './stage.js';

const STORE =
  'mutation Store($name: String!, $examples: [ExampleInput!]!) { createDataset(name: $name, examples: $examples) { rows } }';
const EVALUATE = 'mutation Evaluate($dataset: String!) { evaluate(version: 1, dataset: $dataset) { id } }';
const COMPARE = 'query Compare($dataset: String!) { compareVersions(a: 1, b: 1, dataset: $dataset) { rows } }';

describe('a data set that a question has encoded', () => {
  let home: Installation;
  let address: string;
  let worker: Running;

  beforeAll(async () => {
    home = await install();
    const limits = { RATE_LIMIT_TEXTS: '200', REQUEST_MAX_TEXTS: '100' };
    [{ address }, worker] = await Promise.all([home.start(limits), startWorker(home.environment)]);
    const { train } = await data(address, TRAIN, { input: { examples: easyRows() } });
    expect(await finished(address, train.id)).toMatchObject({ status: 'SUCCEEDED' });
    for (const [name, from] of [
      ['one', 60],
      ['other', 120],
    ] as const)
      await data(address, STORE, { name, examples: easyRows(from + 60).slice(from) });
  });
  afterAll(async () => {
    await worker?.end('SIGKILL');
    await home.remove();
  });

  it('counts as its rows against what one request may have encoded', async () => {
    const both =
      'compareVersions(a: 1, b: 1, dataset: "one") { rows } other: compareVersions(a: 1, b: 1, dataset: "other") { rows }';
    expect(await graphql(address, `{ ${both} }`)).toMatchObject({
      code: 'TOO_MANY_TEXTS',
      body: expect.stringContaining('has 120 texts to encode: give at most 100'),
    });
  });

  it('counts against what its caller may in a minute, and for nothing once a job has stored its vectors', async () => {
    const compare = () => graphql(address, COMPARE, { variables: { dataset: 'one' } });
    const codes = [await compare(), await compare(), await compare()].map(({ code }) => code);
    expect(codes).toEqual([undefined, undefined, 'RATE_LIMITED']);
    const { evaluate } = await data(address, EVALUATE, { dataset: 'one' });
    await finished(address, evaluate.id);
    expect(await data(address, COMPARE, { dataset: 'one' })).toEqual({ compareVersions: { rows: 60 } });
  });
});
