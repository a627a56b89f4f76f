import { writeFileSync } from 'node:fs';
import { generatedOperations, OPERATIONS } from './generate.js';

// `npm run schema`: writes operations.ts, once schema.graphql is written.
writeFileSync(OPERATIONS, await generatedOperations());
