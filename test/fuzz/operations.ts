import { readFileSync } from 'node:fs';
import fc, { type Arbitrary } from 'fast-check';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { nameAmong, noText, number, text, whole } from './hostile.js';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

/** What there is in the installation that is shot at. */
export const there = {
  datasets: ['easy', 'other', 'scratch'],
  models: ['default', 'easy', 'scratch'],
  tasks: ['fruit', 'mood', 'topic'],
  labels: ['apple', 'banana', 'happy', 'sad'],
  aliases: ['production', 'candidate'],
};

function asJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? Number(each) : each)) ?? 'null');
  } catch {
    return null;
  }
}

function root(
  kind: 'query' | 'mutation' | 'subscription',
  type: GraphQLObjectType | null | undefined,
  depth: number,
): Arbitrary<{ readonly query: string }> {
  if (!type) throw new Error(`the schema has no ${kind}`);
  const most = kind === 'query' ? 3 : 1;
  return fc
    .tuple(
      fieldsOf(type, depth, most, true),
      rarely(['', ' Named'], [' Named($unused: Int)', ' @include(if: true)', ' @skip(if: "no")']),
      rarely(['plain', 'plain', 'fragment', 'inline'], ['twice', 'cycle']),
    )
    .map(([fields, name, shape]) => {
      const on = type.name;
      switch (shape) {
        case 'fragment':
          return { query: `${kind}${name} { ...F } fragment F on ${on} ${fields}` };
        case 'inline':
          return { query: `${kind}${name} { ... on ${on} ${fields} __typename }` };
        case 'twice':
          return { query: `${kind} One ${fields} ${kind} Two ${fields}` };
        case 'cycle':
          return { query: `${kind} { ...F } fragment F on ${on} { ...G } fragment G on ${on} { ...F __typename }` };
        default:
          return { query: `${kind}${name} ${fields}` };
      }
    });
}

/** One of the usual, and now and then one that is refused. */
const rarely = <T>(usual: readonly T[], refused: readonly T[]): Arbitrary<T> =>
  fc.oneof(
    { weight: 150, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...refused) },
  );

/** Which fields are selected: each once, unless they have aliases. */
const places = (count: number, most: number, again: boolean): Arbitrary<number[]> =>
  again
    ? fc.array(fc.nat(count - 1), { minLength: 1, maxLength: most })
    : fc.uniqueArray(fc.nat(count - 1), { minLength: 1, maxLength: Math.min(most, count) });

/** Selections are built once a type and depth: fast-check shares them. */
const selections = new Map<string, Arbitrary<string>>();

function fieldsOf(type: GraphQLObjectType, depth: number, most: number, isRoot = false): Arbitrary<string> {
  const key = `${type.name} ${depth} ${most}`;
  const known = selections.get(key);
  if (known) return known;
  const fields = Object.values(type.getFields()).filter(
    (field) => depth > 0 || !isObjectType(getNamedType(field.type)),
  );
  const some: Arbitrary<string> = (
    fields.length === 0 ? fc.constant(['__typename']) : places(fields.length, most, isRoot)
  )
    .chain((places) =>
      fc.tuple(
        ...places.map((place, index) =>
          typeof place === 'string'
            ? fc.constant(place)
            : selected(fields[place], depth, isRoot && index > 0 ? `a${index}: ` : ''),
        ),
      ),
    )
    .map((chosen) => `{ ${chosen.join(' ')} }`);
  selections.set(key, some);
  return some;
}

const selected = (field: GraphQLField<unknown, unknown>, depth: number, alias: string): Arbitrary<string> =>
  fc
    .tuple(
      argumentsOf(field),
      below(field.type, depth),
      rarely(['', '', '', ' @include(if: true)', ' @skip(if: false)'], [' @deprecated', ' @skip(if: 1)']),
    )
    .map(([given, deeper, directive]) => `${alias}${field.name}${given}${directive}${deeper}`);

function below(type: GraphQLOutputType, depth: number): Arbitrary<string> {
  const named = getNamedType(type);
  return isObjectType(named) ? fieldsOf(named, depth - 1, 4).map((fields) => ` ${fields}`) : fc.constant('');
}

function argumentsOf({ args }: GraphQLField<unknown, unknown>): Arbitrary<string> {
  if (args.length === 0) return fc.constant('');
  return fc
    .tuple(
      ...args.map(({ name, type, defaultValue }) => {
        const given = literalOf(type, name).map((value) => `${name}: ${value}`);
        const isNeeded = isNonNullType(type) && defaultValue === undefined;
        return fc.oneof(
          { weight: isNeeded ? 60 : 1, arbitrary: given },
          { weight: isNeeded ? 1 : 2, arbitrary: fc.constant('') },
        );
      }),
    )
    .map((each) => {
      const given = each.filter(Boolean).join(', ');
      return given === '' ? '' : `(${given})`;
    });
}

const wrong: Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    '{}',
    '[]',
    '[null]',
    '[[]]',
    '{a: 1}',
    '$nothing',
    'ENUM',
    '""',
    '"""x"""',
    '1',
    '[1, "a"]',
  ),
  number,
  text.map((each) => JSON.stringify(each)),
);

/** A literal for an argument: mostly of its type. */
function literalOf(type: GraphQLInputType, name: string): Arbitrary<string> {
  return fc.oneof({ weight: 60, arbitrary: rightLiteral(type, name) }, { weight: 1, arbitrary: wrong });
}

function rightLiteral(type: GraphQLInputType, name: string): Arbitrary<string> {
  if (isNonNullType(type)) return rightLiteral(type.ofType, name);
  if (isListType(type))
    return fc.array(literalOf(type.ofType, name), { maxLength: 4 }).map((values) => `[${values.join(', ')}]`);
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name: each }) => each));
  if (isInputObjectType(type)) return objectOf(Object.values(type.getFields()));
  switch (type.name) {
    case 'Int':
      return SLOW.has(name) ? fc.constantFrom('1', '2', '3', '0', '-1', '1001', '2147483647') : whole;
    case 'Float':
      return number;
    case 'Boolean':
      return fc.constantFrom('true', 'false');
    case 'ID':
      return fc.oneof(nameAmong(['00000000000000000', '0mh1zzzzzzzzzzzzz']), text).map((each) => JSON.stringify(each));
    default:
      return stringFor(name).map((each) => JSON.stringify(each));
  }
}

/** What makes an honest job long: hundreds of thousands of requests are not to wait for it. */
const SLOW = new Set(['epochs', 'hiddenUnits', 'patience']);

function objectOf(fields: readonly GraphQLInputField[]): Arbitrary<string> {
  return fc
    .tuple(
      ...fields.map(({ name, type, defaultValue }) => {
        // An encoder that learns takes minutes: what is asked of it is fuzzed, that it is done is tested elsewhere.
        if (name === 'backbone') return fc.constantFrom('', 'backbone: FULL', 'backbone: FULL', 'backbone: SOME');
        const given = literalOf(type, name).map((value) => `${name}: ${value}`);
        const isNeeded = isNonNullType(type) && defaultValue === undefined;
        return fc.oneof(
          { weight: isNeeded ? 60 : 1, arbitrary: given },
          { weight: isNeeded ? 1 : 3, arbitrary: fc.constant('') },
        );
      }),
    )
    .map((each) => `{${each.filter(Boolean).join(', ')}}`);
}

function stringFor(name: string): Arbitrary<string> {
  switch (name) {
    case 'model':
      return nameAmong(there.models);
    case 'name':
    case 'dataset':
      return nameAmong(there.datasets);
    case 'task':
    case 'tasks':
    case 'heads':
      return nameAmong(there.tasks);
    case 'alias':
      return nameAmong(there.aliases);
    case 'label':
    case 'labels':
    case 'to':
      return nameAmong(there.labels);
    default:
      return text;
  }
}

/** Documents that are small to write and large to answer, or large to read. */
function bomb(): Arbitrary<{ readonly query: string }> {
  const wide = (count: number) => Array.from({ length: count }, (_, i) => `a${i}: models { name }`).join(' ');
  return fc.oneof(
    fc.nat(60).map((count) => ({ query: `{ ${wide(count)} }` })),
    fc
      .nat(400)
      .map((depth) => ({ query: '{ models { versions '.repeat(1) + '{ tasks '.repeat(depth) + '}'.repeat(depth + 2) })),
    fc
      .nat(2000)
      .map((depth) => ({ query: `{ embed(texts: ${'['.repeat(depth)}"a"${']'.repeat(depth)}) { tokens } }` })),
    fc.nat(300).map((count) => ({ query: `{ ${'__typename '.repeat(count)} }` })),
    fc.nat(300).map((count) => ({ query: `{ __typename ${'@include(if: true) '.repeat(count)} }` })),
    fc
      .nat(3000)
      .map((count) => ({ query: `query(${Array.from({ length: count }, (_, i) => `$v${i}: Int`)}) { __typename }` })),
    fc.nat(30).map((depth) => ({
      query: `{ __schema { types { fields { type ${'{ ofType '.repeat(depth)}{ name }${' }'.repeat(depth)} } } } }`,
    })),
    fc.constant({ query: '{ __type(name: "Query") { fields { args { defaultValue } } } }' }),
  );
}

/** Documents and variables of an operation that the schema may allow, or nearly. */
export const operation: Arbitrary<{ readonly query: string; readonly variables?: unknown }> = fc.oneof(
  { weight: 8, arbitrary: root('query', schema.getQueryType(), 3) },
  { weight: 3, arbitrary: root('mutation', schema.getMutationType(), 2) },
  { weight: 1, arbitrary: root('subscription', schema.getSubscriptionType(), 2) },
  { weight: 1, arbitrary: bomb() },
);

/** Something that is hardly GraphQL any more. */
export const brokenOperation: Arbitrary<{ readonly query: unknown; readonly variables?: unknown }> = fc.oneof(
  fc.tuple(operation, fc.nat(400), fc.string({ unit: 'binary', maxLength: 4 })).map(([{ query }, at, given]) => ({
    query: query.slice(0, at % (query.length + 1)) + given + query.slice((at % (query.length + 1)) + given.length),
  })),
  fc.record({ query: fc.jsonValue(), variables: fc.jsonValue() }),
  text.map((query) => ({ query })),
  fc.record({
    query: fc.constant('query Q($a: [String!]!) { embed(texts: $a) { tokens } }'),
    variables: fc.jsonValue(),
  }),
  fc.record({
    query: fc.constantFrom(
      'query Q($a: [String!]!) { embed(texts: $a) { tokens } }',
      'query Q($a: [String!]!) { similarity(a: $a, b: ["x"]) }',
      'query Q($a: String!) { chunk(text: $a) { tokens } }',
    ),
    variables: fc.record({ a: fc.oneof(noText, fc.array(fc.oneof(text, noText), { maxLength: 4 })) }),
  }),
  fc.record({
    query: fc.constant('query Q($a: [String!]!, $n: Int) { embed(texts: $a, dimensions: $n) { tokens } }'),
    variables: fc.record({ a: fc.anything({ maxDepth: 2 }).map(asJson), n: fc.anything({ maxDepth: 1 }).map(asJson) }),
  }),
);
