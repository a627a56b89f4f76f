import { minifyIntrospection, outputIntrospectionFile } from '@gql.tada/internal';
import { buildSchema, introspectionFromSchema } from 'graphql';

/**
 * A schema as TypeScript types, from which gql.tada reads the type of every operation of the console.
 * @param {string} sdl the text of schema.graphql
 */
export function schemaTypes(sdl) {
  const introspection = introspectionFromSchema(buildSchema(sdl), { descriptions: false });
  const written = outputIntrospectionFile(minifyIntrospection(introspection), {
    fileType: '.d.ts',
    shouldPreprocess: true,
  });
  // Its marks are for linters that are not used here, and what follows its types would make this schema the one of every import of gql.tada: the console names it where it is used.
  const [types] = written.replaceAll(/^\/\* (eslint-disable|prettier-ignore) \*\/$/gm, '').split('import * as gqlTada');
  return `// Generated from schema.graphql by \`npm run schema\`.\n\n${types.trim()}\n`;
}
