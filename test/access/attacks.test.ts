import { type GraphQLArgument, getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiSchema } from '#src/api/schema.js';
import { heavyFields } from '#src/operations/weigh.js';
import type { Running } from '../system/stage.js';
import { graphql, type Installation, install, talk } from './stage.js';

const fill = (count: number, part: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => part(i)).join(' ');

/** Nested lists and objects, as deep as that. */
const nested = (depth: number): unknown => (depth === 0 ? 'x' : { examples: [nested(depth - 1)] });

const amplified = (levels: number): string =>
  `{ ...F0 } ${fill(levels, (i) => `fragment F${i} on Query { ...F${i + 1} __typename ...F${i + 1} ...F${i + 1} }`)} fragment F${levels} on Query { models { name } }`;

const attacks: readonly [name: string, code: string, query: string, variables?: object][] = [
  ['a document of endless characters', 'DOCUMENT_TOO_LONG', `{ models { name } } #${'x'.repeat(200_000)}`],
  ['a document of endless words', 'DOCUMENT_TOO_LONG', `{ ${fill(11_000, () => 'a')} }`],
  ['a document as deep as the stack', 'DOCUMENT_TOO_DEEP', `${'{ a '.repeat(4_000)}${'}'.repeat(4_000)}`],
  ['fields within fields', 'DOCUMENT_TOO_DEEP', `${'{ a '.repeat(17)}${'}'.repeat(17)}`],
  [
    'fields within fields of fragments',
    'DOCUMENT_TOO_DEEP',
    `{ ...A } fragment A on Query ${'{ a '.repeat(10)} ... on B ${'{ b '.repeat(8)}${'}'.repeat(18)}`,
  ],
  ['inline fragments within one another', 'DOCUMENT_TOO_DEEP', `{ ${'... { '.repeat(16)}__typename${' }'.repeat(17)}`],
  [
    'inline fragments nearly as deep as the stack',
    'DOCUMENT_TOO_DEEP',
    `{${'...{'.repeat(2_450)}__typename${'}'.repeat(2_451)}`,
  ],
  [
    'the schema in circles',
    'GRAPHQL_VALIDATION_FAILED',
    '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
  ],
  ['fields side by side', 'DOCUMENT_TOO_WIDE', `{ ${fill(101, (i) => `field${i}`)} }`],
  [
    'fields all over the document',
    'DOCUMENT_TOO_WIDE',
    `{ ${fill(20, (i) => `a${i} { ${fill(60, (j) => `b${j}`)} }`)} }`,
  ],
  ['fragments that multiply', 'DOCUMENT_TOO_WIDE', amplified(60)],
  [
    'embed under a hundred names',
    'TOO_MANY_ALIASES',
    `{ ${fill(99, (i) => `a${i}: embed(texts: ["x"]) { dimensions }`)} }`,
  ],
  [
    'aliases in fragments',
    'TOO_MANY_ALIASES',
    `{ ...A ...B } fragment A on Query { ${fill(20, (i) => `a${i}: __typename`)} } fragment B on Query { ${fill(20, (i) => `b${i}: __typename`)} }`,
  ],
  ['the same field again and again', 'TOO_MANY_DUPLICATES', `{ models { ${fill(50, () => 'name')} } }`],
  [
    'the same fragment again and again',
    'TOO_MANY_DUPLICATES',
    `{ ${fill(40, () => '...A')} } fragment A on Query { __typename }`,
  ],
  ['directives upon directives', 'TOO_MANY_DIRECTIVES', `{ models ${fill(60, () => '@include(if: true)')} { name } }`],
  [
    'fragments in a circle',
    'GRAPHQL_VALIDATION_FAILED',
    '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
  ],
  ['a fragment in itself', 'GRAPHQL_VALIDATION_FAILED', '{ models { ...A } } fragment A on Model { name ...A }'],
  ['variables without end', 'VARIABLES_TOO_DEEP', '{ models { name } }', { input: nested(20) }],
  [
    'more texts than one request may have, in many fields',
    'TOO_MANY_TEXTS',
    `query Embed($texts: [String!]!) { ${fill(3, (i) => `a${i}: embed(texts: $texts) { dimensions }`)} }`,
    { texts: Array.from({ length: 3_000 }, () => 'x') },
  ],
  [
    'more texts than one request may have, in fragments',
    'TOO_MANY_TEXTS',
    'query Embed($t: [String!]!) { ...A ... on Query @include(if: true) { similarity(a: $t, b: $t) } } fragment A on Query { classify(texts: $t) { model } }',
    { t: Array.from({ length: 3_000 }, () => 'x') },
  ],
  [
    'more tokens than one request may have',
    'TOO_MANY_TOKENS',
    `query Chunk($text: String!) { ${fill(25, (i) => `a${i}: chunk(text: $text) { tokens }`)} }`,
    { text: 'a b c d '.repeat(12_000) },
  ],
];

/** What must pass: every root field written out, with everything below it. */
async function everyQuery(): Promise<string[]> {
  const schema = await apiSchema();
  const value = (type: GraphQLArgument['type']): string => {
    if (/Input!?$/.test(String(type))) return '{}';
    return String(type).includes('String') ? '"x"' : '1';
  };
  const given = ({ name, type }: GraphQLArgument) => `${name}: ${value(type)}`;
  const below = (type: unknown): string => {
    const named = schema.getType(String(type).replace(/[[\]!]/g, ''));
    if (!named || !('getFields' in named)) return '';
    const fields = Object.values(named.getFields()).map((field) => {
      const needed = field.args.filter(
        (argument: GraphQLArgument) => String(argument.type).endsWith('!') && argument.defaultValue === undefined,
      );
      return `${field.name}${needed.length ? `(${needed.map(given).join(', ')})` : ''}${below(field.type)}`;
    });
    return ` { ${fields.join(' ')} }`;
  };
  return Object.values(schema.getQueryType()?.getFields() ?? {}).map((field) => {
    const needed = field.args.filter(
      (argument) => String(argument.type).endsWith('!') && argument.defaultValue === undefined,
    );
    const listed = needed.map((argument) =>
      String(argument.type).startsWith('[') ? `${argument.name}: ["x"]` : given(argument),
    );
    return `{ ${field.name}${listed.length ? `(${listed.join(', ')})` : ''}${below(field.type)} }`;
  });
}

describe('a GraphQL request that asks for too much', () => {
  let home: Installation;
  let api: { address: string; running: Running };

  beforeAll(async () => {
    home = await install();
    api = await home.start();
  });
  afterAll(() => home.remove());

  const overWebSocket = async (address: string, query: string, variables?: object): Promise<string | undefined> => {
    const client = await talk(address);
    client.say({ type: 'connection_init' });
    await client.hears('connection_ack');
    client.say({ type: 'subscribe', id: '1', payload: { query, variables } });
    const { payload } = await client.hears('error');
    client.end();
    return payload[0].extensions.code;
  };

  it.each(attacks)('is refused, over HTTP and WebSocket: %s', async (_, code, query, variables) => {
    const asked = performance.now();
    const reply = await graphql(api.address, query, { variables });
    expect({ status: reply.status, code: reply.code }).toEqual({ status: 400, code });
    expect(performance.now() - asked).toBeLessThan(1_500);
    expect(reply.body.length).toBeLessThan(20_000);
    // As a request that the short way leaves to express.
    expect((await graphql(api.address, query, { variables, path: '/graphql?way=long' })).code).toBe(code);
    expect(await overWebSocket(api.address, query, variables)).toBe(code);
  });

  it('is refused under an id that is taken, however long it is, and whatever its letters', async () => {
    for (const id of ['x'.repeat(500), '東'.repeat(200)]) {
      const client = await talk(api.address);
      client.say({ type: 'connection_init' });
      await client.hears('connection_ack');
      for (const _ of [1, 2])
        client.say({ type: 'subscribe', id, payload: { query: 'subscription { trainingJobChanged { id } }' } });
      expect(await client.ended).toBe(4409);
    }
    expect(api.running.said()).not.toMatch(/"level":[56]0/);
  });

  it('names what there is too much of, how much, and how much there may be', async () => {
    const { body } = await graphql(api.address, `{ ${fill(31, (i) => `a${i}: __typename`)} }`);
    expect(body).toContain('The request has 31 aliases: give at most 30.');
  });

  it('is refused when it is many requests in one', async () => {
    const body = JSON.stringify(Array.from({ length: 100 }, () => ({ query: '{ models { name } }' })));
    expect(await graphql(api.address, '', { body })).toMatchObject({ status: 400, code: 'BATCHING_NOT_SUPPORTED' });
  });

  it('is refused in the address, too', async () => {
    const query = encodeURIComponent(`{ ${fill(40, (i) => `a${i}: __typename`)} }`);
    const response = await fetch(`${api.address}/graphql?query=${query}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    expect(await response.text()).toContain('TOO_MANY_ALIASES');
  });

  it.each([
    [
      'lists as deep as the stack',
      `{"query":"{ models { name } }","variables":{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`,
    ],
    [
      'objects as deep as the stack',
      `{"query":"{ models { name } }","variables":${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}}`,
    ],
    [
      'lists in the document',
      JSON.stringify({ query: `{ embed(texts: ${'['.repeat(4_900)}${']'.repeat(4_900)}) { dimensions } }` }),
    ],
    ['no query', '{}'],
    ['a query that is none', '{"query":{"a":1}}'],
    ['nothing', 'null'],
  ])('gets an answer that can be acted on: %s', async (_, body) => {
    const reply = await graphql(api.address, '', { body });
    expect(reply.status).toBe(400);
    expect(reply.body).not.toMatch(/INTERNAL|Maximum call stack|node_modules/);
  });

  it.each([[{ toString: 1 }], [{ toString: null, valueOf: null }], [[{ toString: 'x' }]], [1], [null]])(
    'is told what is wrong with a variable that is no text: %j',
    async (value) => {
      const query = 'query Embed($texts: [String!]!) { embed(texts: $texts) { tokens } }';
      const variables = { texts: ['x', value] };
      for (const path of ['/graphql', '/graphql?way=long']) {
        const reply = await graphql(api.address, query, { variables, path });
        expect(reply).toMatchObject({ code: 'BAD_USER_INPUT', body: expect.stringContaining('$texts') });
      }
      const client = await talk(api.address);
      client.say({ type: 'connection_init' });
      await client.hears('connection_ack');
      client.say({ type: 'subscribe', id: '1', payload: { query, variables } });
      const heard = await Promise.race([client.hears('error'), client.hears('next')]);
      expect(JSON.stringify(heard)).toMatch(/\$texts.* at .{2}texts\[1\]/);
      client.end();
      expect(api.running.said()).not.toMatch(/"level":[56]0/);
    },
  );

  it('is no reason to refuse what editors and the console ask', async () => {
    const introspection = getIntrospectionQuery({
      inputValueDeprecation: true,
      schemaDescription: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      oneOf: true,
    });
    const reply = await graphql(api.address, introspection);
    expect(JSON.parse(reply.body).data.__schema.queryType.name).toBe('Query');
    const codes = await Promise.all(
      (await everyQuery()).map(async (query) => (await graphql(api.address, query)).code),
    );
    expect(codes.filter((code) => code && !['NOT_FOUND', 'BAD_USER_INPUT'].includes(code))).toEqual([]);
  });

  it('counts the texts of every query that takes some', async () => {
    const schema = await apiSchema();
    const queries = Object.values(schema.getQueryType()?.getFields() ?? {});
    const encoding = queries.filter(({ args }) =>
      args.some(({ name, type }) => /^texts?$/.test(name) || (name === 'a' && String(type).startsWith('[String'))),
    );
    expect(encoding.map(({ name }) => name).sort()).toEqual(Object.keys(heavyFields).sort());
  });
});
