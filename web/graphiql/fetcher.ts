import type { GraphiQLProps } from 'graphiql';
import { type ExecutionResult, GraphQLError, getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-ws';

type Fetcher = GraphiQLProps['fetcher'];
type Ask = Parameters<Fetcher>[0];
type Headers = Record<string, string>;

/** Queries and mutations by POST to `url`; subscriptions by WebSocket (graphql-ws) to the same host and path. */
export function graphqlAt(url: URL): Fetcher {
  const socketUrl = url.href.replace(/^http/, 'ws');
  return (written, { headers = {} } = {}) => {
    const operation = operationOf(written);
    const ask = { ...written, operationName: operation?.name?.value };
    return operation?.operation === 'subscription' ? subscribe(socketUrl, ask, headers) : post(url, ask, headers);
  };
}

/**
 * The operation to run; none when only the server can say what is wrong with the query. For a moment after a change of
 * tab the name that comes with the query is still that of the tab just left: then it is the query's one operation.
 */
function operationOf({ query, operationName }: Ask) {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document);
  } catch {
    return null;
  }
}

async function post(url: URL, ask: Ask, headers: Headers): Promise<ExecutionResult> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
    body: JSON.stringify(ask),
  });
  const body = await answer.text();
  try {
    return JSON.parse(body);
  } catch {
    return failure(`${url.pathname} answered ${answer.status} and no JSON: ${body.slice(0, 500)}`);
  }
}

/** A connection of its own for each subscription: the headers written in the page go with it as connection parameters. */
async function* subscribe(url: string, ask: Ask, headers: Headers): AsyncGenerator<ExecutionResult> {
  try {
    // GraphiQL's type asks for errors as the server has them in memory; it reads only what came over the wire.
    yield* createClient({ url, connectionParams: headers }).iterate(ask) as AsyncIterable<ExecutionResult>;
  } catch (problem) {
    if (Array.isArray(problem)) yield { errors: problem };
    else if (problem instanceof CloseEvent)
      yield failure(`The connection was closed: ${problem.code} ${problem.reason}`);
    else throw problem;
  }
}

/** What went wrong on the way, in the form of an answer; of a thrown error GraphiQL would show the stack as well. */
const failure = (message: string): ExecutionResult => ({ errors: [new GraphQLError(message)] });
