import { LONGEST_TEXT } from '../datasets/check.js';
import { badInput } from '../errors.js';

export const MOST_TEXTS = 4096;

/**
 * Texts of one request to encode.
 * @param field of the input
 * @throws ManyheadError BAD_USER_INPUT naming the first that is too long
 */
export function checkTexts(texts: readonly string[], field = 'texts'): readonly string[] {
  if (texts.length > MOST_TEXTS)
    throw badInput(field, `${field} has ${texts.length} entries: give at most ${MOST_TEXTS} in one request.`);
  const long = texts.findIndex((text) => text.length > LONGEST_TEXT);
  if (long >= 0)
    throw badInput(
      `${field}[${long}]`,
      `${field}[${long}] is ${texts[long].length} characters long: give at most ${LONGEST_TEXT}.`,
    );
  return texts;
}
