import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '#src/safetensors/read.js';
import { eventually } from '../eventually.js';
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
  subscription,
  TRAIN,
  temporaryFolder,
} from './stage.js';

const VERSION = `query Version($model: String!, $number: Int!) { model(name: $model) { version(number: $number) {
  parent sizeBytes encoder { id base fineTuned dimensions } freeze { backbone frozenLayers heads } tasks { task frozen } metrics { task support } } } }`;
const CANCEL = 'mutation Cancel($id: ID!) { cancelTraining(id: $id) { status } }';

/** On the kind of queue that needs nothing installed; test/system/training.test.ts has the life of a job on both. */
const embedded = kinds.find(({ name }) => name.includes('embedded')) ?? kinds[0];

describe('fine-tuning the encoder through the API', { timeout: 180_000 }, () => {
  let queue: RunningQueue;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let environment: Record<string, string>;
  let api: { running: Running; address: string };
  const workers: Running[] = [];

  const train = async (input: object): Promise<Json> => (await data(api.address, TRAIN, { input })).train;
  const trained = async (input: object): Promise<Json> => {
    const job = await finished(api.address, (await train(input)).id);
    expect(job).toMatchObject({ status: 'SUCCEEDED' });
    return job;
  };
  const version = async (model: string, number: number): Promise<Json> =>
    (await data(api.address, VERSION, { model, number })).model.version;
  const weights = async (id: string) =>
    readSafetensors(await readFile(join(folder.path, 'data', 'encoders', id, 'model.safetensors'))).tensors;
  const heads = (model: string, number: number) =>
    readFile(join(folder.path, 'data', 'models', model, 'versions', String(number), 'heads.safetensors'));
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  const checkpoints = async () => {
    const jobs = join(folder.path, 'data', 'jobs');
    const files = await Promise.all((await readdir(jobs)).map((job) => readdir(join(jobs, job))));
    return files.flat().filter((name) => name.startsWith('checkpoint'));
  };
  const vector = async (model: string, number?: number): Promise<number[]> =>
    (
      await data(
        api.address,
        'query Embed($model: String!, $number: Int) { embed(texts: ["a happy apple"], model: $model, version: $number) { vector } }',
        { model, number },
      )
    ).embed[0].vector;

  beforeAll(async () => {
    queue = await embedded.prepare();
    folder = await temporaryFolder();
    environment = { ...settingsOver(queue, join(folder.path, 'data')), LOG_LEVEL: 'info' };
    api = await startApi(environment);
    workers.push(await startWorker(environment));
  });
  afterAll(async () => {
    await Promise.all([api.running, ...workers].map((each) => each.end('SIGKILL')));
    await queue.remove();
    await folder.remove();
  });

  it('says what is wrong with a strategy before anything is queued', async () => {
    const wrong = async (input: object) =>
      (await ask(api.address, TRAIN, { input: { model: 'm', examples: easyRows(), ...input } })).errors[0];
    expect(await wrong({ freeze: { backbone: 'PARTIAL' } })).toMatchObject({
      message: 'freeze.frozenLayers is missing: with freeze.backbone PARTIAL give 0 to 5.',
      extensions: { code: 'BAD_USER_INPUT', field: 'freeze.frozenLayers' },
    });
    expect((await wrong({ freeze: { backbone: 'PARTIAL', frozenLayers: 6 } })).message).toMatch(/is 6: give 0 to 5/);
    expect((await wrong({ hyperparameters: { maxTokens: 64 } })).extensions.field).toBe('hyperparameters.maxTokens');
    expect((await wrong({ freeze: { backbone: 'NONE' }, hyperparameters: { maxTokens: 999 } })).message).toMatch(
      /maxTokens is 999: give a whole number from 3 to 256/,
    );
  });

  it('trains the whole encoder with its heads, and serves the version with its own encoder', async () => {
    const { trainableParameters, frozenParameters, id } = await train({
      model: 'whole',
      examples: easyRows(),
      freeze: { backbone: 'NONE' },
      hyperparameters: { epochs: 5 },
    });
    expect([trainableParameters, frozenParameters]).toEqual([22_565_376 + 385 * 5, 0]);
    const job = await finished(api.address, id);
    expect(job).toMatchObject({ status: 'SUCCEEDED', version: { number: 1 }, promotion: { promoted: true } });
    const made = await version('whole', 1);
    expect(made).toMatchObject({
      encoder: { base: 'all-MiniLM-L6-v2', fineTuned: true, dimensions: 384 },
      freeze: { backbone: 'NONE', frozenLayers: null, heads: [] },
    });
    expect(made.sizeBytes).toBeGreaterThan(40e6);
    expect((await weights(made.encoder.id)).size).toBe(101);
    const { classify } = await data(
      api.address,
      '{ classify(model: "whole", texts: ["I love this wonderful cherry number 3."]) { version predictions { label } } }',
    );
    expect(classify).toEqual([{ version: 1, predictions: [{ label: 'cherry' }, { label: 'happy' }] }]);
    expect(await vector('whole')).not.toEqual(await vector('default'));
    const { trainingJob } = await data(
      api.address,
      'query Job($id: ID!) { trainingJob(id: $id) { history { examplesPerSecond etaSeconds phases { phase seconds } } } }',
      { id },
    );
    expect(trainingJob.history[0].examplesPerSecond).toBeGreaterThan(1);
    expect(trainingJob.history.at(-1).phases).toEqual([{ phase: 'TRAINING', seconds: expect.any(Number) }]);
    expect(workers[0].said()).toMatch(/"phase":"training".*"msg":"epoch ended"/);
    expect(await checkpoints()).toEqual([]);
  });

  it('goes on from it with any strategy; what is frozen is the same, bit for bit', async () => {
    const upper = { backbone: 'PARTIAL', frozenLayers: 5, heads: ['mood'] };
    const short = { hyperparameters: { epochs: 2 } };
    await trained({ model: 'whole', examples: easyRows(90), freeze: upper, promote: 'ALWAYS', ...short });
    const [one, two] = [await version('whole', 1), await version('whole', 2)];
    expect(two).toMatchObject({
      parent: 1,
      encoder: { base: 'all-MiniLM-L6-v2', fineTuned: true },
      freeze: upper,
      tasks: [
        { task: 'fruit', frozen: false },
        { task: 'mood', frozen: true },
      ],
    });
    const [before, after] = [await weights(one.encoder.id), await weights(two.encoder.id)];
    for (const [name, { bytes }] of after) {
      const isSame = Buffer.compare(bytes, before.get(name)?.bytes ?? Buffer.alloc(0)) === 0;
      // A bias of all keys moves no attention: its gradient is zero.
      if (!name.endsWith('key.bias')) expect([name, isSame]).toEqual([name, !name.startsWith('encoder.layer.5.')]);
    }
    const [headsBefore, headsAfter] = [await heads('whole', 1), await heads('whole', 2)].map(
      (bytes) => readSafetensors(bytes).tensors,
    );
    expect(headsAfter.get('mood/output.weight')?.bytes).toEqual(headsBefore.get('mood/output.weight')?.bytes);

    // The encoder fixed again: the heads read the vectors of the one that learned, which is stored once.
    await trained({ model: 'whole', examples: easyRows(90), promote: 'NEVER' });
    const three = await version('whole', 3);
    expect(three.encoder).toEqual(two.encoder);
    expect(await vector('whole', 3)).toEqual(await vector('whole', 2));
    expect(await vector('whole', 1)).not.toEqual(await vector('whole', 2));
    expect((await readdir(join(folder.path, 'data', 'encoders'))).length).toBe(2);

    // All of it through heads that are fixed.
    const taught = { backbone: 'NONE', heads: ['fruit', 'mood'] };
    await trained({ model: 'whole', examples: easyRows(), freeze: taught, ...short });
    const four = await version('whole', 4);
    expect(four.tasks.every(({ frozen }: Json) => frozen)).toBe(true);
    expect(readSafetensors(await heads('whole', 4)).tensors.get('fruit/output.weight')?.bytes).toEqual(
      headsAfter.get('fruit/output.weight')?.bytes,
    );
  });

  it('does not promote an encoder that changed under a head it has no rows for, and reports nothing of that head', async () => {
    const fruit = easyRows().map(({ text, labels }) => ({ text, labels: labels.slice(0, 1) }));
    const job = await trained({
      model: 'whole',
      examples: fruit,
      freeze: { backbone: 'PARTIAL', frozenLayers: 5 },
      hyperparameters: { epochs: 1 },
    });
    expect(job.promotion).toEqual({
      promoted: false,
      reason: 'there were no rows that neither learned from to measure mood on, which changed',
    });
    expect((await version('whole', job.version.number)).metrics.map(({ task }: Json) => task)).toEqual(['fruit']);
  });

  it('serves without a pause while a version with another encoder takes over', async () => {
    const served = async () =>
      (await data(api.address, '{ classify(texts: ["an apple"], model: "whole") { version } }')).classify[0].version;
    const answers: { version: number; milliseconds: number }[] = [];
    let asking = true;
    const client = (async () => {
      for (; asking; await new Promise((resolve) => setTimeout(resolve, 5))) {
        const started = performance.now();
        answers.push({ version: await served(), milliseconds: performance.now() - started });
      }
    })();
    const promote = 'mutation Promote($version: Int!) { promote(model: "whole", version: $version) { name } }';
    for (const version of [1, 2, 1]) {
      await data(api.address, promote, { version });
      expect(await served()).toBe(version);
    }
    asking = false;
    await client;
    expect(new Set(answers.map(({ version }) => version)).size).toBeGreaterThan(1);
  });

  it('ends in the same bytes when its worker is killed again and again, and leaves no checkpoint', async () => {
    const input = {
      examples: easyRows(90),
      freeze: { backbone: 'PARTIAL', frozenLayers: 5 },
      hyperparameters: { epochs: 12, patience: 12 },
    };
    await trained({ ...input, model: 'calm' });
    const { id } = await train({ ...input, model: 'killed' });
    for (const epoch of [2, 5]) {
      await workers[workers.length - 1].says(
        new RegExp(`"job":"${id}".*"epoch":${epoch + 1},"batch":0.*checkpoint written`),
      );
      await workers[workers.length - 1].end('SIGKILL');
      workers.push(await startWorker(environment));
    }
    const job = await finished(api.address, id);
    expect(job).toMatchObject({ status: 'SUCCEEDED', attempt: 1, version: { number: 1 } });
    expect(job.history.map(({ epoch }: Json) => epoch)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(workers[workers.length - 1].said()).toMatch(/job goes on from its checkpoint/);
    const [calm, killed] = [await version('calm', 1), await version('killed', 1)];
    expect(killed.encoder.id).toBe(calm.encoder.id);
    expect(sha256(await heads('killed', 1))).toBe(sha256(await heads('calm', 1)));
    expect(await checkpoints()).toEqual([]);
  });

  it('cancels within a step, and leaves neither a version nor a checkpoint', async () => {
    const { id } = await train({
      model: 'cancelled',
      examples: easyRows(300),
      freeze: { backbone: 'PARTIAL', frozenLayers: 5 },
      hyperparameters: { epochs: 1000, patience: 1000 },
    });
    const worker = workers[workers.length - 1];
    await worker.says(new RegExp(`"job":"${id}".*checkpoint written`));
    const asked = performance.now();
    await data(api.address, CANCEL, { id });
    await worker.says(new RegExp(`"job":"${id}".*"msg":"job cancelled"`));
    expect(performance.now() - asked).toBeLessThan(3_000);
    await eventually('the checkpoint to go', async () => (await checkpoints()).length === 0);
    expect((await data(api.address, '{ model(name: "cancelled") { name } }')).model).toBeNull();
  });

  it('tells a follower the phases as they come', async () => {
    const { id } = await train({
      model: 'told',
      examples: easyRows(),
      freeze: { backbone: 'PARTIAL', frozenLayers: 5 },
    });
    const events = await subscription(
      api.address,
      'subscription Follow($id: ID!) { trainingProgress(id: $id) { kind job { phase } } }',
      { id },
    );
    expect(events.some(({ data }) => data.trainingProgress.kind === 'EPOCH')).toBe(true);
    expect(workers[workers.length - 1].said()).toMatch(/"phase":"boundary","msg":"phase began"/);
  });
});
