import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import { covers, type Scope } from '../../access/scopes.js';
import { ManyheadError } from '../../errors.js';
import type { Context } from '../context.js';

/** What each mutation needs; queries and subscriptions need `read`, which every key has. */
export const mutationScopes: Readonly<Record<string, Scope>> = {
  createDataset: 'train',
  labelExamples: 'train',
  addExamples: 'train',
  train: 'train',
  evaluate: 'train',
  fitProjection: 'train',
  cancelTraining: 'train',
  retryTraining: 'train',
  promote: 'train',
  rollBack: 'train',
  deleteDataset: 'admin',
  deleteVersion: 'admin',
  pruneVersions: 'admin',
  removeAlias: 'admin',
};

/**
 * Has every field of the roots ask whether its caller may do it.
 * @throws Error naming the mutations that no scope is known for, and the scopes that no mutation needs
 */
export function withScopes(schema: GraphQLSchema): GraphQLSchema {
  const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {});
  const strays = [
    ...mutations.filter((name) => !Object.hasOwn(mutationScopes, name)),
    ...Object.keys(mutationScopes).filter((name) => !mutations.includes(name)),
  ];
  if (strays.length > 0) throw new Error(`mutationScopes and the schema differ in ${strays.join(', ')}`);
  for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()])
    if (isObjectType(root))
      for (const field of Object.values(root.getFields())) guard(field, mutationScopes[field.name] ?? 'read');
  return schema;
}

function guard(field: GraphQLField<unknown, Context>, scope: Scope): void {
  const { resolve, subscribe } = field;
  if (resolve)
    field.resolve = (source, given, context, info) => {
      check(field.name, scope, context);
      return resolve(source, given, context, info);
    };
  if (subscribe)
    field.subscribe = (source, given, context, info) => {
      check(field.name, scope, context);
      return subscribe(source, given, context, info);
    };
}

function check(field: string, scope: Scope, { caller }: Context): void {
  if (!covers(caller.scope, scope)) throw forbidden(field, scope, caller.scope);
}

/** @param what cannot be done, as the caller named it */
export const forbidden = (what: string, needed: Scope, has: Scope): ManyheadError =>
  new ManyheadError('FORBIDDEN', `${what} needs a key of scope ${needed}: this one has ${has}.`);
