export const kinds = {
  TRAIN: 'Training',
  EVALUATE: 'Measuring',
  FIT_PROJECTION: 'Fitting a projection',
} as const;

export type Kind = keyof typeof kinds;

const isKind = (name: string): name is Kind => Object.hasOwn(kinds, name);

export const kindNames: readonly Kind[] = Object.keys(kinds).filter(isKind);

export const phases = {
  EMBEDDING: 'Encoding rows',
  BOUNDARY: 'Running the fixed layers',
  TRAINING: 'Learning',
  EVALUATING: 'Measuring',
  SAVING: 'Saving',
} as const;

export interface Freeze {
  readonly backbone: 'FULL' | 'PARTIAL' | 'NONE';
  readonly frozenLayers: number | null;
  readonly heads: readonly string[];
}

/** What a training keeps as it is, in a few words. */
export function frozenWords({ backbone, frozenLayers, heads }: Freeze): string {
  const encoder = {
    FULL: 'encoder',
    PARTIAL: frozenLayers === 0 ? 'embeddings' : `${frozenLayers} ${frozenLayers === 1 ? 'layer' : 'layers'}`,
    NONE: undefined,
  }[backbone];
  return [encoder, ...heads.map((head) => `head ${head}`)].filter(Boolean).join(', ') || 'nothing';
}

/** A job as people may call it: the end of its id, which is never long and rarely the same. */
export const shortId = (id: string): string => id.slice(-6);

/** The mean over the tasks; undefined where there are none. */
export function meanScore(tasks: readonly { readonly macroF1: number | null }[]): number | undefined {
  const scores = tasks.flatMap(({ macroF1 }) => (macroF1 === null ? [] : [macroF1]));
  return scores.length === 0 ? undefined : scores.reduce((sum, score) => sum + score, 0) / scores.length;
}
