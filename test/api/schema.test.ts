import { readFile } from 'node:fs/promises';
import { buildSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { apiSchema, printedSchema } from '#src/api/schema.js';

const file = () => readFile(new URL('../../schema.graphql', import.meta.url), 'utf8');

describe('schema.graphql', () => {
  it('is what the code says (else: npm run schema)', async () => {
    expect(await file()).toBe(printedSchema(await apiSchema()));
  });

  it('describes every type, field, argument and value', async () => {
    const types = Object.values(buildSchema(await file()).getTypeMap()).filter(({ name }) => !name.startsWith('__'));
    const own = types.filter(
      ({ name }) => !['String', 'Int', 'Float', 'Boolean', 'ID', 'Query', 'Mutation', 'Subscription'].includes(name),
    );
    const silent: string[] = own.filter(({ description }) => !description).map(({ name }) => name);
    for (const type of types) {
      if (isEnumType(type))
        silent.push(
          ...type
            .getValues()
            .filter(({ description }) => !description)
            .map(({ name }) => `${type.name}.${name}`),
        );
      if (isInputObjectType(type))
        silent.push(
          ...Object.values(type.getFields())
            .filter(({ description }) => !description)
            .map(({ name }) => `${type.name}.${name}`),
        );
      if (isObjectType(type) || isInterfaceType(type))
        for (const field of Object.values(type.getFields())) {
          if (!field.description) silent.push(`${type.name}.${field.name}`);
          silent.push(
            ...field.args
              .filter(({ description }) => !description)
              .map(({ name }) => `${type.name}.${field.name}(${name})`),
          );
        }
    }
    expect(silent).toEqual([]);
  });
});
