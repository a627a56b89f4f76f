import { unlessDamaged } from '../../errors.js';
import type { Rooms } from '../context.js';
import { type BorrowedNames, encoderNamed, modelNames, namedModel } from './model-names.js';

/** A model as the OpenAI API describes it. */
export interface DescribedModel {
  readonly id: string;
  readonly object: 'model';
  /** When the version that answers was made, in seconds since 1970; 0 where that is the pretrained encoder. */
  readonly created: number;
  readonly owned_by: 'manyhead';
}

/** The answer of GET /v1/models, without those that a damaged file keeps from being described. */
export async function listModels(
  context: Rooms,
  borrowed: BorrowedNames,
): Promise<{ readonly object: 'list'; readonly data: readonly DescribedModel[] }> {
  const names = await modelNames(context, borrowed);
  const described = await Promise.all(names.map((name) => unlessDamaged(describe(name, context, borrowed))));
  return { object: 'list', data: described.filter((model) => model !== undefined) };
}

/**
 * The answer of GET /v1/models/:model.
 * @throws ManyheadError NOT_FOUND where POST /v1/embeddings would
 */
export async function retrieveModel(name: string, context: Rooms, borrowed: BorrowedNames): Promise<DescribedModel> {
  await encoderNamed(name, context, borrowed);
  return describe(name, context, borrowed);
}

const describe = async (name: string, context: Rooms, borrowed: BorrowedNames): Promise<DescribedModel> => ({
  id: name,
  object: 'model',
  created: await createdAt(name, context, borrowed),
  owned_by: 'manyhead',
});

async function createdAt(name: string, context: Rooms, borrowed: BorrowedNames): Promise<number> {
  const { registry } = context;
  const named = namedModel(name, context, borrowed);
  if (named?.kind !== 'version') return 0;
  const { model, asked } = named;
  const number = 'number' in asked ? asked.number : (await registry.standing(model)).aliases[asked.alias];
  if (!(await registry.versions(model)).includes(number)) return 0;
  const { createdAt } = await registry.version(model, number);
  return Math.floor(Date.parse(createdAt) / 1000);
}
