import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import {
  data,
  finished,
  type Json,
  type Running,
  run,
  startApi,
  startWorker,
  TRAIN,
  temporaryFolder,
} from '../system/stage.js';

const EARLIER = fileURLToPath(new URL('./earlier/', import.meta.url));

/** See README.md for how the data folder was made. */
describe('a data folder that an earlier release has written', () => {
  let queue: RunningQueue;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let environment: Record<string, string>;
  let api: { running: Running; address: string };
  let worker: Running;
  let told: Json;

  beforeAll(async () => {
    queue = await kinds[0].prepare();
    folder = await temporaryFolder();
    await cp(join(EARLIER, 'stored'), folder.path, { recursive: true });
    await writeFile(join(folder.path, 'format.json'), '{"format":1}');
    told = JSON.parse(await readFile(join(EARLIER, 'told.json'), 'utf8'));
    environment = { DATA_DIR: folder.path, ENCODER_THREADS: '1', ...queue.settings };
    [api, worker] = await Promise.all([startApi(environment), startWorker(environment)]);
  });
  afterAll(async () => {
    await Promise.all([api.running, worker].map((each) => each.end('SIGKILL')));
    await queue.remove();
    await folder.remove();
  });

  it('labels texts as it did then', async () => {
    for (const version of [1, 2]) {
      const texts = told.answers[version].map(({ text }: Json) => text);
      const { classify } = await data(
        api.address,
        'query($version: Int, $texts: [String!]!) { classify(model: "fruit", version: $version, texts: $texts) { text predictions { task label scores { label score } } } }',
        { version, texts },
      );
      const labels = (some: Json) => some.map(({ predictions }: Json) => predictions.map(({ label }: Json) => label));
      const scores = (some: Json): number[] =>
        some.flatMap(({ predictions }: Json) =>
          predictions.flatMap((each: Json) => each.scores.map(({ score }: Json) => score)),
        );
      expect(labels(classify)).toEqual(labels(told.answers[version]));
      const before = scores(told.answers[version]);
      scores(classify).forEach((score, place) => {
        expect(score).toBeCloseTo(before[place], 3);
      });
    }
  });

  it('shows what happened to the model, and its data set', async () => {
    const { model, dataset } = await data(
      api.address,
      '{ model(name: "fruit") { aliases { name version } history { kind alias from version } versions { number metrics { task accuracy } } } dataset(name: "fruit-and-mood") { rows preview(first: 1) { text } } }',
    );
    expect(model.aliases).toEqual([
      { name: 'production', version: 1 },
      { name: 'canary', version: 2 },
    ]);
    expect(model.history).toEqual(
      [
        ['canary', null, 2],
        ['production', 2, 1],
        ['production', 1, 2],
        ['production', null, 1],
      ].map(([alias, from, version]) => ({ kind: 'POINTED', alias, from, version })),
    );
    expect(model.versions.map(({ number, metrics }: Json) => [number, metrics.length])).toEqual(
      expect.arrayContaining([
        [2, 2],
        [1, 2],
      ]),
    );
    expect(dataset).toEqual({ rows: 36, preview: [{ text: 'I love this wonderful apple number 0.' }] });
  });

  it('lists its jobs, and ends the one that waited', async () => {
    expect(await finished(api.address, told.waiting)).toMatchObject({
      status: 'SUCCEEDED',
      promotion: { promoted: false },
    });
    const { trainingJobs } = await data(
      api.address,
      '{ trainingJobs { nodes { id status kind createdAt history { epoch phases { phase } } } } }',
    );
    const standings = Object.fromEntries(trainingJobs.nodes.map(({ id, status }: Json) => [id, status]));
    expect(standings).toEqual({ ...told.jobs, [told.waiting]: 'SUCCEEDED' });
    expect(trainingJobs.nodes.every(({ kind }: Json) => kind === 'TRAIN')).toBe(true);
  });

  it('is gone on from: heads are trained further, and its data set used', async () => {
    const input = { model: 'fruit', baseVersion: 2, dataset: 'fruit-and-mood', hyperparameters: { epochs: 5 } };
    const { train } = await data(api.address, TRAIN, { input });
    expect(await finished(api.address, train.id)).toMatchObject({ status: 'SUCCEEDED', version: { parent: 2 } });
  });

  it('is left alone by a release that is older than the one that wrote it', async () => {
    const mark = join(folder.path, 'format.json');
    expect(JSON.parse(await readFile(mark, 'utf8'))).toEqual({ format: 2 });
    await writeFile(mark, '{"format":3}');
    for (const entry of ['src/server.js', 'worker/main.js'] as const) {
      const refused = run(entry, environment);
      await refused.says(/was written by a later release \(format 3; this one reads up to 2\): start that one/);
      expect((await refused.end('SIGCONT')).code).toBe(1);
    }
    await writeFile(mark, '{"format":2}');
  });
});
