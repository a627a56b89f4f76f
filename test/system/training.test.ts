import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderStore } from '#src/artifacts/folder.js';
import { checkpointsOn } from '#src/jobs/checkpoints.js';
import { giveUp } from '#src/jobs/give-up.js';
import { jobRecordsOn } from '#src/jobs/records.js';
import { registryOn } from '#src/registry/registry.js';
import { readSafetensors } from '#src/safetensors/read.js';
import { eventually } from '../eventually.js';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import { skips } from '../queue/skips.js';
import {
  ask,
  data,
  easyRows,
  finished,
  JOB,
  type Json,
  type Running,
  settingsOver,
  startApi,
  startWorker,
  subscription,
  TRAIN,
  temporaryFolder,
} from './stage.js';

/** Rows enough to keep a worker busy for some seconds. */
const manyRows = () => easyRows(1500);
const LONG = { epochs: 1000, patience: 1000 };

const STATUS =
  'query Status($id: ID!) { trainingJob(id: $id) { status attempt phase history { epoch } error { code } } }';

describe.each(kinds)('two APIs and two workers on one queue, $name', ({ missing, prepare }) => {
  if (skips(missing)) return;
  let queue: RunningQueue;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let environment: Record<string, string>;
  const apis: { running: Running; address: string }[] = [];
  const workers: Running[] = [];

  const train = async (input: object, api = 0): Promise<string> =>
    (await data(apis[api].address, TRAIN, { input })).train.id;
  const status = async (id: string): Promise<Json> => (await data(apis[0].address, STATUS, { id })).trainingJob;
  const running = (id: string) =>
    eventually(
      'the job to train',
      async () => (await status(id)).phase === 'TRAINING' && (await status(id)).history.length > 0,
      40_000,
    );
  const heads = (model: string, version: number) =>
    readFile(join(folder.path, 'data', 'models', model, 'versions', String(version), 'heads.safetensors'));
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

  beforeAll(async () => {
    queue = await prepare();
    folder = await temporaryFolder();
    const dataFolder = join(folder.path, 'data');
    environment = settingsOver(queue, dataFolder);
    apis.push(await startApi(environment), await startApi(environment));
    workers.push(await startWorker(environment), await startWorker(environment));
  });

  afterAll(async () => {
    await Promise.all([...apis.map(({ running }) => running), ...workers].map((each) => each.end('SIGKILL')));
    await queue.remove();
    await folder.remove();
  });

  it('gives the same bytes for the same rows, settings and seed, and others for another seed', async () => {
    const input = { examples: easyRows(), hyperparameters: { dropout: 0.2 } };
    const [a, b, c] = await Promise.all([
      train({ ...input, model: 'one' }),
      train({ ...input, model: 'two' }, 1),
      train({ ...input, model: 'three', seed: 7 }),
    ]);
    for (const id of [a, b, c]) expect(await finished(apis[0].address, id)).toMatchObject({ status: 'SUCCEEDED' });
    expect(sha256(await heads('two', 1))).toBe(sha256(await heads('one', 1)));
    expect(sha256(await heads('three', 1))).not.toBe(sha256(await heads('one', 1)));
  });

  it('lets one head learn and leaves the other as it was, bit for bit', async () => {
    const id = await train({ model: 'one', examples: easyRows(90), freeze: { heads: ['mood'] }, promote: 'NEVER' });
    const job = await finished(apis[1].address, id);
    expect(job.version).toMatchObject({
      number: 2,
      parent: 1,
      tasks: expect.arrayContaining([{ task: 'mood', labels: ['happy', 'sad'], frozen: true }]),
    });
    const [before, after] = [readSafetensors(await heads('one', 1)), readSafetensors(await heads('one', 2))];
    expect(after.tensors.get('mood/output.weight')?.bytes).toEqual(before.tensors.get('mood/output.weight')?.bytes);
    expect(after.tensors.get('mood/output.bias')?.bytes).toEqual(before.tensors.get('mood/output.bias')?.bytes);
    expect(after.tensors.get('fruit/output.weight')?.bytes).not.toEqual(
      before.tensors.get('fruit/output.weight')?.bytes,
    );
  });

  it('only measures where everything is frozen, and makes no version', async () => {
    const { train: queued } = await data(apis[0].address, TRAIN, {
      input: { model: 'one', examples: easyRows(60), freeze: { heads: ['mood', 'fruit'] } },
    });
    expect(queued.trainableParameters).toBe(0);
    const job = await finished(apis[0].address, queued.id);
    expect(job).toMatchObject({ status: 'SUCCEEDED', version: null, history: [{ epoch: 0 }] });
    expect(job.metrics.map(({ task, support }: Json) => [task, support])).toEqual([
      ['fruit', 60],
      ['mood', 60],
    ]);
    expect(job.metrics[0].accuracy).toBeGreaterThan(0.9);
  });

  it('measures any version on any data set', async () => {
    await data(
      apis[0].address,
      'mutation Store($examples: [ExampleInput!]!) { createDataset(name: "fresh", examples: $examples) { rows } }',
      { examples: easyRows(30).map(({ text, labels }) => ({ text: `${text} Really.`, labels: [labels[1]] })) },
    );
    const evaluate = 'mutation Evaluate { evaluate(dataset: "fresh", model: "one", version: 1) { id kind } }';
    const { evaluate: queued } = await data(apis[1].address, evaluate);
    expect(queued.kind).toBe('EVALUATE');
    const job = await finished(apis[0].address, queued.id);
    expect(job).toMatchObject({ status: 'SUCCEEDED', version: null, metrics: [{ task: 'mood', support: 30 }] });
    expect(job.metrics[0].accuracy).toBeGreaterThan(0.9);
    const { errors } = await ask(apis[0].address, evaluate.replace('version: 1', 'version: 9'));
    expect(errors[0].extensions).toMatchObject({ code: 'NOT_FOUND', field: 'version' });
  });

  it('adds a label and keeps what the head knew; rows without a label for a task do not touch it', async () => {
    const kiwis = Array.from({ length: 20 }, (_, i) => ({
      text: `Kiwi number ${i} is green.`,
      labels: [{ task: 'fruit', label: 'kiwi' }],
    }));
    const id = await train({ model: 'two', examples: [...easyRows(), ...kiwis], promote: 'ALWAYS' });
    const job = await finished(apis[0].address, id);
    expect(job.version.tasks).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ task: 'fruit', labels: ['apple', 'banana', 'cherry', 'kiwi'] }),
      ]),
    );
    const { classify } = await data(
      apis[0].address,
      '{ classify(texts: ["a green kiwi", "I hate this banana"], model: "two") { predictions { label } } }',
    );
    expect(classify[0].predictions[0].label).toBe('kiwi');
    expect(classify[1].predictions.map(({ label }: Json) => label)).toEqual(['banana', 'sad']);
  });

  it('serves the promoted version in every API without failing a request, pins, and rolls back', async () => {
    const served = async (api: number) =>
      (await data(apis[api].address, '{ classify(texts: ["an apple"], model: "one") { version } }')).classify[0]
        .version;
    const asked: Promise<number>[] = [];
    const asking = setInterval(() => asked.push(served(asked.length % 2)), 10);
    for (const version of [2, 1, 2]) {
      await data(
        apis[0].address,
        'mutation Promote($version: Int!) { promote(model: "one", version: $version) { production { number } } }',
        { version },
      );
      await eventually('both to serve it', async () => (await served(0)) === version && (await served(1)) === version);
    }
    clearInterval(asking);
    expect(new Set(await Promise.all(asked))).toEqual(new Set([1, 2]));
    const { classify } = await data(
      apis[1].address,
      '{ classify(texts: ["an apple"], model: "one", version: 1) { version } }',
    );
    expect(classify[0].version).toBe(1);
  });

  it('promotes only what is better than the version served, and tells why, who and when', async () => {
    const again = { model: 'one', examples: easyRows(), hyperparameters: { dropout: 0.2 } };
    const job = await finished(apis[0].address, await train(again));
    expect(job.promotion).toMatchObject({
      promoted: false,
      reason: expect.stringMatching(/^not better than version 2/),
    });
    const news = easyRows().map(({ text, labels }, i) => ({
      text,
      labels: [...labels, { task: 'parity', label: i % 2 === 0 ? 'even' : 'odd' }],
    }));
    const grown = await finished(apis[0].address, await train({ ...again, examples: news }));
    expect(grown.promotion).toMatchObject({ promoted: true, reason: expect.stringContaining('parity is new') });
    const { model } = await data(
      apis[1].address,
      `{ model(name: "one") { production { number promotion { promoted comparedWith differences { task rows macroF1 { value low high } } } }
         history(first: 2) { kind at by version from decision { promoted reason } } } }`,
    );
    expect(model.production).toMatchObject({
      number: grown.version.number,
      promotion: { promoted: true, comparedWith: 2 },
    });
    expect(model.production.promotion.differences.map(({ task }: Json) => task)).toEqual(['fruit', 'mood']);
    expect(model.history).toMatchObject([
      { kind: 'DECIDED', by: 'anonymous', from: 2, version: grown.version.number, decision: { promoted: true } },
      { kind: 'DECIDED', by: 'anonymous', from: 2, version: job.version.number, decision: { promoted: false } },
    ]);
  });

  it('serves other aliases than production, rolls back, and keeps what an alias points to', async () => {
    const address = apis[1].address;
    await data(address, 'mutation { promote(model: "one", version: 1, alias: "canary") { name } }');
    const asked = '{ classify(texts: ["an apple"], model: "one", alias: "canary") { version } }';
    expect((await data(apis[0].address, asked)).classify[0].version).toBe(1);
    const refused = await ask(address, 'mutation { deleteVersion(model: "one", version: 1) { name } }');
    expect(refused.errors[0]).toMatchObject({ extensions: { code: 'CONFLICT', field: 'version' } });
    const { rollBack } = await data(address, 'mutation { rollBack(model: "one") { production { number } } }');
    expect(rollBack.production.number).toBe(2);
    await data(address, 'mutation { removeAlias(model: "one", alias: "canary") { name } }');
    await data(address, 'mutation { deleteVersion(model: "one", version: 1) { name } }');
    await eventually('every API to forget it', async () =>
      (await Promise.all(apis.map((api) => ask(api.address, asked.replace('alias: "canary"', 'version: 1'))))).every(
        ({ errors }) => errors[0]?.extensions.code === 'NOT_FOUND',
      ),
    );
    const { errors } = await ask(address, asked);
    expect(errors[0].extensions).toMatchObject({ code: 'NOT_FOUND', field: 'alias' });
  });

  it('tells both APIs every step of a job, and its end', async () => {
    const id = await train({ model: 'told', examples: easyRows(300) });
    const query = 'subscription Follow($id: ID!) { trainingProgress(id: $id) { kind epoch job { status } } }';
    const told = await Promise.all(apis.map(({ address }) => subscription(address, query, { id })));
    for (const events of told) {
      const last = events.at(-1)?.data.trainingProgress;
      expect(last).toMatchObject({ kind: 'STATUS', job: { status: 'SUCCEEDED' } });
      expect(events.filter(({ data }) => data.trainingProgress.kind === 'EPOCH').length).toBeGreaterThan(0);
    }
  });

  it('tells how far it is by what is left to do: rows that are encoded already are nothing', async () => {
    const examples = easyRows(80);
    await finished(apis[0].address, await train({ model: 'far', examples, hyperparameters: { epochs: 1 } }));
    const id = await train({ model: 'far', examples, hyperparameters: LONG });
    const watching = subscription(
      apis[0].address,
      'subscription Follow($id: ID!) { trainingProgress(id: $id) { kind step totalSteps job { progress } } }',
      { id },
    );
    await running(id);
    await data(apis[0].address, 'mutation Cancel($id: ID!) { cancelTraining(id: $id) { status } }', { id });
    const steps = (await watching)
      .map(({ data }) => data.trainingProgress)
      .filter(({ kind }: { kind: string }) => kind === 'STEP');
    expect(steps.length).toBeGreaterThan(0);
    for (const { step, totalSteps, job } of steps) expect(job.progress).toBeCloseTo(step / totalSteps, 1);
  });

  it('cancels a job that runs, within a step and without a version, and runs it on request again', async () => {
    const id = await train({ model: 'stopped', examples: manyRows(), hyperparameters: LONG });
    await running(id);
    const { cancelTraining } = await data(
      apis[1].address,
      'mutation Cancel($id: ID!) { cancelTraining(id: $id) { status } }',
      { id },
    );
    expect(cancelTraining.status).toBe('CANCELLED');
    await eventually('a worker to stop', () =>
      workers.some((worker) => new RegExp(`"job":"${id}".*"msg":"job cancelled"`).test(worker.said())),
    );
    expect((await data(apis[0].address, '{ model(name: "stopped") { name } }')).model).toBeNull();
    const again = await ask(apis[0].address, 'mutation Cancel($id: ID!) { cancelTraining(id: $id) { status } }', {
      id,
    });
    expect(again.errors[0].extensions).toMatchObject({ code: 'CONFLICT' });
    const { retryTraining } = await data(
      apis[0].address,
      'mutation Retry($id: ID!) { retryTraining(id: $id) { status attempt } }',
      { id },
    );
    expect(retryTraining).toEqual({ status: 'QUEUED', attempt: 2 });
    await running(id);
    await data(apis[0].address, 'mutation Cancel($id: ID!) { cancelTraining(id: $id) { status } }', { id });
  });

  it('says that a job was ended elsewhere where nobody cancelled it', async () => {
    const id = await train({ model: 'given-up', examples: manyRows(), hyperparameters: LONG });
    await running(id);
    const store = folderStore(join(folder.path, 'data'));
    const rooms = { records: jobRecordsOn(store), checkpoints: checkpointsOn(store), registry: registryOn(store) };
    await giveUp({ jobId: id, attempt: 1 }, rooms);
    const said = (message: string) =>
      workers.some((worker) => new RegExp(`"job":"${id}".*"msg":"${message}"`).test(worker.said()));
    await eventually('a worker to stop', () => said('job ended elsewhere'));
    expect(said('job cancelled')).toBe(false);
  });

  it('runs a job that is cancelled and queued again in one breath once, not twice', async () => {
    const id = await train({ model: 'twice', examples: manyRows(), hyperparameters: { epochs: 60, patience: 60 } });
    await running(id);
    await data(apis[0].address, 'mutation Cancel($id: ID!) { cancelTraining(id: $id) { status } }', { id });
    await data(apis[0].address, 'mutation Retry($id: ID!) { retryTraining(id: $id) { attempt } }', { id });
    expect(await finished(apis[0].address, id)).toMatchObject({
      status: 'SUCCEEDED',
      attempt: 2,
      version: { number: 1 },
    });
    await eventually('the first attempt to stop', () =>
      workers.some((worker) => new RegExp(`"job":"${id}".*"msg":"job cancelled"`).test(worker.said())),
    );
    const { model } = await data(apis[0].address, '{ model(name: "twice") { versions { number } } }');
    expect(model.versions).toEqual([{ number: 1 }]);
  });

  it('tells a follower nothing of its insides when a stream breaks', async () => {
    const id = await train({ model: 'broken', examples: manyRows(), hyperparameters: LONG });
    await running(id);
    const query = 'subscription Follow($id: ID!) { trainingProgress(id: $id) { kind } }';
    let began = false;
    const broken = subscription(apis[0].address, query, { id }, () => {
      began = true;
    }).catch((errors: Json) => errors);
    await eventually('the stream to begin', () => began);
    const damage = join(folder.path, 'data', 'jobs', id, 'record', '99999999');
    await mkdir(damage);
    const errors = await broken;
    await rm(damage, { recursive: true });
    expect(errors).toMatchObject([
      { message: expect.stringMatching(/^Something went wrong here/), extensions: { code: 'INTERNAL' } },
    ]);
    expect(JSON.stringify(errors)).not.toMatch(/EISDIR|\//);
    await data(apis[0].address, 'mutation Cancel($id: ID!) { cancelTraining(id: $id) { status } }', { id });
  });

  it('gives the job of a worker that is killed to another, which ends it', async () => {
    const id = await train({ model: 'orphan', examples: manyRows(), hyperparameters: { epochs: 60, patience: 60 } });
    await running(id);
    const mine = workers.findIndex((worker) => worker.said().includes(`"job":"${id}"`));
    const watching = subscription(
      apis[1].address,
      'subscription Follow($id: ID!) { trainingProgress(id: $id) { kind job { status workersLost } } }',
      { id },
    );
    await workers[mine].end('SIGKILL');
    expect(await finished(apis[0].address, id)).toMatchObject({ status: 'SUCCEEDED', version: { number: 1 } });
    const events = (await watching).map(({ data }) => data.trainingProgress);
    expect(events[0].job).toEqual({ status: 'RUNNING', workersLost: 0 });
    expect(events.find(({ job }) => job.workersLost === 1)).toEqual({
      kind: 'STATUS',
      job: { status: 'RUNNING', workersLost: 1 },
    });
    const asked = await data(apis[0].address, 'query Job($id: ID!) { trainingJob(id: $id) { workersLost } }', { id });
    expect(asked.trainingJob).toEqual({ workersLost: 1 });
    workers[mine] = await startWorker(environment);
  });

  it('hands its job back when it is stopped, and the job goes on elsewhere', async () => {
    const id = await train({ model: 'handed', examples: manyRows(), hyperparameters: { epochs: 60, patience: 60 } });
    await running(id);
    const mine = workers.findIndex((worker) => worker.said().includes(`"job":"${id}"`));
    expect(await workers[mine].end('SIGTERM')).toMatchObject({ code: 0 });
    expect(await finished(apis[0].address, id)).toMatchObject({
      status: 'SUCCEEDED',
      attempt: 1,
      version: { number: 1 },
    });
    const asked = await data(apis[0].address, 'query Job($id: ID!) { trainingJob(id: $id) { workersLost } }', { id });
    expect(asked.trainingJob).toEqual({ workersLost: 0 });
    workers[mine] = await startWorker(environment);
  });

  it('ends the jobs as they should while an API dies under a subscription', async () => {
    const id = await train({ model: 'watched', examples: easyRows(300) });
    const watching = subscription(
      apis[1].address,
      'subscription Follow($id: ID!) { trainingProgress(id: $id) { kind } }',
      { id },
    ).catch(() => undefined);
    await apis[1].running.end('SIGKILL');
    await watching;
    expect(await finished(apis[0].address, id)).toMatchObject({ status: 'SUCCEEDED' });
    apis[1] = await startApi(environment);
    expect((await data(apis[1].address, JOB, { id })).trainingJob.history.length).toBeGreaterThan(0);
  });

  it('says within two seconds that the queue is away, answers everything else, and heals', async () => {
    await queue.kill();
    const started = performance.now();
    const { errors } = await ask(apis[0].address, TRAIN, { input: { model: 'later', examples: easyRows() } });
    expect(errors[0].extensions.code).toBe('QUEUE_UNAVAILABLE');
    expect(performance.now() - started).toBeLessThan(2_500);
    expect((await fetch(`${apis[0].address}/readyz`)).status).toBe(503);
    expect(
      (await data(apis[0].address, '{ classify(texts: ["an apple"], model: "one") { version } }')).classify,
    ).toHaveLength(1);
    await queue.start();
    await eventually(
      'the queue to be back',
      async () => (await fetch(`${apis[0].address}/readyz`)).status === 200,
      20_000,
    );
    const id = await train({ model: 'later', examples: easyRows() });
    expect(await finished(apis[0].address, id)).toMatchObject({ status: 'SUCCEEDED', version: { number: 1 } });
  });
});
