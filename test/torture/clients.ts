import { setTimeout as delay } from 'node:timers/promises';
import { RandomGenerator } from '#src/random/generator.js';
import type { Json } from '../system/stage.js';
import { ask, type Outcome, upload } from './asking.js';
import { csvOf, rowsOf, TEXTS } from './rows.js';
import { type Expected, hears, type Numbers, type Pointing, type Witness } from './witness.js';

/** Models whose heads learn in a moment, and one whose encoder learns too. */
export const MODELS = ['quick', 'brisk', 'deep'] as const;
const DATASETS = ['some', 'more'] as const;

/** Jobs that may wait or run at once, so that the queue has drained soon after the last one. */
const MOST_OPEN = 6;

interface Client {
  readonly random: RandomGenerator;
  /** The API process that the next request goes to. */
  address(): string;
  readonly witness: Witness;
}

/** What a client does, again and again. */
type Habit = (client: Client) => Promise<void>;

/** Clients of every kind, who go on with what they do until they are told to stop. */
export function startClients(addresses: readonly string[], witness: Witness, seed: number): { stop(): Promise<void> } {
  let isOver = false;
  const running = Object.entries(habits).map(async ([name, habit]) => {
    const random = RandomGenerator.seeded(seed, name);
    const client: Client = { random, witness, address: () => addresses[random.below(addresses.length)] };
    while (!isOver) {
      await habit(client);
      await delay(50 + random.below(250));
    }
  });
  return {
    async stop() {
      isOver = true;
      await Promise.all(running);
    },
  };
}

const counted = (witness: Witness, what: string, outcome: Outcome): Outcome => {
  const key = `${what} ${outcome.kind === 'refused' ? outcome.code : outcome.kind}`;
  witness.counts.set(key, (witness.counts.get(key) ?? 0) + 1);
  // Whatever happens to the machine, nobody is to see an error that nobody thought of.
  if (outcome.kind === 'refused' && outcome.code === 'INTERNAL') witness.complaints.push(`${what}: ${outcome.message}`);
  return outcome;
};

const OPEN = 'query($model: String) { trainingJobs(status: [QUEUED, RUNNING], model: $model) { totalCount } }';
const TRAIN = 'mutation($input: TrainInput!) { train(input: $input) { id } }';

/** Queues a training, where not too many wait. */
const trainer =
  (model: string, most: number, input: (random: RandomGenerator) => object): Habit =>
  async ({ random, address, witness }) => {
    const open = await ask(address(), OPEN, { model });
    if (open.kind !== 'done' || open.data.trainingJobs.totalCount >= most) return;
    const rows =
      random.below(2) === 0
        ? { dataset: DATASETS[random.below(DATASETS.length)] }
        : { examples: rowsOf(random.below(3)) };
    const promote = ['ALWAYS', 'IF_BETTER', 'NEVER'][random.below(3)];
    const outcome = await ask(address(), TRAIN, {
      input: { model, promote, seed: random.below(1_000), ...rows, ...input(random) },
    });
    if (counted(witness, 'train', outcome).kind === 'done') expectJob(witness, outcome, 'train');
  };

function expectJob({ jobs }: Witness, outcome: Outcome, field: string): void {
  if (outcome.kind === 'done') jobs.set(outcome.data[field].id, 'succeeds');
}

const evaluator: Habit = async ({ random, address, witness }) => {
  await delay(2_000);
  const outcome = await ask(
    address(),
    'mutation($model: String!, $dataset: String!) { evaluate(model: $model, dataset: $dataset) { id } }',
    { model: MODELS[random.below(MODELS.length)], dataset: DATASETS[random.below(DATASETS.length)] },
  );
  if (counted(witness, 'evaluate', outcome).kind === 'done') expectJob(witness, outcome, 'evaluate');
};

/** Cancels jobs, and tries some again. */
const canceller: Habit = async ({ random, address, witness }) => {
  await delay(random.below(2_000));
  const { jobs } = witness;
  const recent = [...jobs].slice(-2 * MOST_OPEN);
  if (recent.length === 0) return;
  const [id, expected] = recent[random.below(recent.length)];
  const isRetry = expected !== 'succeeds';
  // Most of them are to be left in peace, and to make a version.
  if (!isRetry && random.uniform() < 0.7) return;
  const field = isRetry ? 'retryTraining' : 'cancelTraining';
  const outcome = counted(
    witness,
    field,
    await ask(address(), `mutation($id: ID!) { ${field}(id: $id) { status } }`, { id }),
  );
  if (outcome.kind === 'refused') return;
  const certain: Expected = isRetry ? 'succeeds' : 'cancelled';
  jobs.set(id, outcome.kind === 'done' ? certain : 'anyhow');
};

const VERSIONS =
  'query($model: String!) { model(name: $model) { versions(first: 50) { number } aliases { name version } } }';

/** Points the aliases of a model about, and deletes its older versions: the only one who does, so that the order is known. */
const curator =
  (model: string): Habit =>
  async ({ random, address, witness }) => {
    await delay(random.below(800));
    const found = await ask(address(), VERSIONS, { model });
    if (found.kind !== 'done' || found.data.model === null) return;
    const numbers: number[] = found.data.model.versions.map(({ number }: Json) => number);
    const version = numbers[random.below(Math.min(6, numbers.length))];
    const alias = ['production', 'canary'][random.below(2)];
    const chance = random.uniform();
    const point = async (what: string, query: string, pointing: Pointing): Promise<void> => {
      const outcome = counted(witness, what, await ask(address(), query, { model, version, alias }));
      if (outcome.kind === 'done') witness.pointed.set(model, [...(witness.pointed.get(model) ?? []), pointing]);
    };
    if (chance < 0.45)
      return point(
        'promote',
        'mutation($model: String!, $version: Int!, $alias: String!) { promote(model: $model, version: $version, alias: $alias) { name } }',
        { alias, version },
      );
    if (chance < 0.65)
      return point(
        'rollBack',
        'mutation($model: String!, $alias: String!) { rollBack(model: $model, alias: $alias) { name } }',
        { alias, version: undefined },
      );
    const old = numbers.at(-1);
    if (old === undefined || numbers.length < 3) return;
    const outcome = counted(
      witness,
      'deleteVersion',
      await ask(
        address(),
        'mutation($model: String!, $version: Int!) { deleteVersion(model: $model, version: $version) { name } }',
        { model, version: old },
      ),
    );
    if (outcome.kind === 'done') witness.deleted.add(`${model} ${old}`);
  };

/** Replaces data sets, and deletes them: the only one who does. */
const librarian: Habit = async ({ random, address, witness }) => {
  await delay(random.below(1_500));
  const name = DATASETS[random.below(DATASETS.length)];
  const variant = random.below(3);
  const chance = random.uniform();
  const known = witness.datasets.get(name) ?? new Set([undefined]);
  const become = (what: string, outcome: Outcome, digest: string | undefined): void => {
    counted(witness, what, outcome);
    if (outcome.kind === 'done') witness.datasets.set(name, new Set([digest]));
    // Nobody can say, and nobody can say what: checked as long as it is known what it was before.
    if (outcome.kind === 'unknown') witness.datasets.set(name, new Set([...known, 'unknown']));
  };
  if (chance < 0.15)
    return become(
      'deleteDataset',
      await ask(address(), 'mutation($name: String!) { deleteDataset(name: $name) }', { name }),
      undefined,
    );
  const outcome =
    chance < 0.6
      ? await upload(address(), name, csvOf(variant))
      : await ask(
          address(),
          'mutation($name: String!, $examples: [ExampleInput!]!) { createDataset(name: $name, examples: $examples) { digest } }',
          { name, examples: rowsOf(variant) },
        );
  const digest = outcome.kind === 'done' ? (outcome.data.createDataset ?? outcome.data).digest : undefined;
  become('createDataset', outcome, digest);
};

export const CLASSIFY =
  'query($model: String!, $version: Int, $texts: [String!]!) { classify(model: $model, version: $version, texts: $texts) { version text predictions { task label scores { label score } } } }';

export const saidIn = ({ predictions }: Json): Numbers =>
  Object.fromEntries(
    predictions.flatMap(({ task, scores }: Json) =>
      scores.map(({ label, score }: Json) => [`${task} ${label}`, score]),
    ),
  );

/** Asks what is in production, and then the same of the version that answered. */
const reader: Habit = async ({ random, address, witness }) => {
  const model = MODELS[random.below(MODELS.length)];
  let version: number | undefined;
  for (const which of ['production', 'pinned']) {
    const outcome = counted(
      witness,
      `classify ${which}`,
      await ask(address(), CLASSIFY, { model, version, texts: TEXTS }),
    );
    if (outcome.kind !== 'done') return;
    for (const each of outcome.data.classify) hears(witness, model, each.version, each.text, saidIn(each));
    version = outcome.data.classify[0].version;
  }
};

const embedder: Habit = async ({ random, address, witness }) => {
  const text = `text number ${random.below(50)}`;
  const outcome = counted(
    witness,
    'embed',
    await ask(address(), 'query($texts: [String!]!) { embed(texts: $texts) { vector } }', { texts: [text] }),
  );
  if (outcome.kind === 'done') hears(witness, 'pretrained', 0, text, { ...outcome.data.embed[0].vector });
};

const ONLY_HEADS = (random: RandomGenerator) => ({ hyperparameters: { epochs: 5 + random.below(300), patience: 300 } });
const UPPER_LAYER = (random: RandomGenerator) => ({
  freeze: { backbone: 'PARTIAL', frozenLayers: 5 },
  hyperparameters: { epochs: 2 + random.below(3), maxTokens: 16 },
});

const habits: Readonly<Record<string, Habit>> = {
  'trainer of quick': trainer('quick', 2, ONLY_HEADS),
  'trainer of brisk': trainer('brisk', 2, ONLY_HEADS),
  'trainer of deep': trainer('deep', 1, UPPER_LAYER),
  evaluator,
  canceller,
  'curator of quick': curator('quick'),
  'curator of brisk': curator('brisk'),
  'curator of deep': curator('deep'),
  librarian,
  'a reader': reader,
  'another reader': reader,
  embedder,
};
