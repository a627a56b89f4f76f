import { readFile } from 'node:fs/promises';
import type { ArtifactStore } from '../artifacts/store.js';
import type { Example } from '../datasets/example.js';
import { AS_IT_IS } from '../heads/reshape.js';
import { DEFAULT_MODEL } from '../registry/registry.js';
import { type JobRooms, submit } from './actions.js';
import type { Job } from './job.js';
import { checkTraining, type OrderRooms } from './order.js';

/** The rows that come with Manyhead: a topic and a sentiment each. `test` rows are held out for measuring. */
const STARTER = new URL('../../../examples/starter.jsonl', import.meta.url);

const CLAIM = 'starter.json';

/** A claim this old, in milliseconds, was left by a process that died before it queued the job. */
const CLAIM_AGE = 60_000;

/**
 * On the very first start, queues a training of the two starter heads like anybody else's, so that `classify` has something
 * to say. Only one process of an installation does.
 * @returns the job; undefined where it is not the first start
 */
export async function trainStarterHeads(store: ArtifactStore, rooms: OrderRooms & JobRooms): Promise<Job | undefined> {
  const isNew = (await rooms.registry.models()).length === 0 && (await rooms.records.ids()).length === 0;
  if (!isNew || !(await claim(store))) return undefined;
  try {
    const dataset = await rooms.datasets.create('starter', await starterExamples());
    const order = await checkTraining(
      {
        model: DEFAULT_MODEL,
        dataset: dataset.name,
        examples: undefined,
        tasks: undefined,
        baseVersion: undefined,
        reshape: AS_IT_IS,
        freeze: { backbone: 'FULL', frozenLayers: undefined, heads: [] },
        hyperparameters: {},
        lossWeighting: 'EQUAL',
        lossWeights: undefined,
        validationSplit: 0.1,
        seed: 42,
        promote: 'ALWAYS',
      },
      rooms,
    );
    return await submit(order, { name: 'first start' }, rooms);
  } catch (error) {
    await store.delete(CLAIM);
    throw error;
  }
}

async function claim(store: ArtifactStore): Promise<boolean> {
  const claimed = await store.get(CLAIM);
  if (claimed !== undefined) {
    if (Date.now() - claimedAt(claimed) < CLAIM_AGE) return false;
    await store.delete(CLAIM);
  }
  return store.create(CLAIM, Buffer.from(JSON.stringify({ at: new Date().toISOString() })));
}

/** When, in milliseconds; -Infinity where a damaged file does not tell: then it was left. */
function claimedAt(claim: Buffer): number {
  try {
    const { at }: { at: string } = JSON.parse(claim.toString('utf8'));
    return Date.parse(at) || Number.NEGATIVE_INFINITY;
  } catch {
    return Number.NEGATIVE_INFINITY;
  }
}

async function starterExamples(): Promise<Example[]> {
  const lines = (await readFile(STARTER, 'utf8')).split('\n').filter(Boolean);
  return lines
    .map((line): { text: string; topic: string; sentiment: string; split: string } => JSON.parse(line))
    .filter(({ split }) => split === 'train')
    .map(({ text, topic, sentiment }) => ({ text, labels: { topic, sentiment } }));
}
