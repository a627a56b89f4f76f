import { writeFileSync } from 'node:fs';
import { apiSchema, printedSchema } from './schema.js';

// `npm run schema`: writes schema.graphql at the top level.
writeFileSync(new URL('../../../schema.graphql', import.meta.url), printedSchema(await apiSchema()));
