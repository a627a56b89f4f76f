import type { GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Args,
  Ctx,
  Field,
  FieldResolver,
  Info,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { badInput, notFound, shown, unlessDamaged } from '../../errors.js';
import { neededVersion, refuseWhereNeeded } from '../../jobs/needs.js';
import { keepNewest } from '../../jobs/retention.js';
import { checkName } from '../../names.js';
import { PRODUCTION } from '../../registry/changes.js';
import { DEFAULT_MODEL } from '../../registry/registry.js';
import { checkNumber } from '../../training/hyperparameters.js';
import type { Context } from '../context.js';
import { Example, PreviewArgs, previewOf } from '../examples.js';
import { countingRows } from '../read-rows.js';
import { ModelChange } from './change.js';
import { Promotion } from './promotion.js';
import { Encoder, ModelVersion, versionView } from './version.js';

@ObjectType({ description: 'A name for a version that can be pointed elsewhere.' })
class Alias {
  model!: string;

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
  @Query(() => [Model], { description: 'All models, by name, but for those whose ledger is damaged.' })
  async models(@Ctx() { registry }: Context): Promise<Model[]> {
    const names = await registry.models();
    const standings = await Promise.all(names.map((name) => unlessDamaged(registry.standing(name))));
    return names.filter((_, index) => standings[index] !== undefined).map((name) => ({ name }));
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
    @Ctx() { registry, served, caller }: Context,
  ): Promise<Model> {
    checkName('alias', alias);
    // Loaded first: requests go on being answered by the version before, then by this one, with nothing in between.
    if (alias === PRODUCTION) await served.prepare(model, version);
    await registry.promote(model, version, alias, caller.name);
    await served.catchUp(model);
    return { name: model };
  }

  @Mutation(() => Model, {
    description:
      'Point an alias back at the version it pointed to before; called again, at the one before that. What a going-back undid is left out, also one by `promote`: after 4, 2 and 4 again it is the version before 4.',
  })
  async rollBack(
    @Arg('model', () => String, { description: 'The model.', defaultValue: DEFAULT_MODEL }) model: string,
    @Arg('alias', () => String, { description: 'The alias.', defaultValue: PRODUCTION }) alias: string,
    @Ctx() { registry, served, caller }: Context,
  ): Promise<Model> {
    await registry.rollBack(checkName('model', model), checkName('alias', alias), caller.name);
    await served.catchUp(model);
    return { name: model };
  }

  @Mutation(() => Model, { description: 'Remove an alias; `production` can only be pointed elsewhere.' })
  async removeAlias(
    @Arg('model', () => String, { description: 'The model.' }) model: string,
    @Arg('alias', () => String, { description: 'The alias.' }) alias: string,
    @Ctx() { registry, caller }: Context,
  ): Promise<Model> {
    await registry.removeAlias(checkName('model', model), alias, caller.name);
    return { name: model };
  }

  @Mutation(() => Model, {
    description:
      'Delete a version for good; refused while an alias points to it or a job that has not ended needs it, or made it. Its number is never given again.',
  })
  async deleteVersion(
    @Arg('model', () => String, { description: 'The model.' }) model: string,
    @Arg('version', () => Int, { description: 'The version.' }) version: number,
    @Ctx() { registry, records, caller }: Context,
  ): Promise<Model> {
    await refuseWhereNeeded(records, await neededVersion(checkName('model', model), version, registry));
    await registry.deleteVersion(model, version, caller.name);
    return { name: model };
  }

  @Mutation(() => Model, {
    description:
      'Delete the versions of a model but for the newest, those that an alias points to, and those that a job which has not ended needs or made.',
  })
  async pruneVersions(
    @Arg('model', () => String, { description: 'The model.' }) model: string,
    @Arg('keep', () => Int, { description: 'How many of the newest stay, 1 to 1000000.' }) keep: number,
    @Ctx() { registry, records, caller }: Context,
  ): Promise<Model> {
    checkNumber('keep', keep, { whole: true, least: 1, most: 1_000_000 });
    if ((await registry.versions(model)).length === 0)
      throw notFound(`model ${shown(model)}`, await registry.models(), 'model');
    await keepNewest(model, keep, caller.name, { registry, records });
    return { name: model };
  }

  @FieldResolver(() => [Alias], { description: 'Its aliases.' })
  async aliases(@Root() { name }: Model, @Ctx() { registry }: Context): Promise<Alias[]> {
    return Object.entries((await registry.standing(name)).aliases).map(([alias, version]) => ({
      model: name,
      name: alias,
      version,
    }));
  }

  @FieldResolver(() => ModelVersion, { nullable: true, description: 'The version that `production` points to.' })
  async production(@Root() { name }: Model, @Ctx() { registry }: Context): Promise<ModelVersion | undefined> {
    const number = (await registry.standing(name)).aliases[PRODUCTION];
    return number === undefined ? undefined : versionView(await registry.version(name, number));
  }

  @FieldResolver(() => [ModelVersion], {
    description: 'Its versions, newest first, but for those whose version.json is damaged.',
  })
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
    const found: ModelVersion[] = [];
    // Those that cannot be read make room for older ones: a page is short only where it is the last.
    while (found.length < first && numbers.length > 0) {
      const next = numbers.splice(0, first - found.length);
      const read = await Promise.all(next.map((number) => unlessDamaged(registry.find(name, number))));
      found.push(...read.filter((version) => version !== undefined).map(versionView));
    }
    return found;
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

  @FieldResolver(() => [ModelChange], { description: 'What happened to it, and who asked for it, newest first.' })
  async history(
    @Root() { name }: Model,
    @Arg('first', () => Int, { description: 'How many, 1 to 1000.', defaultValue: 20 }) first: number,
    @Ctx() { registry }: Context,
  ): Promise<ModelChange[]> {
    if (first < 1 || first > 1000) throw badInput('first', `first is ${first}: give 1 to 1000.`);
    return [...(await registry.history(name, first))].reverse();
  }
}

@Resolver(() => ModelVersion)
export class VersionResolver {
  @FieldResolver(() => Promotion, {
    nullable: true,
    description: 'Whether it took over `production` when it was made, and why.',
  })
  promotion(@Root() { model, number }: ModelVersion, @Ctx() { registry }: Context): Promise<Promotion | undefined> {
    return registry.decision(model, number);
  }

  @FieldResolver(() => [Example], {
    description: 'Rows that its job was given, as they were then, whatever became of the data set since.',
  })
  async examples(
    @Root() { datasetDigest }: ModelVersion,
    @Args(() => PreviewArgs) asked: PreviewArgs,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Example[]> {
    if (datasetDigest === undefined) return [];
    return previewOf(context.datasets.stream(datasetDigest), asked, countingRows(context, info));
  }
}

@Resolver(() => Alias)
export class AliasResolver {
  @FieldResolver(() => Int, {
    nullable: true,
    description: 'The version that `rollBack` would point it back at; null where there is none.',
  })
  async previous(@Root() { model, name }: Alias, @Ctx() { registry }: Context): Promise<number | undefined> {
    return registry.versionBefore(model, name);
  }
}

@Resolver(() => Encoder)
export class EncoderResolver {
  @FieldResolver(() => Int, {
    nullable: true,
    description: 'Its layers; null where it is neither the pretrained encoder that runs here nor one that learned.',
  })
  async layers(@Root() reference: Encoder, @Ctx() { encoders }: Context): Promise<number | undefined> {
    if (!reference.fineTuned && reference.id !== encoders.pretrained.id) return undefined;
    return (await encoders.describe(reference)).architecture.layers;
  }
}
