import { badInput, shown } from './errors.js';

/** What a name of a model, an alias, a data set or a task may look like: it becomes a folder name and a tensor name. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** Whether something could be a name at all: what cannot be is simply not there. */
export const isName = (name: string): boolean => NAME.test(name);

/** @throws ManyheadError BAD_USER_INPUT naming the field and the value */
export function checkName(field: string, name: string): string {
  if (!isName(name))
    throw badInput(
      field,
      `${field} is ${shown(name)}: give 1 to 64 letters, digits, "-", "_" or ".", starting with a letter or digit.`,
    );
  return name;
}
