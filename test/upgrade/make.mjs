// How `earlier/` was made, by the release that is unpacked and built in a folder (see README.md):
//   node test/upgrade/make.mjs <that folder> <a Redis URL> test/upgrade/earlier
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const [release, redis, folder] = process.argv.slice(2);
const address = 'http://127.0.0.1:4990';
const environment = {
  ...process.env,
  DATA_DIR: resolve(folder, 'stored'),
  REDIS_URL: redis,
  STARTER: 'off',
  PORT: '4990',
};

async function start(entry) {
  const child = spawn(process.execPath, [join(release, 'dist', entry)], { env: environment });
  for await (const bytes of child.stderr) if (/"msg":"ready"/.test(String(bytes))) break;
  child.stderr.resume();
  return child;
}

async function ask(query, variables = {}) {
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

const rows = (moods) =>
  Array.from({ length: 36 }, (_, i) => ({
    text: `${moods[i % 2][1]} ${['apple', 'banana', 'cherry'][i % 3]} number ${i}.`,
    labels: [
      { task: 'fruit', label: ['apple', 'banana', 'cherry'][i % 3] },
      { task: 'mood', label: moods[i % 2][0] },
    ],
  }));

async function train(input) {
  const { id } = (await ask('mutation($input: TrainInput!) { train(input: $input) { id } }', { input })).train;
  return id;
}

async function ended(id) {
  for (;;) {
    const { status } = (await ask('query($id: ID!) { trainingJob(id: $id) { status } }', { id })).trainingJob;
    if (!['QUEUED', 'RUNNING'].includes(status)) return status;
    await delay(100);
  }
}

const api = await start('src/server.js');
const worker = await start('worker/main.js');
await ask(
  'mutation($name: String!, $examples: [ExampleInput!]!) { createDataset(name: $name, examples: $examples) { digest } }',
  {
    name: 'fruit-and-mood',
    examples: rows([
      ['happy', 'I love this wonderful'],
      ['sad', 'I hate this terrible'],
    ]),
  },
);
const order = { model: 'fruit', dataset: 'fruit-and-mood', hyperparameters: { epochs: 30 } };
const first = await train({ ...order, promote: 'ALWAYS' });
await ended(first);
const second = await train({ ...order, seed: 7, promote: 'ALWAYS' });
await ended(second);
await ask('mutation { promote(model: "fruit", version: 1) { name } }');
await ask('mutation { promote(model: "fruit", version: 2, alias: "canary") { name } }');
worker.kill('SIGKILL');
await once(worker, 'exit');
const cancelled = await train(order);
await ask('mutation($id: ID!) { cancelTraining(id: $id) { id } }', { id: cancelled });
const waiting = await train({ ...order, promote: 'NEVER' });
const texts = ['I love this wonderful cherry.', 'I hate this terrible apple.', 'Nothing of the kind.'];
const answers = {};
for (const version of [1, 2])
  answers[version] = (
    await ask(
      'query($version: Int, $texts: [String!]!) { classify(model: "fruit", version: $version, texts: $texts) { text predictions { task label scores { label score } } } }',
      { version, texts },
    )
  ).classify;
// That release does not end on SIGTERM.
api.kill('SIGKILL');
await once(api, 'exit');
const jobs = { [first]: 'SUCCEEDED', [second]: 'SUCCEEDED', [cancelled]: 'CANCELLED', [waiting]: 'QUEUED' };
await writeFile(join(folder, 'told.json'), `${JSON.stringify({ jobs, waiting, answers }, null, 2)}\n`);
