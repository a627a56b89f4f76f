import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { LedgerEntry } from '../../registry/ledger.js';
import { DateTime } from '../scalars.js';
import { Promotion } from './promotion.js';

enum ModelChangeKind {
  POINTED = 'POINTED',
  DECIDED = 'DECIDED',
  ALIAS_REMOVED = 'ALIAS_REMOVED',
  VERSION_DELETED = 'VERSION_DELETED',
}
registerEnumType(ModelChangeKind, {
  name: 'ModelChangeKind',
  description: 'What happened to a model.',
  valuesConfig: {
    POINTED: { description: 'An alias was pointed at a version.' },
    DECIDED: { description: 'A job decided whether its version takes over `production`.' },
    ALIAS_REMOVED: { description: 'An alias was removed.' },
    VERSION_DELETED: { description: 'A version was deleted.' },
  },
});

@ObjectType({ description: 'Something that happened to a model.' })
export class ModelChange {
  @Field(() => ModelChangeKind, { description: 'What.' })
  kind!: LedgerEntry['kind'];

  @Field(() => DateTime, { nullable: true, description: 'When; unknown for what happened long ago.' })
  at?: string;

  @Field(() => String, { nullable: true, description: 'Who asked for it.' })
  by?: string;

  @Field(() => String, { nullable: true, description: 'POINTED and ALIAS_REMOVED: the alias.' })
  alias?: string;

  @Field(() => Int, { nullable: true, description: 'The version that the alias pointed to before.' })
  from?: number;

  @Field(() => Int, { nullable: true, description: 'The version it is about.' })
  version?: number;

  @Field(() => Promotion, { nullable: true, description: 'DECIDED: what, and why.' })
  decision?: Promotion;
}
