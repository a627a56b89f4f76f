import { type Datasets, datasetsOver } from './datasets.js';
import { ClientError } from './error.js';
import { ask, type CallOptions, type Connection } from './http.js';
import { type JobHandle, jobHandle, jobOf } from './job.js';
import { type Models, modelsOver } from './models.js';
import type { Operation } from './operation.js';
import * as operations from './operations.js';
import { subscriptionsOver } from './subscription.js';
import { vectorOf } from './vector.js';

export type { Dataset, Datasets, UploadedDataset, UploadOptions } from './datasets.js';
export { ClientError, type Problem } from './error.js';
export type { CallOptions } from './http.js';
export { type Epoch, hasEnded, type Job, type JobHandle, type JobState, type ProgressEvent } from './job.js';
export type { Model, Models, Version } from './models.js';
export type { Operation } from './operation.js';
export type { ExampleInput, FreezeInput, HyperparametersInput, JobKind, JobStatus, TrainInput } from './operations.js';

export interface ClientOptions {
  /** Where the server is; where the page is from, and `http://127.0.0.1:4000` outside of pages, when absent. */
  readonly url?: string | URL;
  readonly apiKey?: string;
  /** How often a request is sent again that the server had no room for, after as long as it asked for; 4 when absent. */
  readonly retries?: number;
  /** In place of the global one. */
  readonly fetch?: typeof fetch;
}

export type Embedding = Omit<operations.EmbedQuery['embed'][number], 'vector'> & { readonly vector: Float32Array };
export type Classification = operations.ClassifyQuery['classify'][number];

export type EmbedOptions = CallOptions & Omit<operations.EmbedQueryVariables, 'texts'>;
export type ClassifyOptions = CallOptions & Omit<operations.ClassifyQueryVariables, 'texts'>;
export type EvaluateOptions = CallOptions & operations.EvaluateMutationVariables;
export type JobPage = operations.JobsQuery['trainingJobs'];
export type JobsOptions = CallOptions & operations.JobsQueryVariables;

/** A server, typed. Every call throws a ClientError where it cannot be done. */
export interface Client extends Models {
  /** Texts as vectors, in the order of the texts; at most 4096 at once. */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<readonly Embedding[]>;
  /** What every head of a model says of each text, in the order of the texts; at most 4096 at once. */
  classify(texts: readonly string[], options?: ClassifyOptions): Promise<readonly Classification[]>;
  /** Queues a training. */
  train(input: operations.TrainInput, options?: CallOptions): Promise<JobHandle>;
  /** Queues a measurement of a version on the rows of a data set. */
  evaluate(options: EvaluateOptions): Promise<JobHandle>;
  /** A job by id. */
  job(id: string, options?: CallOptions): Promise<JobHandle>;
  /** Jobs, newest first. */
  jobs(options?: JobsOptions): Promise<JobPage>;
  readonly datasets: Datasets;
  /** Any other query or mutation. */
  query<Answer = unknown, Variables = Readonly<Record<string, unknown>>>(
    query: Operation<Answer, Variables>,
    variables?: Variables,
    options?: CallOptions,
  ): Promise<Answer>;
  /** Any other subscription; begun again where the connection breaks. */
  subscribe<Answer = unknown, Variables extends Readonly<Record<string, unknown>> = Readonly<Record<string, unknown>>>(
    query: Operation<Answer, Variables>,
    variables?: Variables,
    options?: CallOptions,
  ): AsyncGenerator<Answer, void>;
  /** Ends the subscriptions that are still open. */
  close(): void;
}

/** A client of the server at `url`; asks nothing until it is asked. @throws ClientError where `url` is none of HTTP */
export function createClient({ url, apiKey, retries = 4, fetch: given }: ClientOptions = {}): Client {
  const connection: Connection = {
    base: baseOf(url),
    headers: apiKey ? { authorization: `Bearer ${apiKey}` } : {},
    fetch: given ?? ((...request) => fetch(...request)),
    retries,
  };
  const subscriptions = subscriptionsOver(connection);
  const handle = (job: JobHandle['job']) => jobHandle(connection, subscriptions, job);

  return {
    async embed(texts, { signal, ...asked } = {}) {
      const { embed } = await ask(connection, operations.Embed, { ...asked, texts }, { signal });
      return embed.map((each) => ({ ...each, vector: vectorOf(each.vector) }));
    },
    async classify(texts, { signal, ...asked } = {}) {
      return (await ask(connection, operations.Classify, { ...asked, texts }, { signal })).classify;
    },
    train: async (input, options) => handle((await ask(connection, operations.Train, { input }, options)).train),
    evaluate: async ({ signal, ...asked }) =>
      handle((await ask(connection, operations.Evaluate, asked, { signal })).evaluate),
    job: async (id, options) => handle(await jobOf(connection, id, options)),
    jobs: async ({ signal, ...asked } = {}) => (await ask(connection, operations.Jobs, asked, { signal })).trainingJobs,
    datasets: datasetsOver(connection),
    ...modelsOver(connection),
    query: (query, variables, options) => ask(connection, query, variables, options),
    subscribe: (query, variables, options) => subscriptions.subscribe(query, variables, options),
    close: () => subscriptions.close(),
  };
}

/** With a slash at its end, so that paths are added to it; `/graphql` may be written there already. */
function baseOf(url: string | URL = ownOrigin() ?? 'http://127.0.0.1:4000'): URL {
  if (!/^https?:\/\//.test(String(url)) || !URL.canParse(String(url))) {
    const message = `url is ${JSON.stringify(url)}: give http://host:port or https://host:port.`;
    const code = 'BAD_USER_INPUT';
    throw new ClientError(code, message, { problems: [{ code, message, field: 'url' }] });
  }
  return new URL(`${String(url).replace(/(\/graphql)?\/*$/, '')}/`);
}

/** Of the page that the client runs in: its own server is the one it may reach without further ado. */
function ownOrigin(): string | undefined {
  const { location }: typeof globalThis & { readonly location?: { readonly origin: string } } = globalThis;
  return location?.origin.startsWith('http') ? location.origin : undefined;
}
