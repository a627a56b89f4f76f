import { shown } from '../errors.js';
import { canonicalLabel } from './label.js';

/** Groups of labels that are named, and labels of each. */
const NAMED = 10;

/**
 * What to say of the labels of a task that differ only in case: most often they are meant to be one. White space and Unicode form
 * count as case does, as rows and heads of earlier releases may differ in these.
 * @returns one warning, or none
 */
export function alikeLabels(task: string, labels: readonly string[]): string[] {
  const byLook = new Map<string, string[]>();
  for (const label of labels) {
    const look = canonicalLabel(label).toLowerCase();
    const group = byLook.get(look);
    if (group) group.push(label);
    else byLook.set(look, [label]);
  }
  const alike = [...byLook.values()].filter((group) => group.length > 1);
  if (alike.length === 0) return [];
  const named = alike.slice(0, NAMED).map((group) => group.slice(0, NAMED).map(shown).join(' and '));
  return [
    `task ${task}: labels that differ only in case are learned as labels of their own: ${named.join(', ')}${alike.length > NAMED ? ', ...' : ''}`,
  ];
}
