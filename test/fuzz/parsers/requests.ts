import { readEmbeddingsRequest } from '#src/api/openai/request.js';
import { openInspector } from '#src/operations/inspector.js';
import { readOperationLimits } from '#src/operations/limits.js';
import type { Parser } from './explore.js';
import { isForCallers, jsonIn, readOrRefused } from './refused.js';
import { inJson } from './words.js';

const inspector = openInspector({
  limits: readOperationLimits((_, fallback) => fallback),
  introspection: false,
  operations: undefined,
});

export const requestParsers: readonly Parser[] = [
  {
    what: 'a GraphQL document',
    files: [
      Buffer.from(
        'query Q($texts: [String!]!) { a: embed(texts: $texts) { vector } ...F } fragment F on Query { version }',
      ),
      Buffer.from('mutation { train(input: {model: "m", examples: []}) @skip(if: true) { id ... on Job { status } } }'),
    ],
    words: [
      ...['{', '}', '(', ')', '[', ']', '...', '...F', '@skip(if: true)', ':', '$', '"', '"""', '#', '\n', ',', '!'],
      ...['fragment F on Query', 'query', 'on', 'a: ', 'embed', '__schema', '{a', '{a{a{a{a{', '&', '|', '\\u', '\0'],
    ],
    modules: ['/dist/src/operations/', '/graphql/language/'],
    check(file) {
      readOrRefused(() => inspector.body({ query: file.toString() }), isForCallers);
    },
  },
  {
    what: 'the body of POST /v1/embeddings',
    files: [
      { model: 'm', input: ['a', 'b'], dimensions: 3, encoding_format: 'base64', user: 'me' },
      { model: 'm', input: [[1, 2], [3]] },
      { model: 'm', input: 'a' },
    ].map((body) => Buffer.from(JSON.stringify(body))),
    words: [...inJson, '"model":', '"input":', '"dimensions":', '"encoding_format":', '"float"', '"user":'],
    modules: ['/dist/src/api/'],
    check(file) {
      readOrRefused(() => readEmbeddingsRequest(jsonIn(file)), isForCallers);
    },
  },
];
