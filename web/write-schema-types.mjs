// The second half of `npm run schema`: the types of the console's operations.
import { readFileSync, writeFileSync } from 'node:fs';
import { schemaTypes } from './schema-types.mjs';

const schema = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');
writeFileSync(new URL('console/graphql/schema-types.d.ts', import.meta.url), schemaTypes(schema));
