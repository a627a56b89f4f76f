import { readFileSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import * as operationTypes from '@graphql-codegen/typescript-operations';
import { type DocumentNode, Kind, parse, print, stripIgnoredCharacters, visit } from 'graphql';

const project = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, project), 'utf8');

/** Where the text that `generatedOperations` makes is kept. */
export const OPERATIONS = new URL('src/client/operations.ts', project);

/** operations.graphql as TypeScript: every operation as a string, and the types of its variables and of its answer by schema.graphql. */
export async function generatedOperations(): Promise<string> {
  const document = parse(read('src/client/operations.graphql'));
  const written = await codegen({
    schema: parse(read('schema.graphql')),
    documents: [{ location: 'operations.graphql', document }],
    filename: 'operations.ts',
    config: {
      skipTypename: true,
      immutableTypes: true,
      scalars: { ID: 'string', DateTime: 'string', Vector: 'string' },
    },
    plugins: [{ types: { inlineFragmentTypes: 'inline', enumType: 'string-literal' } }, { strings: {} }],
    pluginMap: { types: operationTypes, strings: { plugin: () => operationStrings(document) } },
  });
  return `// Generated from operations.graphql and schema.graphql by \`npm run schema\`.
import type { Operation } from './operation.js';

${written.replace(/[ \t]+$/gm, '').trim()}
`;
}

/** A constant an operation, with the fragments it uses and nothing that only people need. */
function operationStrings(document: DocumentNode): string {
  const fragments = new Map(
    document.definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])),
  );
  return document.definitions
    .flatMap((each) => {
      if (each.kind !== Kind.OPERATION_DEFINITION || each.name === undefined) return [];
      const used = new Set<string>();
      const collect = (node: Parameters<typeof visit>[0]): void => {
        visit(node, {
          FragmentSpread({ name }) {
            const fragment = fragments.get(name.value);
            if (fragment === undefined || used.has(name.value)) return;
            used.add(name.value);
            collect(fragment);
          },
        });
      };
      collect(each);
      const parts = [each, ...[...used].flatMap((name) => fragments.get(name) ?? [])];
      const text = stripIgnoredCharacters(parts.map(print).join('\n'));
      const type = `${each.name.value}${each.operation[0].toUpperCase()}${each.operation.slice(1)}`;
      return `export const ${each.name.value}: Operation<${type}, ${type}Variables> = ${JSON.stringify(text)};`;
    })
    .join('\n');
}
