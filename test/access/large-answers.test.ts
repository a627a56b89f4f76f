import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { data, easyRows, finished, type Json, type Running, startWorker, TRAIN } from '../system/stage.js';
import { graphql, type Installation, install, send, talk } from './stage.js';

const fill = (count: number, part: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => part(i)).join(' ');
const texts = (count: number): string[] => Array.from({ length: count }, (_, i) => `text ${i % 20}`);
const classify = (fields: string): string =>
  `query($texts: [String!]!) { classify(texts: $texts) { predictions { ${fields} } } }`;
const PREVIEW = '{ dataset(name: "fruit") { preview(first: 1000, task: "fruit", label: "none") { row } } }';

describe('an answer', () => {
  let home: Installation;
  /** As it is without settings, and with limits that a test reaches. */
  let api: { address: string; running: Running };
  let small: { address: string; running: Running };
  let worker: Running;

  beforeAll(async () => {
    home = await install();
    const limits = {
      REQUEST_MAX_VALUES: '5000',
      REQUEST_MAX_NUMBERS: '3840',
      REQUEST_MAX_CHARACTERS: '20000',
      REQUEST_MAX_ROWS: '200',
    };
    [api, small, worker] = await Promise.all([home.start(), home.start(limits), startWorker(home.environment)]);
    const { train } = await data(api.address, TRAIN, { input: { examples: easyRows(), dataset: undefined } });
    expect(await finished(api.address, train.id)).toMatchObject({ status: 'SUCCEEDED' });
    const store = 'mutation($rows: [ExampleInput!]!) { createDataset(name: "fruit", examples: $rows) { rows } }';
    await data(api.address, store, { rows: easyRows(150) });
  });
  afterAll(async () => {
    await worker?.end('SIGKILL');
    await home.remove();
  });

  const answer = async (address: string, query: string, variables: object = {}): Promise<Json> => {
    const reply = await graphql(address, query, { variables });
    expect(reply).toMatchObject({ status: 200, code: undefined });
    return JSON.parse(reply.body).data;
  };

  it.each([
    ['labels and scores', 'values', 5_000, classify(fill(15, (i) => `a${i}: scores { label score }`)), 100],
    [
      'the same in fragments',
      'values',
      5_000,
      `${classify('scores { ...All ...All }')} fragment All on LabelScore { ${fill(9, (i) => `b${i}: label`)} }`,
      80,
    ],
    [
      'rows of a data set',
      'values',
      5_000,
      `{ dataset(name: "fruit") { preview(first: 150) { ${fill(29, (i) => `a${i}: row`)} ...More } } } fragment More on Example { row text labels { labels task } }`,
      0,
    ],
    [
      'what a text is like',
      'values',
      5_000,
      `{ ${fill(29, (i) => `a${i}: explain(text: "apple", task: "fruit", first: 50) { row similarity labels }`)} }`,
      0,
    ],
    [
      'labels of rows',
      'values',
      5_000,
      `{ dataset(name: "fruit") { preview(first: 150) { ${fill(20, (i) => `a${i}: labels { task labels }`)} } } }`,
      0,
    ],
    [
      'vectors under many names',
      'numbers of vectors',
      3_840,
      `query($texts: [String!]!) { embed(texts: $texts) { ${fill(11, (i) => `v${i}: vector`)} } }`,
      1,
    ],
    [
      'vectors in base64',
      'numbers of vectors',
      3_840,
      `query($texts: [String!]!) { embed(texts: $texts, encoding: BASE64) { ${fill(11, (i) => `v${i}: vector`)} } }`,
      1,
    ],
    ['similarities', 'numbers of vectors', 3_840, 'query($texts: [String!]!) { similarity(a: $texts, b: $texts) }', 62],
    [
      'long texts',
      'characters',
      20_000,
      `query($texts: [String!]!) { classify(texts: $texts) { ${fill(30, (i) => `t${i}: text`)} } }`,
      120,
    ],
    [
      'pieces of a text',
      'values',
      5_000,
      `query($texts: String!) { chunk(text: $texts, maxTokens: 8) { ${fill(25, (i) => `t${i}: start`)} } }`,
      -1_200,
    ],
  ] as const)('of more than it may have is refused, and says of what: %s', async (_, measure, most, query, count) => {
    const variables = count === 0 ? {} : { texts: count < 0 ? texts(-count).join('. ') : texts(count) };
    const reply = await graphql(small.address, query, { variables });
    expect(reply.code).toBe('ANSWER_TOO_LARGE');
    expect(reply.body).toContain(`The request has more than ${most} ${measure} in its answer: give at most ${most}.`);
    expect(await graphql(api.address, query, { variables })).toMatchObject({ status: 200, code: undefined });
  });

  it('counts the characters of labels with those of texts', async () => {
    const { address, running } = await home.start({ REQUEST_MAX_CHARACTERS: '500' });
    const query = '{ dataset(name: "fruit") { preview(first: 150) { labels { labels } } } }';
    expect((await graphql(address, query)).body).toContain('more than 500 characters in its answer');
    await running.end('SIGKILL');
  });

  it('is refused over a WebSocket, too', async () => {
    const client = await talk(small.address);
    client.say({ type: 'connection_init' });
    await client.hears('connection_ack');
    const query = `{ embed(texts: ["x"]) { ${fill(11, (i) => `v${i}: vector`)} } }`;
    client.say({ type: 'subscribe', id: '1', payload: { query } });
    const { payload } = await client.hears('next');
    expect(payload).toMatchObject({ data: null, errors: [{ extensions: { code: 'ANSWER_TOO_LARGE' } }] });
    client.end();
  });

  it('counts for itself: the next one of the same caller may have as much', async () => {
    for (let i = 0; i < 3; i++) await answer(small.address, classify('scores { label score }'), { texts: texts(300) });
  });

  it('is made of so many rows that are read, and no more', async () => {
    await answer(small.address, PREVIEW);
    const twice = '{ dataset(name: "fruit") { a: preview(label: "none") { row } b: preview(label: "none") { row } } }';
    const reply = await graphql(small.address, twice);
    expect(reply).toMatchObject({
      code: 'TOO_MANY_ROWS',
      body: expect.stringContaining('has more than 200 rows of data sets to read: give at most 200'),
    });
    await answer(api.address, twice);
    const compare = (learnedRows: boolean) =>
      `{ compareVersions(a: 1, b: 1, dataset: "fruit", learnedRows: ${learnedRows}) { rows } }`;
    await answer(small.address, compare(true));
    expect(await graphql(small.address, compare(false))).toMatchObject({ code: 'TOO_MANY_ROWS' });
    await answer(api.address, compare(false));
  });

  /** The longest that the API let others wait since it was asked last, in seconds. */
  const longestWait = async (): Promise<number> => {
    const { body } = await send(`${api.address}/metrics`);
    return Number(body.match(/^nodejs_eventloop_lag_max_seconds (\S+)/m)?.[1]);
  };

  it.each([
    ['scores of 4,096 texts', classify(fill(11, (i) => `a${i}: scores { label score }`))],
    ['what two heads say', classify('task label confidence abstained labels scores { label score }')],
  ])('that is long is made in turns with all else: %s', async (_, query) => {
    await answer(api.address, query, { texts: texts(20) });
    await longestWait();
    const begun = performance.now();
    const { classify: found } = await answer(api.address, query, { texts: texts(4_096) });
    const seconds = (performance.now() - begun) / 1000;
    expect(found).toHaveLength(4_096);
    expect(await longestWait()).toBeLessThan(Math.max(0.2, seconds / 2));
  });

  it('has room for 4,096 texts in whole vectors', async () => {
    const query = 'query($texts: [String!]!) { embed(texts: $texts) { vector dimensions tokens truncated } }';
    const { embed } = await answer(api.address, query, { texts: texts(4_096) });
    expect(embed).toHaveLength(4_096);
    expect(embed[4_095]).toMatchObject({ dimensions: 384, truncated: false });
  });

  it('ends with the caller who waited for it: no more rows are read', async () => {
    const rows = `text,fruit\n${'some text of a few words,apple\n'.repeat(200_000)}`;
    const upload = { method: 'PUT', headers: { 'content-type': 'text/csv' }, body: rows };
    expect(await send(`${api.address}/datasets/long`, upload)).toMatchObject({ status: 200 });
    const openFiles = async (): Promise<number> =>
      Number((await send(`${api.address}/metrics`)).body.match(/^process_open_fds (\S+)/m)?.[1]);
    const before = await openFiles();
    const query = `{ dataset(name: "long") { ${fill(20, (i) => `a${i}: preview(label: "none") { row }`)} } }`;
    const leaving = request(`${api.address}/graphql`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json' },
    });
    leaving.on('error', () => {});
    leaving.end(JSON.stringify({ query }));
    await eventually('20 readers at work', async () => (await openFiles()) > before + 15);
    const left = performance.now();
    leaving.destroy();
    await eventually('readers that have ended', async () => (await openFiles()) < before + 3, 60_000);
    const seconds = (performance.now() - left) / 1000;
    const begun = performance.now();
    await answer(api.address, '{ dataset(name: "long") { preview(label: "none") { row } } }');
    expect(seconds).toBeLessThan((5 * (performance.now() - begun)) / 1000);
  });

  it('that is longer in JSON than any text may be is refused, and counted as that', async () => {
    // Each of them takes six characters in JSON.
    const rows = Array.from({ length: 31 }, (_, i) => ({
      text: `${i} ${'\u0001'.repeat(99_900)}`,
      labels: easyRows(1)[0].labels,
    }));
    await data(
      api.address,
      'mutation($rows: [ExampleInput!]!) { createDataset(name: "odd", examples: $rows) { rows } }',
      { rows },
    );
    const query = `{ dataset(name: "odd") { preview(first: 31) { ${fill(30, (i) => `t${i}: text`)} } } }`;
    expect(await graphql(api.address, query)).toMatchObject({ status: 400, code: 'ANSWER_TOO_LARGE' });
    expect((await send(`${api.address}/metrics`)).body).toMatch(
      /manyhead_request_seconds_count\{type="query",operation="dataset",code="ANSWER_TOO_LARGE"\} 1/,
    );
  });
});

describe('an answer that cannot be written', () => {
  let home: Installation;
  afterAll(() => home.remove());

  it('is an internal error of its request, in the log and in the metrics', async () => {
    home = await install();
    const breaking = fileURLToPath(new URL('broken-writer.child.mjs', import.meta.url));
    const { address, running } = await home.start({ NODE_OPTIONS: `--import=${breaking}` });
    const headers = { 'x-request-id': 'shop-4711' };
    expect(await graphql(address, '{ datasets { name } }', { headers })).toMatchObject({
      status: 500,
      code: 'INTERNAL',
    });
    const { request, msg, id } = JSON.parse((await running.says(/.*a broken writer.*/))[0]);
    expect({ request, msg, id }).toEqual({ request: 'shop-4711', msg: 'a request failed', id: expect.any(String) });
    expect((await send(`${address}/metrics`)).body).toMatch(
      /manyhead_request_seconds_count\{type="query",operation="datasets",code="INTERNAL"\} 1/,
    );
  });
});
