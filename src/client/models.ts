import { ClientError } from './error.js';
import { ask, type CallOptions, type Connection } from './http.js';
import * as operations from './operations.js';

type WholeModel = NonNullable<operations.ModelQuery['model']>;
/** A line of versions, and what its aliases point to. */
export type Model = operations.ModelsQuery['models'][number];
/** A set of weights that a training made. */
export type Version = WholeModel['versions'][number];

/** Of a model: `default` when absent. */
type OfModel = CallOptions & { readonly model?: string };

export interface Models {
  models(options?: CallOptions): Promise<readonly Model[]>;
  /**
   * The versions of a model, newest first.
   * @throws ClientError NOT_FOUND where there is no such model
   */
  versions(
    options?: OfModel & { readonly first?: number; readonly after?: number },
  ): Promise<Model & { readonly versions: readonly Version[] }>;
  /** Points an alias (`production` when absent) at a version. */
  promote(options: OfModel & { readonly version: number; readonly alias?: string }): Promise<Model>;
  /** Points an alias back at the version it pointed to before. */
  rollBack(options?: OfModel & { readonly alias?: string }): Promise<Model>;
}

export const modelsOver = (connection: Connection): Models => ({
  models: async (options) => (await ask(connection, operations.Models, {}, options)).models,
  async versions({ model: name = 'default', signal, ...page } = {}) {
    const { model } = await ask(connection, operations.Model, { name, ...page }, { signal });
    if (model === null) throw new ClientError('NOT_FOUND', `model ${JSON.stringify(name)} is not there.`);
    return model;
  },
  promote: async ({ signal, ...asked }) => (await ask(connection, operations.Promote, asked, { signal })).promote,
  rollBack: async ({ signal, ...asked } = {}) =>
    (await ask(connection, operations.RollBack, asked, { signal })).rollBack,
});
