import type { FileStart } from './header';

/** What a column of a file is. */
export type Role = { readonly kind: 'text' | 'split' | 'nothing' } | TaskRole;

export interface TaskRole {
  readonly kind: 'task';
  readonly task: string;
  /** Whether there are lists of labels in its cells. */
  readonly many: boolean;
}

/** The role of each column, in their order. */
export type Mapping = readonly Role[];

/** As the server would map the columns, and a guess at which one is the text. */
export function firstMapping({ columns, rows }: FileStart): Mapping {
  const text = columns.includes('text') ? columns.indexOf('text') : longest(columns, rows);
  return columns.map((name, place) => {
    if (place === text) return { kind: 'text' };
    if (name === 'split') return { kind: 'split' };
    return usualTask(name);
  });
}

/** The task that a column is by its name. */
export const usualTask = (name: string): TaskRole => ({
  kind: 'task',
  task:
    name
      .replace(/\[\]$/, '')
      .replace(/[^\w.-]+/g, '-')
      .slice(0, 64) || 'task',
  many: name.endsWith('[]'),
});

/** The column with the longest cells. */
function longest(columns: readonly string[], rows: FileStart['rows']): number {
  const lengths = columns.map((_, place) => rows.reduce((sum, row) => sum + (row[place]?.length ?? 0), 0));
  return lengths.indexOf(Math.max(...lengths));
}

/** Why a file cannot be sent with a mapping; undefined where it can. */
export function mappingProblem(mapping: Mapping): string | undefined {
  const texts = mapping.filter(({ kind }) => kind === 'text').length;
  if (texts !== 1) return texts === 0 ? 'Say which column is the text.' : 'Only one column can be the text.';
  if (mapping.filter(({ kind }) => kind === 'split').length > 1) return 'Only one column can be the split.';
  const tasks = mapping.flatMap((role) => (role.kind === 'task' ? [role.task] : []));
  if (tasks.length === 0 && mapping.some(({ kind }) => kind === 'nothing'))
    return 'Keep at least one column as a task: a file without any must have no more columns than its text.';
  const twice = tasks.find((task, place) => tasks.indexOf(task) < place);
  return twice === undefined ? undefined : `Two columns are the task “${twice}”.`;
}

/** The mapping as PUT /datasets takes it. */
export function parametersOf(columns: readonly string[], mapping: Mapping): URLSearchParams {
  const column = (kind: Role['kind']) => columns[mapping.findIndex((role) => role.kind === kind)] ?? '';
  const parameters = new URLSearchParams({ text: column('text'), split: column('split') });
  // Every other column a task of its name: what the server does by itself, and which knows more, such as nested labels.
  const isUsual = mapping.every(
    (role, place) =>
      role.kind === 'text' ||
      role.kind === 'split' ||
      (role.kind === 'task' && `${role.task}${role.many ? '[]' : ''}` === columns[place]),
  );
  if (!isUsual)
    mapping.forEach((role, place) => {
      if (role.kind === 'task') parameters.set(`task.${role.task}${role.many ? '[]' : ''}`, columns[place]);
    });
  return parameters;
}
