import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { describeInBrowser, launchChromium } from '../web/chromium.js';
import {
  ask,
  data,
  easyRows,
  finished,
  freePort,
  JOB,
  type Json,
  READY,
  type Running,
  run,
  subscription,
  TRAIN,
  temporaryFolder,
} from './stage.js';

describe('npm start on a bare machine', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let environment: Record<string, string>;
  let running: Running;
  let address: string;

  beforeAll(async () => {
    folder = await temporaryFolder();
    environment = { DATA_DIR: join(folder.path, 'data'), PORT: String(await freePort()) };
    running = run('src/main.js', environment);
    address = (await running.says(READY))[1];
  });

  afterAll(async () => {
    await running.end('SIGKILL');
    await folder.remove();
  });

  it('says in plain words what it does', () => {
    const lines = ['Starting the queue', 'Loading the encoder', 'Training the starter heads', 'Manyhead is ready'];
    const places = lines.map((line) => running.said().indexOf(line));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBe(0);
  });

  it('is ready when it says so', async () => {
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
    expect((await fetch(`${address}/livez`)).status).toBe(200);
  });

  it('gives the published embeddings', async () => {
    const texts = ['Soccer is pretty cool!', 'Hello Fetch!', 'The weather is so gloomy.'];
    const { embed } = await data(
      address,
      'query($texts: [String!]!) { embed(texts: $texts) { vector dimensions tokens truncated } }',
      { texts },
    );
    const published = [
      [0.016, -0.0027, 0.01, -0.0184, 0.0123],
      [-0.0812, 0.0256, 0.0376, 0.0185, -0.0956],
      [0.0506, 0.0659, 0.1175, 0.1304, -0.0093],
    ];
    embed.forEach(({ vector, dimensions, truncated }: Json, text: number) => {
      expect(dimensions).toBe(384);
      expect(vector).toHaveLength(384);
      expect(truncated).toBe(false);
      published[text].forEach((number, place) => {
        expect(Math.abs(vector[place] - number)).toBeLessThanOrEqual(3e-4);
      });
    });
  });

  it('labels the published sentences as published', async () => {
    const texts = ['Soccer is pretty cool!', 'Hello Fetch!', 'The weather is so gloomy!'];
    const { classify } = await data(
      address,
      'query($texts: [String!]!) { classify(texts: $texts, tasks: ["topic", "sentiment"]) { version predictions { label } } }',
      { texts },
    );
    expect(classify.map(({ predictions }: Json) => predictions.map(({ label }: Json) => label))).toEqual([
      ['sports', 'positive'],
      ['greetings', 'positive'],
      ['weather', 'negative'],
    ]);
  });

  it('hears what a negation does to a sentence', async () => {
    const texts = [
      'The match was not bad at all',
      'The match was not good',
      'Not bad, thanks, how about you?',
      "I don't feel welcome here.",
    ];
    const { classify } = await data(
      address,
      'query($texts: [String!]!) { classify(texts: $texts, tasks: ["sentiment"]) { predictions { label } } }',
      { texts },
    );
    expect(classify.map(({ predictions }: Json) => predictions[0].label)).toEqual([
      'positive',
      'negative',
      'positive',
      'negative',
    ]);
  });

  it('has learned more than its rows by heart: it is right on those that were held out', async () => {
    const lines = (await readFile(new URL('../../examples/starter.jsonl', import.meta.url), 'utf8'))
      .split('\n')
      .filter(Boolean);
    const rows = lines.map((line): Record<string, string> => JSON.parse(line)).filter(({ split }) => split === 'test');
    const { classify } = await data(
      address,
      'query($texts: [String!]!) { classify(texts: $texts) { predictions { task label } } }',
      {
        texts: rows.map(({ text }) => text),
      },
    );
    const accuracy = (task: string) =>
      rows.filter((row, i) => classify[i].predictions.find((each: Json) => each.task === task).label === row[task])
        .length / rows.length;
    expect(rows.length).toBeGreaterThanOrEqual(100);
    expect(accuracy('topic')).toBeGreaterThan(0.87);
    expect(accuracy('sentiment')).toBeGreaterThan(0.7);
  });

  it('queued that training like any other, and keeps its history', async () => {
    const { trainingJobs } = await data(
      address,
      '{ trainingJobs { totalCount hasNextPage nodes { id model dataset status progress history { epoch } version { number } } } }',
    );
    expect(trainingJobs).toMatchObject({ totalCount: 1, hasNextPage: false });
    expect(trainingJobs.nodes[0]).toMatchObject({
      model: 'default',
      dataset: 'starter',
      status: 'SUCCEEDED',
      progress: 1,
      version: { number: 1 },
    });
    expect(trainingJobs.nodes[0].history.length).toBeGreaterThan(5);
  });

  it('trains a model on request and tells every epoch to who follows', async () => {
    const { train } = await data(address, TRAIN, { input: { model: 'fruit', examples: easyRows() } });
    expect(train).toMatchObject({ status: 'QUEUED', attempt: 1, trainableParameters: 385 * 3 + 385 * 2 });
    const events = await subscription(
      address,
      'subscription Follow($id: ID!) { trainingProgress(id: $id) { kind epoch step totalSteps loss taskLosses { task loss } job { status version { number } } } }',
      { id: train.id },
    );
    const told = events.map(({ data }) => data.trainingProgress);
    expect(told[0]).toMatchObject({ kind: 'STATUS' });
    expect(told.at(-1)).toMatchObject({ kind: 'STATUS', job: { status: 'SUCCEEDED', version: { number: 1 } } });
    expect(told.filter(({ kind }) => kind === 'VERSION')).toHaveLength(1);
    const { trainingJob } = await data(address, JOB, { id: train.id });
    const epochs = told.filter(({ kind }) => kind === 'EPOCH').map(({ epoch }) => epoch);
    expect(epochs).toEqual(trainingJob.history.map(({ epoch }: Json) => epoch).slice(-epochs.length));
    expect(trainingJob.promotion).toMatchObject({ promoted: true });
    const { classify } = await data(
      address,
      '{ classify(texts: ["I love this lovely cherry"], model: "fruit") { version predictions { task label scores(top: 1) { label } } } }',
    );
    expect(classify[0]).toMatchObject({
      version: 1,
      predictions: [
        { task: 'fruit', label: 'cherry', scores: [{ label: 'cherry' }] },
        { task: 'mood', label: 'happy' },
      ],
    });
  });

  it('does what its ready examples say', async () => {
    const example = (name: string) => readFile(new URL(`../../examples/${name}.graphql`, import.meta.url), 'utf8');
    expect((await data(address, await example('embed'))).embed[0]).toMatchObject({ dimensions: 8 });
    expect((await data(address, await example('classify'))).classify).toHaveLength(3);
    const { explain } = await data(address, await example('explain'));
    expect(explain.map(({ labels }: { labels: string[] }) => labels)).toContainEqual(['sports']);
    const { similarity, chunk } = await data(address, await example('similarity'));
    expect(similarity[0][0]).toBeGreaterThan(similarity[0][1]);
    expect(chunk.length).toBeGreaterThan(1);
    const { train } = await data(address, await example('train'));
    const events = await subscription(address, (await example('follow-job')).replaceAll('JOB_ID', train.id));
    expect(events.at(-1)?.data.trainingProgress.job).toMatchObject({ status: 'SUCCEEDED', version: { number: 1 } });
    expect((await data(address, '{ model(name: "support") { production { number } } }')).model.production).toBeNull();
    expect((await data(address, await example('promote'))).promote.production).toMatchObject({ number: 1 });
    const fineTuning = await data(address, await example('fine-tune'));
    expect(await finished(address, fineTuning.train.id)).toMatchObject({
      status: 'SUCCEEDED',
      version: { number: 2, parent: 1 },
      promotion: { promoted: true },
    });
    expect((await data(address, await example('create-dataset'))).createDataset).toMatchObject({ rows: 4 });
    expect((await data(address, await example('compare'))).compareVersions).toMatchObject({ rows: 4, learnedRows: 0 });
  });

  it('tells a caller what is wrong, where, and what would be right', async () => {
    const wrong: [string, string, string | undefined, RegExp][] = [
      [
        '{ embed(texts: ["a"], dimensions: 0, projection: TRUNCATE) { dimensions } }',
        'BAD_USER_INPUT',
        'dimensions',
        /is 0: give 1 to 384/,
      ],
      ['{ classify(texts: ["a"], tasks: ["mood"]) { text } }', 'NOT_FOUND', 'tasks[0]', /sentiment, topic/],
      ['{ classify(texts: ["a"], tasks: ["topic", "topic"]) { text } }', 'BAD_USER_INPUT', 'tasks[1]', /second time/],
      ['{ classify(texts: ["a"], model: "nobody") { text } }', 'NOT_FOUND', 'model', /there is: default/],
      ['{ classify(texts: ["a"], version: 99) { text } }', 'NOT_FOUND', 'version', /there is: 1/],
      ['mutation { promote(version: 99) { name } }', 'NOT_FOUND', 'version', /there is: 1/],
      ['mutation { cancelTraining(id: "none") { id } }', 'NOT_FOUND', 'id', /there is/],
      ['{ classify(texts: 5) { text } }', 'GRAPHQL_VALIDATION_FAILED', undefined, /non string value: 5/],
      ['{ classify(', 'GRAPHQL_PARSE_FAILED', undefined, /Syntax/],
    ];
    for (const [query, code, field, message] of wrong) {
      const { errors } = await ask(address, query);
      expect(errors[0], query).toMatchObject({ extensions: field === undefined ? { code } : { code, field } });
      expect(errors[0].message).toMatch(message);
      expect(JSON.stringify(errors)).not.toMatch(/node_modules|stacktrace|\.js:/);
    }
  });

  it('answers who follows a job that is not there, instead of breaking the stream', async () => {
    const [event] = await subscription(address, 'subscription { trainingProgress(id: "none") { kind } }');
    expect(event.errors[0].extensions).toMatchObject({ code: 'NOT_FOUND', field: 'id' });
  });

  it('says what is wrong with a request that is not even GraphQL', async () => {
    const send = async (body: string, type = 'application/json') => {
      const response = await fetch(`${address}/graphql`, { method: 'POST', headers: { 'content-type': type }, body });
      return { status: response.status, body: await response.text() };
    };
    for (const given of [
      await send('{"query":'),
      await send('[]'),
      await send('{}'),
      await send('query=1', 'text/plain'),
    ]) {
      expect(given.status).toBe(400);
      expect(given.body).not.toMatch(/node_modules|\\n +at /);
    }
    expect((await fetch(`${address}/nowhere`)).status).toBe(404);
  });

  it('refuses a training that cannot work before it is queued, field by field', async () => {
    const rows = easyRows();
    const wrong: [object, string, RegExp][] = [
      [{}, 'dataset', /neither dataset nor examples/],
      [{ examples: rows, dataset: 'starter' }, 'dataset', /both/],
      [{ examples: [] }, 'examples', /at least one row/],
      [{ examples: [{ text: ' ', labels: [] }] }, 'examples[0].text', /not empty/],
      [
        { examples: [...rows, { text: 'a kiwi', labels: [{ task: 'fruit', label: 'kiwi' }] }] },
        'examples',
        /one row with label "kiwi"/,
      ],
      [
        { examples: [{ text: 'a', labels: [{ task: 'fruit', label: 'x', labels: ['y'] }] }] },
        'examples[0].labels[0]',
        /both/,
      ],
      [{ examples: [{ text: 'a', labels: [{ task: '../x', label: 'x' }] }] }, 'examples[0].labels[0].task', /letters/],
      [{ examples: rows, tasks: ['colour'] }, 'tasks[0]', /"colour".*fruit, mood/],
      [{ examples: rows, model: '../up' }, 'model', /letters/],
      [
        { examples: rows, freeze: { heads: ['fruit'] }, model: 'unheard-of' },
        'freeze.heads[0]',
        /new and has no heads/,
      ],
      [{ examples: rows, freeze: { backbone: 'FULL', frozenLayers: 2 } }, 'freeze.frozenLayers', /FULL fixes all 6/],
      [
        { examples: rows, hyperparameters: { epochs: 0 } },
        'hyperparameters.epochs',
        /is 0: give a whole number from 1/,
      ],
      [{ examples: rows, hyperparameters: { headLearningRate: -1 } }, 'hyperparameters.headLearningRate', /is -1/],
      [{ examples: rows, validationSplit: 1 }, 'validationSplit', /0 to 0.9/],
      [{ examples: rows, lossWeighting: 'FIXED' }, 'lossWeights', /no weight for task "fruit"/],
      [{ dataset: 'nowhere' }, 'dataset', /starter/],
      [{ examples: rows, model: 'fruit', baseVersion: 7 }, 'baseVersion', /version 7/],
    ];
    for (const [input, field, message] of wrong) {
      const { errors } = await ask(address, TRAIN, { input });
      expect(errors[0]?.message, JSON.stringify(input).slice(0, 80)).toMatch(message);
      expect(errors[0].extensions).toMatchObject({ field });
    }
    expect((await data(address, '{ trainingJobs { totalCount } }')).trainingJobs.totalCount).toBe(4);
  });

  it('stops within five seconds on Ctrl-C, and finds everything again at the second start', async () => {
    const { code, milliseconds } = await running.end('SIGINT');
    expect(code).toBe(0);
    expect(milliseconds).toBeLessThan(5_000);
    running = run('src/main.js', environment);
    address = (await running.says(READY))[1];
    expect(running.said()).not.toContain('Training the starter heads');
    const { models, trainingJobs } = await data(
      address,
      '{ models { name production { number } } trainingJobs { nodes { status history { epoch } } } }',
    );
    expect(models.map(({ name }: Json) => name)).toEqual(['default', 'fruit', 'support']);
    expect(trainingJobs.nodes.every(({ status, history }: Json) => status === 'SUCCEEDED' && history.length > 0)).toBe(
      true,
    );
    const { train } = await data(address, TRAIN, { input: { model: 'fruit', examples: easyRows() } });
    expect((await finished(address, train.id)).version).toMatchObject({ number: 2, parent: 1 });
  });

  it('gets over the death of any of its processes', async () => {
    for (const entry of ['server.js', 'worker/main.js', 'queue/embedded/process.js']) {
      const pid = await childOf(running.child.pid ?? 0, entry);
      process.kill(pid, 'SIGKILL');
      await running.says(/ended \(SIGKILL\); starting it again\.[\s\S]*runs again/);
      const { train } = await untilAnswered(address, TRAIN, { input: { model: 'again', examples: easyRows() } });
      expect(await finished(address, train.id), entry).toMatchObject({ status: 'SUCCEEDED' });
    }
  });
});

describe('npm start that is killed with SIGKILL in the middle of a training', () => {
  it('leaves no process behind, and the next start ends the job', async () => {
    const folder = await temporaryFolder();
    const environment = { DATA_DIR: join(folder.path, 'data'), PORT: String(await freePort()), STARTER: 'off' };
    const first = run('src/main.js', environment);
    const address = (await first.says(READY))[1];
    const { train } = await data(address, TRAIN, {
      input: { model: 'fruit', examples: easyRows(1500), hyperparameters: { epochs: 60, patience: 60 } },
    });
    const children = await Promise.all(
      ['server.js', 'worker/main.js', 'embedded/process.js'].map((entry) => childOf(first.child.pid ?? 0, entry)),
    );
    await first.end('SIGKILL');
    await eventually('its processes to end', () => children.every((pid) => !isAlive(pid)));
    const second = run('src/main.js', environment);
    await second.says(READY);
    expect(await finished(address, train.id)).toMatchObject({ status: 'SUCCEEDED', version: { number: 1 } });
    await second.end('SIGINT');
    await folder.remove();
  });
});

describeInBrowser('GraphiQL of the running product', () => {
  it('labels texts from its ready example, without asking any other host', async () => {
    const folder = await temporaryFolder();
    const running = run('src/main.js', { DATA_DIR: folder.path, PORT: String(await freePort()) });
    const address = (await running.says(READY))[1];
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const hosts = new Set<string>();
      page.on('request', (request) => hosts.add(new URL(request.url()).host));
      await page.goto(`${address}/graphql`);
      await page.locator('.graphiql-query-editor .view-line').first().waitFor();
      await page.getByRole('tab', { name: 'Classify' }).click();
      await page.locator('.graphiql-query-editor').getByText('Hello Fetch!').waitFor();
      await page.getByRole('button', { name: /^Execute query/ }).click();
      await page.locator('.result-window').getByText('"sports"').first().waitFor();
      expect([...hosts].filter((host) => host !== '')).toEqual([new URL(address).host]);
    } finally {
      await browser.close();
      await running.end('SIGKILL');
      await folder.remove();
    }
  });
});

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** The process of ours below a parent that runs an entry. */
async function childOf(parent: number, entry: string): Promise<number> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    if (command.includes(entry) && status.includes(`PPid:\t${parent}\n`)) return Number(pid);
  }
  throw new Error(`${parent} runs no ${entry}`);
}

/** Asks until the API, which may be starting again, accepts. */
async function untilAnswered(address: string, query: string, variables: object): Promise<Json> {
  for (let tries = 0; ; tries++)
    try {
      return await data(address, query, variables);
    } catch (error) {
      if (tries > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
}
