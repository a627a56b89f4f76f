import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Terminal } from './terminal.js';

interface Progress {
  readonly trainingProgress: {
    readonly job: { readonly status: string; readonly progress: number; readonly error?: { readonly message: string } };
  };
}

interface OpenJobs {
  readonly data?: {
    readonly model: unknown;
    readonly trainingJobs: { readonly nodes: readonly { readonly id: string; readonly dataset: string }[] };
  };
}

/**
 * Shows the training of the starter heads, where it is still going on, as any client of the API could.
 * @param key that opens the API
 * @returns how it ended; undefined where there is nothing to wait for
 */
export async function followStarter(
  address: string,
  key: string,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<string | undefined> {
  const client = createClient({
    url: `${address.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${key}` },
    retryAttempts: 10,
  });
  signal.addEventListener('abort', () => void client.dispose());
  try {
    const id = await openStarterJob(address, key);
    if (id === undefined) return undefined;
    let status = 'QUEUED';
    for await (const { data } of client.iterate<Progress>({
      query:
        'subscription Follow($id: ID!) { trainingProgress(id: $id) { job { status progress error { message } } } }',
      variables: { id },
    })) {
      if (!data) continue;
      const { job } = data.trainingProgress;
      status = job.status;
      terminal.progress('Training the starter heads', job.progress);
      if (job.error) terminal.say(`Training the starter heads failed: ${job.error.message}`);
    }
    return status;
  } finally {
    await client.dispose();
  }
}

/** The one job of a model that has no version yet, while it has not ended. */
async function openStarterJob(address: string, key: string): Promise<string | undefined> {
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({
      query: '{ model { name } trainingJobs(model: "default", status: [QUEUED, RUNNING]) { nodes { id dataset } } }',
    }),
  });
  const { data }: OpenJobs = JSON.parse(await response.text());
  if (!data || data.model !== null) return undefined;
  return data.trainingJobs.nodes.find(({ dataset }) => dataset === 'starter')?.id;
}
