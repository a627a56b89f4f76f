import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderStore } from '#src/artifacts/folder.js';
import { datasetsOn } from '#src/datasets/store.js';
import { eventually } from '../eventually.js';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import {
  ask,
  data,
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
const DATASET = `query Dataset($name: String!) { dataset(name: $name) {
  rows digest warnings splits { split rows } tasks { task kind unlabelledRows labels { label rows } }
  preview(first: 3) { text split labels { task labels } } } }`;

describe('data sets', () => {
  let queue: RunningQueue;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let environment: Record<string, string>;
  let api: { running: Running; address: string };
  let worker: Running;

  beforeAll(async () => {
    queue = await embedded.prepare();
    folder = await temporaryFolder();
    environment = settingsOver(queue, folder.path);
    [api, worker] = await Promise.all([startApi(environment), startWorker(environment)]);
  });
  afterAll(async () => {
    await Promise.all([api.running.end('SIGKILL'), worker.end('SIGKILL')]);
    await queue.remove();
    await folder.remove();
  });

  const put = async (
    path: string,
    body: string | Buffer,
    type = 'text/csv',
    condition: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; body: Json }> => {
    const response = await fetch(`${api.address}/datasets/${path}`, {
      method: 'PUT',
      body,
      headers: { 'content-type': type, ...condition },
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  const dataset = async (name: string): Promise<Json> => (await data(api.address, DATASET, { name })).dataset;
  const unfinished = () => readdir(join(folder.path, '.unfinished'));

  it('come in as CSV and as JSON lines, and are the same rows', async () => {
    const csv = 'text,topic,tags[],split\r\n"Where, please?",place,a|b,train\r\n"Two\nlines",time,,test\r\n';
    const lines = [
      { text: 'Where, please?', topic: 'place', tags: ['a', 'b'], split: 'TRAINING' },
      { text: 'Two\nlines', topic: 'time', split: 'TEST' },
    ];
    const first = await put('questions', `\ufeff${csv}`);
    expect(first).toMatchObject({ status: 200, body: { name: 'questions', rows: 2 } });
    const second = await put('lines', lines.map((line) => JSON.stringify(line)).join('\n'), 'application/x-ndjson');
    expect(second.body.digest).toBe(first.body.digest);
    expect(await dataset('questions')).toMatchObject({
      rows: 2,
      splits: [
        { split: 'TRAINING', rows: 1 },
        { split: 'TEST', rows: 1 },
      ],
      tasks: [
        { task: 'tags', kind: 'MULTI_LABEL', unlabelledRows: 1 },
        {
          task: 'topic',
          kind: 'SINGLE_LABEL',
          labels: [
            { label: 'place', rows: 1 },
            { label: 'time', rows: 1 },
          ],
        },
      ],
      preview: [
        {
          text: 'Where, please?',
          split: 'TRAINING',
          labels: [
            { task: 'topic', labels: ['place'] },
            { task: 'tags', labels: ['a', 'b'] },
          ],
        },
        { text: 'Two\nlines', split: 'TEST' },
      ],
    });
    const only = '{ dataset(name: "questions") { preview(task: "topic", label: "time") { text } } }';
    expect((await data(api.address, only)).dataset.preview).toEqual([{ text: 'Two\nlines' }]);
  });

  it('have the same labels whichever way they come, and tell which differ only in case', async () => {
    const [composed, apart] = ['caf\u00e9', 'cafe\u0301'];
    const csv = await put('labels', `text;topic;tags[]\none;${apart};x| y\ntwo; Sports ;|\nthree;sports;\n`);
    expect(csv).toMatchObject({
      status: 200,
      body: {
        warnings: expect.arrayContaining([
          'task topic: labels that differ only in case are learned as labels of their own: "Sports" and "sports"',
        ]),
      },
    });
    const row = (text: string, topic: string, tags?: string[]) => ({
      text,
      labels: [{ task: 'topic', label: topic }, ...(tags ? [{ task: 'tags', labels: tags }] : [])],
    });
    const rows = [row('one', ` ${apart}`, [' x', 'y ']), row('two', 'Sports\t', []), row('three', ' sports ')];
    const create = 'mutation C($rows: [ExampleInput!]!) { createDataset(name: "labels", examples: $rows) { digest } }';
    expect((await data(api.address, create, { rows })).createDataset.digest).toBe(csv.body.digest);

    const { digest } = (await data(api.address, create, { rows: rows.slice(0, 1) })).createDataset;
    const add =
      'mutation A($digest: String!, $rows: [ExampleInput!]!) { addExamples(dataset: "labels", digest: $digest, examples: $rows) { digest } }';
    expect((await data(api.address, add, { digest, rows: rows.slice(1) })).addExamples.digest).toBe(csv.body.digest);

    const change =
      'mutation L($digest: String!) { labelExamples(dataset: "labels", digest: $digest, changes: [{ row: 2, task: "topic", label: " Sports " }]) { tasks { labels { label } } } }';
    const { labelExamples } = await data(api.address, change, { digest: csv.body.digest });
    expect(labelExamples.tasks[1].labels).toEqual([{ label: 'Sports' }, { label: composed }]);

    const look = 'query P($label: String!) { dataset(name: "labels") { preview(label: $label) { text } } }';
    for (const label of [composed, apart, ` ${composed} `])
      expect((await data(api.address, look, { label })).dataset.preview).toEqual([{ text: 'one' }]);
    // As an earlier release stored it.
    await datasetsOn(folderStore(folder.path)).create('labels', [{ text: 'old', labels: { topic: ` ${apart}` } }]);
    for (const label of [composed, ` ${apart}`])
      expect((await data(api.address, look, { label })).dataset.preview).toEqual([{ text: 'old' }]);

    const plan = 'query P($input: TrainInput!) { trainingPlan(input: $input) { warnings heads { labels } } }';
    const examples = ['Sports', ' Sports ', 'sports', 'sports\n'].map((label, i) => row(`text ${i}`, label));
    expect((await data(api.address, plan, { input: { model: 'new', examples } })).trainingPlan).toEqual({
      warnings: [expect.stringMatching(/differ only in case .*"Sports" and "sports"/)],
      heads: [{ labels: ['Sports', 'sports'] }],
    });
    // A data set has said so itself.
    await data(api.address, create, { rows: examples });
    expect((await data(api.address, plan, { input: { model: 'new', dataset: 'labels' } })).trainingPlan).toEqual({
      warnings: [],
      heads: [{ labels: ['Sports', 'sports'] }],
    });
    expect((await ask(api.address, create, { rows: [row('one', ' \n')] })).errors[0]).toMatchObject({
      extensions: { code: 'BAD_USER_INPUT', field: 'examples[0].labels[0].label' },
    });
  });

  it('have no more tasks, and no more labels a task, than there may be, whichever way they come', async () => {
    const row = (task: string, label: string) => ({ text: `${task} ${label}`, labels: [{ task, label }] });
    const rows = Array.from({ length: 10_000 }, (_, i) => row('topic', `l${i}`));
    const create = 'mutation C($rows: [ExampleInput!]!) { createDataset(name: "full", examples: $rows) { digest } }';
    const { errors } = await ask(api.address, create, { rows: [...rows, row('topic', 'one more')] });
    expect(errors).toMatchObject([
      {
        message:
          'examples[10000].labels[0].label is "one more": task "topic" has 10000 labels already: give at most 10000.',
        extensions: { code: 'BAD_USER_INPUT', field: 'examples[10000].labels[0].label' },
      },
    ]);
    expect(await dataset('full')).toBeNull();

    const { digest } = (await data(api.address, create, { rows })).createDataset;
    const add =
      'mutation A($digest: String!, $rows: [ExampleInput!]!) { addExamples(dataset: "full", digest: $digest, examples: $rows) { rows } }';
    const many = Array.from({ length: 100 }, (_, i) => row(`t${i}`, 'a'));
    for (const [added, field] of [
      [[row('topic', 'l7'), row('topic', 'one more')], 'examples[1].labels[0].label'],
      [many, 'examples[99].labels[0].task'],
    ] as const)
      expect((await ask(api.address, add, { digest, rows: added })).errors).toMatchObject([
        { extensions: { code: 'BAD_USER_INPUT', field } },
      ]);
    expect((await data(api.address, add, { digest, rows: [row('topic', 'l7')] })).addExamples.rows).toBe(10_001);

    const plan = 'query P($input: TrainInput!) { trainingPlan(input: $input) { warnings } }';
    const tasks = { model: 'full', examples: [...many, row('t100', 'a')] };
    expect((await ask(api.address, plan, { input: tasks })).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', field: 'examples[100].labels[0].task' } },
    ]);
  });

  it('stay as they were where an upload is wrong, is cut off, or its server dies', async () => {
    await put('kept', 'text,topic\nold,a\n');
    const { digest } = await dataset('kept');
    const refused = await put('kept', 'text,topic\nnew,a\n,b\n');
    expect(refused).toMatchObject({
      status: 400,
      body: {
        errorCount: 1,
        errors: [{ extensions: { code: 'BAD_USER_INPUT', line: 3, column: 'text', value: '""' } }],
      },
    });
    const beginUpload = async () => {
      const headers = { 'content-type': 'text/csv' };
      const upload = request(`${api.address}/datasets/kept`, { method: 'PUT', headers }).on('error', () => {});
      upload.write(`text,topic\n${'a new row,b\n'.repeat(300_000)}`);
      await eventually('the upload to be on its way', async () => (await unfinished()).length > 0);
      return upload;
    };
    (await beginUpload()).destroy();
    await eventually('nothing to be left of it', async () => (await unfinished()).length === 0);
    expect((await dataset('kept')).digest).toBe(digest);
    await beginUpload();
    await api.running.end('SIGKILL');
    api = await startApi(environment);
    expect((await dataset('kept')).digest).toBe(digest);
  });

  it('stay as they are where an upload says that they must be others, or not be there at all', async () => {
    const [old, other] = ['text,topic\nfirst,a\n', 'text,topic\nsecond,b\n'];
    const onlyNew = { 'if-none-match': '*' };
    expect(await put('guarded', old, 'text/csv', { 'if-match': '*' })).toMatchObject({
      status: 412,
      body: { errors: [{ extensions: { code: 'CONFLICT', field: 'If-Match' } }] },
    });
    const { status, body } = await put('guarded', old, 'text/csv', onlyNew);
    expect(status).toBe(200);
    // The same rows replace nothing: an upload whose answer was lost is sent again.
    expect((await put('guarded', old, 'text/csv', onlyNew)).status).toBe(200);
    expect(await put('guarded', other, 'text/csv', onlyNew)).toMatchObject({
      status: 412,
      body: {
        errors: [{ message: expect.stringMatching(/"guarded" is there with other rows, 1 of them, stored 20/) }],
      },
    });
    expect((await put('guarded', other, 'text/csv', { 'if-match': '"0", "1"' })).status).toBe(412);
    expect((await dataset('guarded')).digest).toBe(body.digest);
    expect((await put('guarded', other, 'text/csv', { 'if-match': `"0", "${body.digest}"` })).status).toBe(200);
    expect((await put('guarded', old, 'text/csv', { 'if-match': '*' })).status).toBe(200);
    for (const none of ['"*"', `"0,${body.digest}"`, '"0, *"', `W/"${body.digest}"`])
      expect([none, (await put('guarded', other, 'text/csv', { 'if-match': none })).status]).toEqual([none, 412]);
    const unclears: Readonly<Record<string, string>>[] = [
      { 'if-none-match': '"0"' },
      { 'if-match': '*, "0"' },
      { 'if-match': body.digest },
    ];
    for (const unclear of unclears) expect((await put('guarded', other, 'text/csv', unclear)).status).toBe(400);
    expect((await dataset('guarded')).digest).toBe(body.digest);
  });

  it('stay as they are where two upload at once under a name that is new, but for one of the two', async () => {
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((label) =>
        put('raced', `text,topic\nx,${label}\n`, 'text/csv', { 'if-none-match': '*' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
  });

  it.each([
    ['no name!', 'text\na', 'text/csv', 400, /^name is/],
    ['a', 'text\na', 'application/pdf', 415, /text\/csv or application\/x-ndjson/],
    ['a?label=x', 'text\na', 'text/csv', 400, /parameter "label" is not known/],
    ['a?split=Split', 'text,topic,split\na,b,test', 'text/csv', 400, /^split is "Split": the columns are text, topic/],
    ['a?task.t=topik', '{"text": "a", "topic": "b"}', 'application/x-ndjson', 400, /^task.t is "topik"/],
    ['a', Buffer.from('text,topic\na,b\n', 'utf16le'), 'text/csv', 400, /charset=utf-16le/],
    ['a', '', 'text/csv', 400, /empty/],
    ['a', 'text,topic\n', 'text/csv', 400, /no rows/],
    ['a', 'text\na', 'text/csv; charset=klingon', 400, /charset is "klingon"/],
  ])('are refused with a reason: %s', async (path, body, type, status, message) => {
    const answer = await put(path, body, type);
    expect(answer).toMatchObject({ status, body: { errors: [{ message: expect.stringMatching(message) }] } });
    expect(await dataset('a')).toBeNull();
  });

  it('are refused where they are packed, naming the header that says so', async () => {
    const response = await fetch(`${api.address}/datasets/packed`, {
      method: 'PUT',
      body: gzipSync('text,topic\na,b\n'),
      headers: { 'content-type': 'text/csv', 'content-encoding': 'gzip' },
    });
    expect([response.status, await response.json()]).toMatchObject([
      415,
      { errors: [{ message: expect.stringContaining('"gzip"'), extensions: { field: 'Content-Encoding' } }] },
    ]);
  });

  it('are learned from as their rows say, and any version is measured on them', async () => {
    const row = (i: number, split: string) =>
      `${i % 2 ? 'I love this number' : 'I hate this number'} ${i},${i % 2 ? 'good' : 'bad'},${split}`;
    const rows = Array.from({ length: 60 }, (_, i) => row(i, i < 40 ? 'train' : i < 50 ? 'val' : 'test'));
    expect(await put('reviews', `text,mood,split\n${rows.join('\n')}`)).toMatchObject({
      status: 200,
      body: { warnings: [] },
    });
    const { train } = await data(api.address, TRAIN, { input: { model: 'reviews', dataset: 'reviews' } });
    const job = await finished(api.address, train.id);
    expect(job).toMatchObject({ status: 'SUCCEEDED', metrics: [{ task: 'mood', support: 10 }] });
    expect(job.history[0].tasks).toMatchObject([{ support: 10 }]);
    const folderOf = join(folder.path, 'models', 'reviews', 'versions', '1', 'version.json');
    expect(JSON.parse(await readFile(folderOf, 'utf8')).datasetDigest).toBe((await dataset('reviews')).digest);
  });

  it('are not deleted under a job that waits for them', async () => {
    await worker.end('SIGTERM');
    const { train } = await data(api.address, TRAIN, { input: { model: 'reviews', dataset: 'reviews' } });
    const remove = 'mutation { deleteDataset(name: "reviews") }';
    const { errors } = await ask(api.address, remove);
    expect(errors[0]).toMatchObject({ message: expect.stringContaining(train.id), extensions: { code: 'CONFLICT' } });
    await data(api.address, 'mutation Cancel($id: ID!) { cancelTraining(id: $id) { status } }', { id: train.id });
    expect((await data(api.address, remove)).deleteDataset).toBe(true);
    expect(await dataset('reviews')).toBeNull();
  });
});
