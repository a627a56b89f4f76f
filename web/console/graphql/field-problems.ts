import type { CombinedError } from '@urql/core';

/** Which fields of an input are wrong, and why: by the path that the server names, such as `hyperparameters.epochs`. */
export type FieldProblems = Readonly<Record<string, string>>;

export function fieldProblems(error: CombinedError | undefined): FieldProblems {
  const found = (error?.graphQLErrors ?? []).flatMap(({ message, extensions }) =>
    typeof extensions?.field === 'string' ? [[extensions.field, message] as const] : [],
  );
  return Object.fromEntries(found);
}

/** What is wrong with a field or something within it. */
export const problemAt = (problems: FieldProblems, ...fields: readonly string[]): string | undefined =>
  Object.entries(problems).find(([path]) => fields.some((field) => path === field || isWithin(path, field)))?.[1];

const isWithin = (path: string, field: string): boolean => path.startsWith(`${field}[`) || path.startsWith(`${field}.`);
