import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '#src/safetensors/read.js';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import {
  ask,
  data,
  easyRows,
  finished,
  type Json,
  type Running,
  settingsOver,
  startApi,
  startWorker,
  TRAIN,
  temporaryFolder,
} from './stage.js';

const embedded = kinds.find(({ name }) => name === 'embedded') ?? kinds[0];

describe('the life of a model', () => {
  let queue: RunningQueue;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let api: { running: Running; address: string };
  let other: { running: Running; address: string };
  let worker: Running;

  beforeAll(async () => {
    queue = await embedded.prepare();
    folder = await temporaryFolder();
    const environment = settingsOver(queue, folder.path);
    [api, other, worker] = await Promise.all([
      startApi(environment),
      startApi(environment),
      startWorker({ ...environment, WORKER_CONCURRENCY: '2', KEEP_VERSIONS: '4' }),
    ]);
    await store('easy', easyRows());
  });
  afterAll(async () => {
    await Promise.all([api, other].map(({ running }) => running.end('SIGKILL')));
    await worker.end('SIGKILL');
    await queue.remove();
    await folder.remove();
  });

  const store = (name: string, examples: object[]) =>
    data(
      api.address,
      'mutation Store($name: String!, $examples: [ExampleInput!]!) { createDataset(name: $name, examples: $examples) { rows } }',
      { name, examples },
    );
  const asked = async (input: object): Promise<Json> => (await data(api.address, TRAIN, { input })).train;
  const trained = async (input: object): Promise<Json> => finished(api.address, (await asked(input)).id);
  const refused = async (query: string, variables: object = {}): Promise<Json> =>
    (await ask(api.address, query, variables)).errors[0];
  const query = (text: string, variables: object = {}) => data(api.address, text, variables);
  const versions = async (model: string): Promise<number[]> =>
    (
      await query('query Versions($model: String!) { model(name: $model) { versions { number } } }', { model })
    ).model.versions.map(({ number }: Json) => number);
  const weights = async (model: string, version: number) =>
    readSafetensors(
      await readFile(join(folder.path, 'models', model, 'versions', String(version), 'heads.safetensors')),
    ).tensors;

  it('goes on: a task is added, and the head that was there keeps its weights, byte for byte', async () => {
    expect(await trained({ model: 'easy', dataset: 'easy', tasks: ['fruit'] })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await trained({ model: 'easy', dataset: 'easy', tasks: ['mood'] })).toMatchObject({
      promotion: { promoted: true, reason: expect.stringContaining('mood is new') },
      version: { number: 2, parent: 1 },
    });
    const [before, after] = [await weights('easy', 1), await weights('easy', 2)];
    for (const [name, tensor] of before)
      expect(after.get(name), name).toEqual({ ...tensor, offset: expect.any(Number) });
    expect([...after.keys()]).toContain('mood/output.weight');
  });

  it('shows the rows it was made from, whatever their name means by now', async () => {
    await store('changing', easyRows());
    expect(await trained({ model: 'changed', dataset: 'changing' })).toMatchObject({ status: 'SUCCEEDED' });
    await store('changing', easyRows(12).slice(6));
    await query('mutation { deleteDataset(name: "changing") }');
    const { model } = await query(
      '{ model(name: "changed") { production { dataset examples(first: 2, task: "fruit", label: "cherry") { text labels { task labels } } } } }',
    );
    expect(model.production).toMatchObject({ dataset: 'changing', examples: [{ text: easyRows()[2].text }, {}] });
    expect(model.production.examples[0].labels[0]).toEqual({ task: 'fruit', labels: ['cherry'] });
  });

  it('is explained by the rows it learned from that lie nearest', async () => {
    const { explain } = await query(
      '{ explain(text: "I love this wonderful cherry.", task: "fruit", model: "easy", first: 5) { row text labels similarity } }',
    );
    expect(explain).toHaveLength(5);
    expect(explain[0]).toMatchObject({
      labels: ['cherry'],
      text: expect.stringContaining('love this wonderful cherry'),
    });
    const similarities = explain.map(({ similarity }: Json) => similarity);
    expect(similarities).toEqual([...similarities].sort((a, b) => b - a));
    const rows = easyRows();
    for (const { row, text } of explain) expect(rows[row].text).toBe(text);
    expect(await refused('{ explain(text: "a", task: "nothing", model: "easy") { row } }')).toMatchObject({
      extensions: { code: 'NOT_FOUND', field: 'task' },
    });
  });

  it('takes a label under another name with the weights it had, without learning', async () => {
    const renamed = easyRows().map(({ text, labels }) => ({
      text,
      labels: labels.map((each) => (each.label === 'cherry' ? { ...each, label: 'berry' } : each)),
    }));
    await store('renamed', renamed);
    const meant = await asked({ model: 'easy', dataset: 'renamed', promote: 'NEVER' });
    const { trainingJob } = await query('query Job($id: ID!) { trainingJob(id: $id) { warnings } }', meant);
    expect(trainingJob.warnings).toEqual([expect.stringMatching(/no row with "cherry" of task "fruit".*rename/)]);
    await finished(api.address, meant.id);
    const job = await trained({
      model: 'easy',
      dataset: 'renamed',
      rename: [{ task: 'fruit', label: 'cherry', to: 'berry' }],
      freeze: { heads: ['fruit', 'mood'] },
      promote: 'ALWAYS',
    });
    expect(job).toMatchObject({
      status: 'SUCCEEDED',
      version: { number: 4, tasks: [{ labels: ['apple', 'banana', 'berry'] }, {}] },
      metrics: [{ task: 'fruit', accuracy: 1 }, {}],
    });
    expect(await weights('easy', 4)).toEqual(await weights('easy', 2));
    const { classify } = await query(
      '{ classify(texts: ["I love this wonderful cherry"], model: "easy", tasks: ["fruit"]) { predictions { label } } }',
    );
    expect(classify[0].predictions[0].label).toBe('berry');
  });

  it('loses a label, or a task, only where that is said', async () => {
    const rows = easyRows()
      .filter(({ labels }) => labels.some(({ label }) => label !== 'cherry' && label !== 'happy' && label !== 'sad'))
      .map(({ text, labels }) => ({ text, labels: labels.filter(({ task }) => task === 'fruit') }));
    const job = await trained({
      model: 'easy',
      examples: rows,
      baseVersion: 1,
      remove: [{ task: 'fruit', label: 'cherry' }],
      promote: 'NEVER',
    });
    expect(job).toMatchObject({ version: { tasks: [{ task: 'fruit', labels: ['apple', 'banana'] }] } });
    expect(
      await refused(TRAIN, { input: { model: 'easy', examples: rows, remove: [{ task: 'fruit', label: 'apple' }] } }),
    ).toMatchObject({
      extensions: { code: 'BAD_USER_INPUT', field: 'examples' },
    });
  });

  it('tells how two versions differ on rows that neither learned from, and where', async () => {
    const shuffled = easyRows(200).map(({ text, labels }, i) => ({
      text: `${text} Again.`,
      labels: labels.map((each) => (each.task === 'fruit' && i % 2 ? { ...each, label: 'apple' } : each)),
    }));
    await trained({ model: 'compared', dataset: 'easy' });
    await trained({ model: 'compared', examples: shuffled, promote: 'NEVER' });
    await store('fresh', easyRows(120).slice(60));
    const COMPARE = `query Compare($dataset: String!, $learned: Boolean! = false) { compareVersions(model: "compared", a: 1, b: 2, dataset: $dataset, learnedRows: $learned) {
      rows learnedRows tasks { task rows accuracy { a b value low high } macroF1 { value } disagreementCount disagreements(first: 2) { row text labels a b } } } }`;
    const { compareVersions } = await query(COMPARE, { dataset: 'fresh' });
    expect(compareVersions).toMatchObject({ rows: 60, learnedRows: 0 });
    const [fruit, mood] = compareVersions.tasks;
    expect(fruit).toMatchObject({ task: 'fruit', rows: 60, accuracy: { a: 1 } });
    expect(fruit.accuracy.high).toBeLessThan(0);
    expect(fruit.accuracy.value).toBeCloseTo(fruit.accuracy.b - 1, 9);
    expect(fruit.disagreementCount).toBe(Math.round(60 * (1 - fruit.accuracy.b)));
    expect(fruit.disagreements[0]).toMatchObject({ a: fruit.disagreements[0].labels, b: ['apple'] });
    expect(mood).toMatchObject({
      task: 'mood',
      accuracy: { a: 1, b: 1, value: 0, low: 0, high: 0 },
      disagreementCount: 0,
    });
    // One row in ten of the data set was held back.
    expect((await query(COMPARE, { dataset: 'easy' })).compareVersions).toMatchObject({ rows: 6, learnedRows: 54 });
    expect((await query(COMPARE, { dataset: 'easy', learned: true })).compareVersions).toMatchObject({ rows: 60 });
  });

  it('has heads of both kinds on rows that are labelled for one or the other', async () => {
    const rows = easyRows(80).map(({ text, labels }, i) => {
      const [fruit, mood] = labels.map(({ label }) => label);
      const tags = [...(fruit === 'apple' ? [] : ['juicy']), ...(mood === 'happy' ? ['praise'] : [])];
      return { text, labels: i % 2 === Math.floor(i / 20) % 2 ? [labels[0]] : [{ task: 'tags', labels: tags }] };
    });
    expect(await trained({ model: 'mixed', examples: rows })).toMatchObject({
      status: 'SUCCEEDED',
      metrics: [
        { task: 'fruit', support: 4 },
        { task: 'tags', support: 4 },
      ],
    });
    const { classify } = await query(
      '{ classify(texts: ["I love this wonderful cherry"], model: "mixed") { predictions { task label labels } } }',
    );
    expect(classify[0].predictions).toEqual([
      { task: 'fruit', label: 'cherry', labels: ['cherry'] },
      { task: 'tags', label: null, labels: expect.arrayContaining(['juicy', 'praise']) },
    ]);
    const thresholds = '{ model(name: "mixed") { production { tasks { kind thresholds } } } }';
    const [single, multi] = (await query(thresholds)).model.production.tasks;
    expect(single).toEqual({ kind: 'SINGLE_LABEL', thresholds: null });
    expect(multi.thresholds).toHaveLength(2);
  });

  it('says that a text is none of what it knows, where that is allowed', async () => {
    const ABSTAIN =
      'query Abstain($texts: [String!]!, $allow: Boolean!) { classify(texts: $texts, model: "compared", version: 1, tasks: ["fruit"], allowAbstain: $allow) { predictions { label abstained outOfScopeScore } } }';
    const texts = ['I hate this terrible banana number 7.', 'The parliament debated the new pension law.'];
    const said = async (allow: boolean) =>
      (await query(ABSTAIN, { texts, allow })).classify.map(({ predictions }: Json) => predictions[0]);
    const [inside, outside] = await said(true);
    expect(inside).toMatchObject({ label: 'banana', abstained: false });
    expect(outside).toMatchObject({ label: null, abstained: true });
    expect(outside.outOfScopeScore).toBeGreaterThan(inside.outOfScopeScore);
    expect((await said(false))[1]).toMatchObject({ label: expect.any(String), abstained: false });
  });

  it('gets a version from each of two trainings at once, and keeps the newest and the aliased', async () => {
    const jobs = await Promise.all(
      [1, 2, 3].map((seed) => asked({ model: 'kept', dataset: 'easy', seed, promote: 'NEVER' })),
    );
    for (const { id } of jobs) await finished(api.address, id);
    expect(await versions('kept')).toEqual([3, 2, 1]);
    await query('mutation { promote(model: "kept", version: 1, alias: "first") { name } }');
    const pair = await Promise.all(
      [4, 5].map((seed) => asked({ model: 'kept', dataset: 'easy', seed, promote: 'NEVER' })),
    );
    const numbers = [];
    for (const { id } of pair) numbers.push((await finished(api.address, id)).version.number);
    expect(numbers.sort()).toEqual([4, 5]);
    expect(await versions('kept')).toEqual([5, 4, 3, 2, 1]);
    await trained({ model: 'kept', dataset: 'easy', seed: 6, promote: 'NEVER' });
    expect(await versions('kept')).toEqual([6, 5, 4, 3, 1]);
    const { pruneVersions } = await query(
      'mutation { pruneVersions(model: "kept", keep: 1) { versions { number } history(first: 1) { kind version by } } }',
    );
    expect(pruneVersions).toEqual({
      versions: [{ number: 6 }, { number: 1 }],
      history: [{ kind: 'VERSION_DELETED', version: 5, by: 'anonymous' }],
    });
    expect(await refused('mutation { pruneVersions(model: "kept", keep: 0) { name } }')).toMatchObject({
      extensions: { code: 'BAD_USER_INPUT', field: 'keep' },
    });
  });

  it('is promoted by two APIs at once without losing a word of either', async () => {
    const promote = (address: string, version: number) =>
      data(address, 'mutation Promote($version: Int!) { promote(model: "easy", version: $version) { name } }', {
        version,
      });
    const count = async () =>
      (await query('{ model(name: "easy") { history(first: 1000) { kind } } }')).model.history.length;
    const before = await count();
    const there = await versions('easy');
    await Promise.all(
      Array.from({ length: 10 }, (_, i) => promote(i % 2 ? api.address : other.address, there[i % there.length])),
    );
    expect(await count()).toBe(before + 10);
    const served =
      '{ model(name: "easy") { aliases { version } history(first: 1) { version } } classify(texts: ["a"], model: "easy") { version } }';
    for (const { address } of [api, other]) {
      const { model } = await data(address, served);
      expect(model.aliases[0].version).toBe(model.history[0].version);
    }
  });

  it('has vectors of any length: by the projection that comes with Manyhead, or one that is fitted', async () => {
    const EMBED = '{ embed(texts: ["cherry", "banana"], dimensions: 64) { dimensions projectionVersion vector } }';
    const [shipped] = (await query(EMBED)).embed;
    expect(shipped).toMatchObject({ dimensions: 64, projectionVersion: 0 });
    await store('large', easyRows(400));
    const { fitProjection } = await query('mutation { fitProjection(dataset: "large", model: "easy") { id kind } }');
    expect(fitProjection.kind).toBe('FIT_PROJECTION');
    expect(await finished(api.address, fitProjection.id)).toMatchObject({ status: 'SUCCEEDED' });
    const [fitted] = (await query(EMBED)).embed;
    expect(fitted.projectionVersion).toBe(1);
    expect(fitted.vector).not.toEqual(shipped.vector);
    const pinned = EMBED.replace('64)', '64, projectionVersion: 0)');
    expect((await query(pinned)).embed[0]).toEqual(shipped);
    expect(await refused(EMBED.replace('64)', '64, projectionVersion: 7)'))).toMatchObject({
      extensions: { code: 'NOT_FOUND', field: 'projectionVersion' },
    });
  });

  it('tells how alike texts are, and cuts long ones where they turn', async () => {
    const { similarity } = await query('{ similarity(a: ["a cat", "the stock market"], b: ["a kitten", "a cat"]) }');
    expect(similarity[0][1]).toBeCloseTo(1, 4);
    expect(similarity[0][0]).toBeGreaterThan(similarity[1][0]);
    const text =
      'Cats sleep all day. Cats like milk. Kittens play with wool. Shares fell in London. The bank raised its rates. Investors sold bonds.';
    const CHUNK =
      'query Chunk($text: String!, $threshold: Float) { chunk(text: $text, maxTokens: 24, similarityThreshold: $threshold) { text start end tokens } }';
    const { chunk } = await query(CHUNK, { text });
    expect(chunk.map((each: Json) => text.slice(each.start, each.end)).join('')).toBe(text);
    expect(chunk.find((each: Json) => each.text.includes('Shares')).text).toMatch(/^Shares/);
    for (const { tokens } of chunk) expect(tokens).toBeLessThanOrEqual(24);
  });
});
