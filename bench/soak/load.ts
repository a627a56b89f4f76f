import { Agent, request } from 'node:http';
import { text as bodyOf } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

/** A request that was answered: what it was, and how long it took, in milliseconds. */
export interface Answered {
  readonly kind: string;
  readonly milliseconds: number;
}

/** Milliseconds between an answer and a client's next request: some of the machine is left to training. */
const THINK = 60;

const MODEL = 'soak';
const WORDS =
  'where is my card why was the transfer declined please help me with a payment that has not arrived yet today'.split(
    ' ',
  );
const TOPICS = ['card', 'transfer', 'payment', 'other'];

/** Callers of every kind at once, who can be asked to pause. */
export interface Load {
  /** What was answered since the last call. */
  answered(): readonly Answered[];
  /** Requests that were not answered as they should be since the last call, in words. */
  failures(): readonly string[];
  readonly trainings: number;
  /** Lets what has begun end, and begins nothing until `go`. */
  halt(): Promise<void>;
  go(): void;
  close(): Promise<void>;
}

/** Stores rows and trains a first version, so that there is something to ask for; then everybody begins. */
export async function startLoad(address: string): Promise<Load> {
  const agent = new Agent({ keepAlive: true });
  const socketUrl = `${address.replace('http', 'ws')}/graphql`;
  let answered: Answered[] = [];
  let failures: string[] = [];
  let [trainings, count, isOver] = [0, 0, false];
  let gate: { readonly open: Promise<void>; readonly go: () => void } | undefined;
  const busy = new Set<Promise<void>>();

  const send = async (method: string, path: string, type: string, body: string): Promise<string> => {
    const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) };
      const asked = request(`${address}${path}`, { method, agent, headers }, (response) => {
        bodyOf(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
      });
      asked.once('error', reject);
      asked.end(body);
    });
    if (status !== 200 || text.includes('"errors":[')) throw new Error(`${status} ${text.slice(0, 300)}`);
    return text;
  };
  const graphql = (query: string, variables: object): Promise<string> =>
    send('POST', '/graphql', 'application/json', JSON.stringify({ query, variables }));
  const words = (length: number): string => {
    count += 1;
    return `${Array.from({ length }, (_, i) => WORDS[(count * 7 + i * i * 3) % WORDS.length]).join(' ')} ${count}`;
  };
  const texts = (many: number, length: number) => Array.from({ length: many }, () => words(length));

  const follow = async (): Promise<void> => {
    const answer = await graphql(
      'mutation Train($model: String!) { train(input: { model: $model, dataset: "soak", hyperparameters: { epochs: 5 } }) { id } }',
      { model: MODEL },
    );
    const { data }: { data: { train: { id: string } } } = JSON.parse(answer);
    const client = createClient({ url: socketUrl, webSocketImpl: WebSocket, retryAttempts: 0 });
    let last = '';
    const query = 'subscription Follow($id: ID!) { trainingProgress(id: $id) { kind job { status } } }';
    for await (const event of client.iterate({ query, variables: { id: data.train.id } })) last = JSON.stringify(event);
    await client.dispose();
    if (!last.includes('SUCCEEDED')) throw new Error(`a job ended with ${last}`);
    trainings += 1;
  };

  const passer = async (): Promise<void> => {
    const client = createClient({ url: socketUrl, webSocketImpl: WebSocket, retryAttempts: 0 });
    const changes = client.iterate({ query: 'subscription { trainingJobChanged { id status } }' });
    const some = changes.next().catch(() => undefined);
    await Promise.race([some, pause(2_000)]);
    await changes.return?.();
    await client.dispose();
  };

  const kinds: readonly { readonly kind: string; readonly clients: number; readonly run: () => Promise<unknown> }[] = [
    {
      kind: 'embed',
      clients: 2,
      run: () => graphql('query($t: [String!]!) { embed(texts: $t) { vector } }', { t: texts(1, 10) }),
    },
    {
      kind: 'classify',
      clients: 2,
      run: () =>
        graphql('query($t: [String!]!, $m: String!) { classify(model: $m, texts: $t) { predictions { label } } }', {
          t: texts(1, 10),
          m: MODEL,
        }),
    },
    {
      kind: 'batch of 32',
      clients: 1,
      run: () =>
        graphql('query($t: [String!]!) { embed(texts: $t, encoding: BASE64) { vector } }', { t: texts(32, 16) }),
    },
    {
      kind: 'similarity',
      clients: 1,
      run: () =>
        graphql('query($a: [String!]!, $b: [String!]!) { similarity(a: $a, b: $b) }', {
          a: texts(4, 8),
          b: texts(4, 8),
        }),
    },
    {
      kind: 'chunk',
      clients: 1,
      run: () =>
        graphql('query($t: String!) { chunk(text: $t, maxTokens: 32) { start } }', { t: texts(8, 12).join('. ') }),
    },
    {
      kind: 'explain',
      clients: 1,
      run: () =>
        graphql('query($t: String!, $m: String!) { explain(model: $m, task: "topic", text: $t) { similarity } }', {
          t: words(10),
          m: MODEL,
        }),
    },
    {
      kind: 'upload',
      clients: 1,
      run: () => send('PUT', `/datasets/upload-${count % 5}`, 'text/csv', rows(1000, count++ % 10)),
    },
    { kind: 'training', clients: 1, run: follow },
    { kind: 'follower', clients: 2, run: passer },
  ];

  const client = async ({ kind, run }: (typeof kinds)[number]): Promise<void> => {
    while (!isOver) {
      await gate?.open;
      const began = performance.now();
      const work = run().then(
        () => void answered.push({ kind, milliseconds: performance.now() - began }),
        (error) => void failures.push(`${kind}: ${error instanceof Error ? error.message : error}`),
      );
      busy.add(work);
      await work;
      busy.delete(work);
      await pause(THINK);
    }
  };

  await send('PUT', '/datasets/soak', 'text/csv', rows(400, 0));
  await follow();
  const clients = kinds.flatMap((each) => Array.from({ length: each.clients }, () => client(each)));
  return {
    answered() {
      const since = answered;
      answered = [];
      return since;
    },
    failures() {
      const since = failures;
      failures = [];
      return since;
    },
    get trainings() {
      return trainings;
    },
    async halt() {
      let go = (): void => {};
      const open = new Promise<void>((resolve) => {
        go = resolve;
      });
      gate = { open, go };
      await Promise.all(busy);
    },
    go() {
      gate?.go();
      gate = undefined;
    },
    async close() {
      isOver = true;
      gate?.go();
      await Promise.all(clients);
      agent.destroy();
    },
  };
}

/** A file of so many rows; the same for the same number. */
function rows(many: number, which: number): string {
  const lines = Array.from({ length: many }, (_, row) => {
    const topic = TOPICS[row % TOPICS.length];
    const words = Array.from({ length: 8 }, (_, i) => WORDS[(row * 5 + i * i + which * 11) % WORDS.length]).join(' ');
    return `${words} about a ${topic} ${row},${topic}`;
  });
  return `text,topic\n${lines.join('\n')}\n`;
}
