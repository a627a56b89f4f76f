import { Agent, request } from 'node:http';

/** Asks for the vectors of some texts; whether they came. */
export type Endpoint = (texts: readonly string[]) => Promise<boolean>;

const agent = new Agent({ keepAlive: true, maxSockets: 1024 });

const EMBED = 'query Embed($texts: [String!]!) { embed(texts: $texts) { vector } }';

/** A server that embeds: GraphQL where the path ends in /graphql, else JSON as text-embeddings-inference has it. */
export const endpoint = (url: string): Endpoint =>
  url.endsWith('/graphql')
    ? posting(url, (texts) => ({ query: EMBED, variables: { texts } }))
    : posting(url, (texts) => ({ inputs: texts }));

/** A server that is asked by POST with what `bodyOf` makes of the texts, as JSON. */
export const posting =
  (url: string, bodyOf: (texts: readonly string[]) => object): Endpoint =>
  (texts) =>
    new Promise((resolve, reject) => {
      const body = Buffer.from(JSON.stringify(bodyOf(texts)));
      const asked = request(
        url,
        { method: 'POST', agent, headers: { 'content-type': 'application/json', 'content-length': body.length } },
        (response) => {
          let bytes = 0;
          response.on('data', (chunk) => {
            bytes += chunk.length;
          });
          // A vector takes some thousand bytes: an error does not.
          response.on('end', () => resolve(response.statusCode === 200 && bytes > 1000 * texts.length));
        },
      );
      asked.once('error', reject);
      asked.end(body);
    });
