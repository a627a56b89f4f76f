import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
} from 'graphql';
import { ManyheadError } from '../errors.js';
import { type Answer, answerOf } from '../operations/answer.js';
import { fieldsOfEntry, isList } from '../operations/answer-fields.js';
import { completedInTurns } from './completed-in-turns.js';
import type { Context } from './context.js';
import { Vector } from './vector.js';

/** What becomes of what a field has resolved to. */
type Counting = (value: unknown, answer: Answer, context: Context, info: GraphQLResolveInfo) => unknown;

/**
 * Has everything that may be many or long count against what one answer may have, before GraphQL completes it: a list by its entries
 * and the fields that are asked of each, a vector by its numbers, a text by its characters. A document has few fields, but how much they
 * come to shows only here: in texts, labels, rows and dimensions.
 */
export function withCountedAnswers(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap()))
    if (isObjectType(type) && !type.name.startsWith('__'))
      for (const field of Object.values(type.getFields())) {
        const counting = countingOf(field);
        if (counting) count(field, counting);
      }
  return schema;
}

function countingOf({ type }: GraphQLField<unknown, Context>): Counting | undefined {
  const { name } = getNamedType(type);
  if (isList(type)) return name === Vector.name ? vectors : list;
  return name === Vector.name ? vector : name === 'String' ? text : undefined;
}

function count(field: GraphQLField<unknown, Context>, counting: Counting): void {
  const { resolve = defaultFieldResolver } = field;
  field.resolve = (source, given, context, info) => {
    const counted = (value: unknown): unknown =>
      counting(value, answerOf(info, context.operationLimits), context, info);
    const value: unknown = resolve(source, given, context, info);
    return value instanceof Promise ? value.then(counted) : counted(value);
  };
}

const list: Counting = (value, answer, { signal }, info) => {
  if (!Array.isArray(value)) return value;
  answer.spend('answerValues', lengthOf(value) * fieldsOfEntry(info));
  for (const entry of value) if (typeof entry === 'string') answer.spend('answerCharacters', entry.length);
  return completedInTurns(value, () => answer.refusal() ?? (signal?.aborted ? gone : undefined));
};

const gone = new ManyheadError('CANCELLED', 'The caller has gone away.');

/** Of lists in a list, that of all of them. */
const lengthOf = (value: readonly unknown[]): number =>
  value.reduce((sum: number, entry) => sum + (Array.isArray(entry) ? lengthOf(entry) : 1), 0);

const vector: Counting = (value, answer) => {
  answer.spend('answerNumbers', numbersOf(value));
  return value;
};

const vectors: Counting = (value, answer) => {
  if (Array.isArray(value))
    answer.spend(
      'answerNumbers',
      value.reduce((sum: number, each) => sum + numbersOf(each), 0),
    );
  return value;
};

/** Base64 has 16 characters for three numbers. */
const numbersOf = (value: unknown): number =>
  value instanceof Float32Array ? value.length : typeof value === 'string' ? (value.length * 3) / 16 : 0;

const text: Counting = (value, answer) => {
  if (typeof value === 'string') answer.spend('answerCharacters', value.length);
  return value;
};
