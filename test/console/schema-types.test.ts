import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { schemaTypes } from '../../web/schema-types.mjs';

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('the console reads its types from the schema as it is (else: npm run schema)', () => {
  expect(file('web/console/graphql/schema-types.d.ts')).toBe(schemaTypes(file('schema.graphql')));
});
