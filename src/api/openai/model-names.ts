import { badInput, ManyheadError, notFound, shown, unlessDamaged } from '../../errors.js';
import { PRODUCTION } from '../../registry/changes.js';
import { DEFAULT_MODEL } from '../../registry/registry.js';
import type { EncoderReference } from '../../registry/version.js';
import type { AskedVersion } from '../../serving/versions.js';
import type { Rooms } from '../context.js';

/** Names of other people's models that stand for one of ours, as the setting OPENAI_MODELS has them. */
export type BorrowedNames = ReadonlyMap<string, string>;

/** What a `model` of the OpenAI API means here: the encoder that everything starts from, or that of a version. */
export type NamedModel =
  | { readonly kind: 'pretrained' }
  | { readonly kind: 'version'; readonly model: string; readonly asked: AskedVersion };

/**
 * Reads `all-MiniLM-L6-v2` (or whatever the pretrained encoder is called), `support`, `support:3`, `support@staging`, or a
 * borrowed name.
 * @returns undefined for what can be no name
 */
export function namedModel(name: string, { encoders }: Rooms, borrowed: BorrowedNames): NamedModel | undefined {
  const own = borrowed.get(name) ?? name;
  if (own === encoders.pretrained.base) return { kind: 'pretrained' };
  const [, model, number, alias = PRODUCTION] = own.match(/^([^:@]+)(?::(\d{1,9})|@([^:@]+))?$/) ?? [];
  if (model === undefined) return undefined;
  return { kind: 'version', model, asked: number === undefined ? { alias } : { number: Number(number) } };
}

/**
 * The encoder that a name means; undefined: the pretrained one.
 * @throws ManyheadError NOT_FOUND listing the names, versions or aliases there are; CONFLICT where it was trained on another
 *   encoder
 */
export async function encoderNamed(
  name: string,
  context: Rooms,
  borrowed: BorrowedNames,
): Promise<EncoderReference | undefined> {
  const named = namedModel(name, context, borrowed);
  if (named?.kind === 'pretrained') return undefined;
  try {
    if (named) return await context.served.encoderOf(named.model, named.asked);
  } catch (error) {
    if (!(error instanceof ManyheadError)) throw error;
    const isThere = named !== undefined && (await context.registry.models()).includes(named.model);
    // Versions and aliases are named in the same field.
    if (isThere || error.code !== 'NOT_FOUND') throw new ManyheadError(error.code, error.message, 'model');
  }
  const meant = borrowed.get(name);
  const what = `model ${shown(name)}${meant === undefined ? '' : ` means ${shown(meant)} (OPENAI_MODELS), which`}`;
  throw notFound(what, await modelNames(context, meant === undefined ? borrowed : new Map()), 'model');
}

/** Every name worth listing: the encoder, the models, their aliases, and what was borrowed. Any version can be named besides. */
export async function modelNames({ encoders, registry }: Rooms, borrowed: BorrowedNames): Promise<readonly string[]> {
  const models = [...new Set([DEFAULT_MODEL, ...(await registry.models())])];
  const withAliases = models.map(async (model) => {
    // Of one whose ledger is damaged nobody knows the aliases.
    const { aliases } = (await unlessDamaged(registry.standing(model))) ?? { aliases: {} };
    const others = Object.keys(aliases).filter((alias) => alias !== PRODUCTION);
    return [model, ...others.map((alias) => `${model}@${alias}`)];
  });
  const names = [encoders.pretrained.base, ...(await Promise.all(withAliases)).flat(), ...borrowed.keys()];
  return [...new Set(names)];
}

/**
 * Token ids under a borrowed name are those of a tokenizer that is not ours, and would be read as other words.
 * @throws ManyheadError BAD_USER_INPUT
 */
export function checkTokensBelong(name: string, borrowed: BorrowedNames): void {
  if (borrowed.has(name))
    throw badInput(
      'input',
      `input has token ids, which mean other words here than to the tokenizer of ${shown(name)}: give texts.`,
    );
}
