import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  Float,
  ID,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
  registerEnumType,
} from 'type-graphql';
import { badInput } from '../errors.js';
import { checkName } from '../names.js';
import { DEFAULT_MODEL, PRODUCTION } from '../registry/registry.js';
import type { ModelVersion as StoredVersion } from '../registry/version.js';
import type { Context } from './context.js';
import { TaskKind } from './datasets.js';
import { DateTime } from './scalars.js';

export enum BackboneFreeze {
  FULL = 'FULL',
  PARTIAL = 'PARTIAL',
  NONE = 'NONE',
}
registerEnumType(BackboneFreeze, {
  name: 'BackboneFreeze',
  description: 'How much of the encoder is fixed.',
  valuesConfig: {
    FULL: { description: 'All of it: only heads learn, in seconds.' },
    PARTIAL: {
      description: 'The embeddings and the first `frozenLayers` layers: what is above learns, in a minute or so.',
    },
    NONE: { description: 'Nothing: the whole encoder learns, which takes minutes and gives the best heads.' },
  },
});

@ObjectType({ description: 'How well the head of a version does on one label.' })
class LabelReport {
  @Field(() => String, { description: 'The label.' })
  label!: string;

  @Field(() => Float, { description: 'Of the rows that were given the label, the share that has it.' })
  precision!: number;

  @Field(() => Float, { description: 'Of the rows that have the label, the share that was given it.' })
  recall!: number;

  @Field(() => Float, { description: 'Harmonic mean of precision and recall.' })
  f1!: number;

  @Field(() => Int, { description: 'Rows that have the label.' })
  support!: number;
}

@ObjectType({ description: 'How well a head does on rows it did not learn from.' })
export class TaskReport {
  @Field(() => String, { description: 'The task.' })
  task!: string;

  @Field(() => Float, { description: 'Share of rows whose labels are all right.' })
  accuracy!: number;

  @Field(() => Float, { description: 'Mean F1 over the labels.' })
  macroF1!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Mean gap between confidence and accuracy, 15 bins (SINGLE_LABEL).',
  })
  expectedCalibrationError?: number;

  @Field(() => [LabelReport], { description: 'Each label for itself.' })
  perLabel!: readonly LabelReport[];

  @Field(() => [[Int]], {
    description: "[right label][predicted label], in the order of the head's labels (SINGLE_LABEL).",
  })
  confusion!: readonly (readonly number[])[];

  @Field(() => Int, { description: 'Rows it was measured on.' })
  support!: number;
}

@ObjectType({ description: 'A head of a version.' })
class TaskHead {
  @Field(() => String, { description: 'The task.' })
  task!: string;

  @Field(() => TaskKind, { description: 'Whether one label is right or any number.' })
  kind!: 'SINGLE_LABEL' | 'MULTI_LABEL';

  @Field(() => [String], { description: 'Its labels.' })
  labels!: readonly string[];

  @Field(() => Boolean, { description: "Whether it kept its parent's weights." })
  frozen!: boolean;
}

@ObjectType({ description: 'The encoder a version reads its vectors from.' })
class Encoder {
  @Field(() => String, { description: 'sha256 of its weights.' })
  id!: string;

  @Field(() => String, { description: 'The pretrained encoder it is, or came from.' })
  base!: string;

  @Field(() => Boolean, { description: 'Whether it was trained further.' })
  fineTuned!: boolean;

  @Field(() => Int, { description: 'Numbers in its vectors.' })
  dimensions!: number;

  @Field(() => Int, { description: 'Tokens of a text that it reads.' })
  maxTokens!: number;
}

@ObjectType({ description: 'What kept its weights in a training.' })
class Freeze {
  @Field(() => BackboneFreeze, { description: 'How much of the encoder.' })
  backbone!: 'FULL' | 'PARTIAL' | 'NONE';

  @Field(() => Int, { nullable: true, description: 'With PARTIAL: how many layers from the bottom.' })
  frozenLayers?: number;

  @Field(() => [String], { description: 'Which heads.' })
  heads!: readonly string[];
}

@ObjectType({ description: 'A set of weights that a training made; it never changes.' })
export class ModelVersion {
  @Field(() => Int, { description: 'Counts from 1 in each model.' })
  number!: number;

  @Field(() => Int, { nullable: true, description: 'The version it went on from.' })
  parent?: number;

  @Field(() => DateTime, { description: 'When it was saved.' })
  createdAt!: string;

  @Field(() => ID, { nullable: true, description: 'The job that made it.' })
  jobId?: string;

  @Field(() => [TaskHead], { description: 'Its heads.' })
  tasks!: readonly TaskHead[];

  @Field(() => Encoder, {
    description: "sha256 of the encoder's weights; the pretrained encoder's when it was frozen.",
  })
  encoder!: Encoder;

  @Field(() => Freeze, { description: 'What kept its weights.' })
  freeze!: Freeze;

  @Field(() => String, { nullable: true, description: 'The data set it learned from, where that had a name.' })
  dataset?: string;

  @Field(() => String, { nullable: true, description: 'sha256 of the rows it learned from.' })
  datasetDigest?: string;

  @Field(() => Int, { description: 'The seed: with the same rows and settings it gives the same weights.' })
  seed!: number;

  @Field(() => Int, { description: 'What its weights take on disk.' })
  sizeBytes!: number;

  @Field(() => [TaskReport], { description: 'How well its heads do on rows they did not learn from.' })
  metrics!: readonly TaskReport[];
}

/** A stored version as the API shows it. */
export const versionView = (version: StoredVersion): ModelVersion => ({
  ...version,
  sizeBytes: Object.values(version.files).reduce((sum, { bytes }) => sum + bytes, 0),
});

@ObjectType({ description: 'A name for a version that can be pointed elsewhere.' })
class Alias {
  @Field(() => String, { description: 'The name; `production` is what is served.' })
  name!: string;

  @Field(() => Int, { description: 'The version it points to.' })
  version!: number;
}

@ObjectType({ description: 'A line of versions.' })
export class Model {
  @Field(() => String, { description: 'The name.' })
  name!: string;
}

@Resolver(() => Model)
export class ModelResolver {
  @Query(() => [Model], { description: 'All models, by name.' })
  async models(@Ctx() { registry }: Context): Promise<Model[]> {
    return (await registry.models()).map((name) => ({ name }));
  }

  @Query(() => Model, { nullable: true, description: 'A model by name; null where there is none.' })
  async model(
    @Arg('name', () => String, { description: 'The name.', defaultValue: DEFAULT_MODEL }) name: string,
    @Ctx() { registry }: Context,
  ): Promise<Model | undefined> {
    return (await registry.versions(name)).length > 0 ? { name } : undefined;
  }

  @Mutation(() => Model, {
    description:
      'Point an alias (default: production) of a model at a version. Serving switches without a restart; pointing it back is a roll-back.',
  })
  async promote(
    @Arg('model', () => String, { description: 'The model.', defaultValue: DEFAULT_MODEL }) model: string,
    @Arg('version', () => Int, { description: 'The version.' }) version: number,
    @Arg('alias', () => String, { description: 'The alias.', defaultValue: PRODUCTION }) alias: string,
    @Ctx() { registry, served }: Context,
  ): Promise<Model> {
    // Loaded first: requests go on being answered by the version before, then by this one, with nothing in between.
    if (alias === PRODUCTION) await served.prepare(model, version);
    await registry.promote(model, version, checkName('alias', alias));
    await served.catchUp(model);
    return { name: model };
  }

  @FieldResolver(() => [Alias], { description: 'Its aliases.' })
  async aliases(@Root() { name }: Model, @Ctx() { registry }: Context): Promise<Alias[]> {
    return Object.entries(await registry.aliases(name)).map(([alias, version]) => ({ name: alias, version }));
  }

  @FieldResolver(() => ModelVersion, { nullable: true, description: 'The version that `production` points to.' })
  async production(@Root() { name }: Model, @Ctx() { registry }: Context): Promise<ModelVersion | undefined> {
    const number = (await registry.aliases(name))[PRODUCTION];
    return number === undefined ? undefined : versionView(await registry.version(name, number));
  }

  @FieldResolver(() => [ModelVersion], { description: 'Its versions, newest first.' })
  async versions(
    @Root() { name }: Model,
    @Arg('first', () => Int, { description: 'How many, 1 to 1000.', defaultValue: 20 }) first: number,
    @Arg('after', () => Int, { nullable: true, description: 'Only versions older than this one.' }) after:
      | number
      | undefined,
    @Ctx() { registry }: Context,
  ): Promise<ModelVersion[]> {
    if (first < 1 || first > 1000) throw badInput('first', `first is ${first}: give 1 to 1000.`);
    const numbers = [...(await registry.versions(name))].reverse().filter((number) => after == null || number < after);
    return Promise.all(
      numbers.slice(0, first).map(async (number) => versionView(await registry.version(name, number))),
    );
  }

  @FieldResolver(() => ModelVersion, { nullable: true, description: 'A version by number; null where there is none.' })
  async version(
    @Root() { name }: Model,
    @Arg('number', () => Int, { description: 'The number.' }) number: number,
    @Ctx() { registry }: Context,
  ): Promise<ModelVersion | undefined> {
    return (await registry.versions(name)).includes(number)
      ? versionView(await registry.version(name, number))
      : undefined;
  }
}
