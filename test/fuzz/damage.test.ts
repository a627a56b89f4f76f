import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealed } from '#src/artifacts/seal.js';
import { ask, data, easyRows, finished, type Json, run, startApi, TRAIN } from '../system/stage.js';
import { effort } from './effort.js';
import { change, damages } from './hostile.js';
import { type Installation, openInstallation } from './installation.js';
import { checkWords } from './promises.js';

/** A file of a copy of something, and what is asked about that copy. */
interface Target {
  readonly what: string;
  /** Makes copy number n. @returns its file, to be damaged */
  copy(n: number): Promise<string>;
  query(n: number): { readonly query: string; readonly variables?: object };
}

const { isLong } = effort(0);

/** Parts of a file that are each damaged in every way. */
const REGIONS = isLong ? 60 : 5;

describe('a file in the data folder that the disk has damaged', () => {
  let installation: Installation;
  let folder: string;
  let address: string;
  let job: string;
  beforeAll(async () => {
    installation = await openInstallation();
    ({ folder, address } = installation);
    const { trainingJobs } = await data(address, '{ trainingJobs(model: "easy") { nodes { id } } }');
    job = trainingJobs.nodes[0].id;
  }, 180_000);
  afterAll(() => installation.close());

  const stored = async (path: string): Promise<Json> => {
    const { checksum: _, ...value } = JSON.parse(await readFile(join(folder, path), 'utf8'));
    return value;
  };
  const put = async (path: string, bytes: Uint8Array): Promise<string> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
    return join(folder, path);
  };
  /** Model `easy` under another name. @returns the path of its folder */
  const copyModel = async (name: string): Promise<string> => {
    const version = await stored('models/easy/versions/1/version.json');
    await put(`models/${name}/versions/1/version.json`, sealed({ ...version, model: name }));
    await copyFile(
      join(folder, 'models/easy/versions/1/heads.safetensors'),
      join(folder, `models/${name}/versions/1/heads.safetensors`),
    );
    await put(`models/${name}/aliases/00000001`, sealed(await stored('models/easy/aliases/00000001')));
    return join(folder, `models/${name}`);
  };
  const CLASSIFY =
    'query Classify($model: String!) { classify(model: $model, texts: ["I love this apple"]) { version predictions { label confidence scores { score } } } model(name: $model) { production { number tasks { task labels temperature } metrics { accuracy } sizeBytes } history { kind version } } }';
  const model = (what: string, name: string, file: string): Target => ({
    what,
    copy: async (n) => join(await copyModel(`${name}-${n}`), file),
    query: (n) => ({ query: CLASSIFY, variables: { model: `${name}-${n}` } }),
  });
  const CREATE =
    'mutation Create($name: String!, $examples: [ExampleInput!]!) { createDataset(name: $name, examples: $examples) { digest } }';
  const jobId = (n: number) => String(n).padStart(17, '0');
  const targets: readonly Target[] = [
    model('version.json', 'version', 'versions/1/version.json'),
    model('the heads', 'heads', 'versions/1/heads.safetensors'),
    model('the ledger', 'ledger', 'aliases/00000001'),
    {
      what: 'the record of a job',
      async copy(n) {
        const record = await stored(`jobs/${job}/record/00000001`);
        return put(
          `jobs/${jobId(n)}/record/00000001`,
          sealed({ ...record, id: jobId(n), state: { status: 'CANCELLED', finishedAt: record.createdAt } }),
        );
      },
      query: (n) => ({
        query:
          'query Job($id: ID!) { trainingJob(id: $id) { model status dataset createdAt finishedAt trainableParameters } }',
        variables: { id: jobId(n) },
      }),
    },
    {
      what: 'a data set',
      copy: async (n) =>
        put(
          `datasets/names/set-${n}/00000001`,
          sealed({ ...(await stored('datasets/names/easy/00000001')), name: `set-${n}` }),
        ),
      query: (n) => ({
        query:
          'query Set($name: String!) { dataset(name: $name) { rows digest createdAt tasks { task } preview { text labels { task labels } } } }',
        variables: { name: `set-${n}` },
      }),
    },
  ];
  let copies = 0;

  const others = async () => {
    const { classify } = await data(address, CLASSIFY, { model: 'easy' });
    const { models, datasets, trainingJobs } = await data(
      address,
      '{ models { name aliases { name } versions(first: 1) { number } } datasets { name } trainingJobs(model: "easy", kind: [TRAIN], status: [SUCCEEDED]) { totalCount } }',
    );
    expect(models).toContainEqual({ name: 'easy', aliases: [{ name: 'production' }], versions: [{ number: 1 }] });
    expect(datasets).toContainEqual({ name: 'easy' });
    expect(trainingJobs.totalCount).toBe(1);
    return classify;
  };

  it.each(targets)('is named to whoever asks for it, and to nobody else: $what', async ({ what, copy, query }) => {
    const whole = copies++;
    await copy(whole);
    const asked = ({ query: text, variables }: ReturnType<Target['query']>) => ask(address, text, variables);
    const right = await asked(query(whole));
    expect(right.errors).toEqual([]);
    const rightOfOthers = await others();
    let found = 0;
    for (let region = 0; region < REGIONS; region++)
      for (const how of damages) {
        const n = copies++;
        const path = await copy(n);
        const at = (region + ((n * 7919) % 97) / 97) / REGIONS;
        await writeFile(path, change(await readFile(path), { at, how, with: Buffer.from([n & 7, 0x22, 0x7b]) }));
        const answer = await asked(query(n));
        checkWords(JSON.stringify(answer), folder, (why) => new Error(`${what}, ${how} at ${at}: ${why}`));
        if (answer.errors.length === 0) expect(answer.data, `${what}, ${how} at ${at}`).toEqual(right.data);
        else {
          found += 1;
          expect(new Set(answer.errors.map(({ extensions }) => extensions.code))).toEqual(new Set(['DAMAGED']));
        }
      }
    expect(found).toBeGreaterThan(REGIONS);
    expect(await others()).toEqual(rightOfOthers);
  });

  it('is left out of lists, in which older versions take its place, and named to whoever asks for it', async () => {
    const [torn, folderless] = [await copyModel('torn-newest'), await copyModel('empty-newest')];
    const version = await stored('models/easy/versions/1/version.json');
    await put('models/torn-newest/versions/2/version.json', sealed({ ...version, model: 'torn-newest', number: 2 }));
    await writeFile(join(torn, 'versions/2/version.json'), '{"format"');
    await mkdir(join(folderless, 'versions/7'));
    const { models } = await data(address, '{ models { name versions(first: 1) { number } } }');
    for (const name of ['torn-newest', 'empty-newest'])
      expect(models).toContainEqual({ name, versions: [{ number: 1 }] });
    const asked = async (name: string, number: number) =>
      (await ask(address, `{ classify(model: "${name}", version: ${number}, texts: ["a"]) { version } }`)).errors;
    expect(await asked('torn-newest', 2)).toMatchObject([{ extensions: { code: 'DAMAGED' } }]);
    expect(await asked('empty-newest', 7)).toMatchObject([
      { message: expect.stringMatching(/there is: 1\.$/), extensions: { code: 'NOT_FOUND' } },
    ]);
  });

  it('is left out of the list of the OpenAI API, which names it where it is asked for and has nobody ask again', async () => {
    const [ledger, production] = [await copyModel('torn-ledger'), await copyModel('torn-production')];
    await writeFile(join(ledger, 'aliases/00000001'), '{');
    await writeFile(join(production, 'versions/1/version.json'), '{');
    const models = await fetch(`${address}/v1/models`);
    expect(models.status).toBe(200);
    const { data: described }: { data: { id: string }[] } = JSON.parse(await models.text());
    const listed = described.map(({ id }) => id);
    expect(listed).toEqual(expect.arrayContaining(['all-MiniLM-L6-v2', 'default', 'easy']));
    for (const [name, what] of [
      ['torn-ledger', /^the ledger of model "torn-ledger" is damaged/i],
      ['torn-production', /^version\.json of version 1 of model "torn-production" is damaged/],
    ] as const) {
      expect(listed).not.toContain(name);
      const one = await fetch(`${address}/v1/models/${name}`);
      expect(one.status).toBe(400);
      expect(await one.json()).toEqual({
        error: { message: expect.stringMatching(what), type: 'server_error', param: 'model', code: 'damaged' },
      });
    }
  });

  it('is the history of a job, which is then told without it, among others', async () => {
    const record = await stored(`jobs/${job}/record/00000001`);
    const id = jobId(copies++);
    const state = { status: 'CANCELLED', finishedAt: record.createdAt };
    await put(`jobs/${id}/record/00000001`, sealed({ ...record, id, state }));
    await put(`jobs/${id}/history-1.json`, Buffer.from('[{"epoch"'));
    const { trainingJobs } = await data(
      address,
      '{ trainingJobs(first: 1000) { nodes { id history { epoch } keptEpochs { epoch } } } }',
    );
    expect(trainingJobs.nodes).toContainEqual({ id, history: [], keptEpochs: [] });
    expect(trainingJobs.nodes.find((each: Json) => each.id === job).history).not.toEqual([]);
  });

  it('ends a job that needs it with its name, and leaves the worker to others', async () => {
    const { createDataset } = await data(address, CREATE, { name: 'torn', examples: easyRows(36) });
    const rows = join(folder, `datasets/rows/${createDataset.digest}.jsonl`);
    await writeFile(rows, change(await readFile(rows), { at: 0.5, how: 'flip', with: Buffer.from([1]) }));
    const trained = async (dataset: string): Promise<Json> => {
      const { train } = await data(address, TRAIN, {
        input: { model: dataset, dataset, hyperparameters: { epochs: 1 } },
      });
      return finished(address, train.id);
    };
    expect(await trained('torn')).toMatchObject({
      status: 'FAILED',
      error: { code: 'DAMAGED', message: expect.stringContaining(createDataset.digest) },
    });
    expect(await trained('other')).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('is named where it is not there at all: the rows of a data set', async () => {
    const { createDataset } = await data(address, CREATE, { name: 'rowless', examples: easyRows(48) });
    await rm(join(folder, `datasets/rows/${createDataset.digest}.jsonl`));
    const { errors } = await ask(address, '{ dataset(name: "rowless") { preview { text } } }');
    expect(errors).toMatchObject([
      { message: expect.stringContaining(createDataset.digest), extensions: { code: 'DAMAGED' } },
    ]);
  });

  it('keeps an API from starting, in one line, only where it is what tells which release wrote the folder', async () => {
    const mark = join(folder, 'format.json');
    const whole = await readFile(mark);
    await writeFile(mark, '{"form');
    const refused = run('src/server.js', {
      DATA_DIR: folder,
      STARTER: 'off',
      QUEUE_DIR: installation.queueFolder,
      PORT: '0',
    });
    expect((await refused.end('SIGCONT')).code).toBe(1);
    expect(refused.said().trim()).toMatch(/^format\.json in the data folder is damaged.*backup.*$/);
    await writeFile(mark, whole);
  });

  it('does not keep an API from starting otherwise', async () => {
    const again = await startApi({ DATA_DIR: folder, STARTER: 'off', QUEUE_DIR: installation.queueFolder });
    try {
      expect((await data(again.address, CLASSIFY, { model: 'easy' })).classify).toEqual(
        (await data(address, CLASSIFY, { model: 'easy' })).classify,
      );
    } finally {
      await again.running.end();
    }
  });
});
