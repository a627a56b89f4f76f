import { badInput, ManyheadError, shown } from '../../errors.js';
import { checkTexts, MOST_TEXTS } from '../texts.js';

/** What is to be embedded. */
export type EmbeddingsInput =
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  /** Texts as the ids of their tokens. */
  | { readonly kind: 'tokens'; readonly lists: readonly (readonly number[])[] };

/** The body of POST /v1/embeddings, once it is read. */
export interface EmbeddingsRequest {
  readonly model: string;
  readonly input: EmbeddingsInput;
  readonly dimensions: number | undefined;
  readonly encoding: Encoding;
}

const encodings = ['float', 'base64'] as const;
type Encoding = (typeof encodings)[number];

/** Ids of one text: as many as the largest of OpenAI's encoders reads. */
const MOST_TOKENS = 8192;

const FIELDS: ReadonlySet<string> = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user']);

/**
 * Reads the body of POST /v1/embeddings; null stands for an absent field.
 * @throws ManyheadError BAD_USER_INPUT naming the field, its value and what it may be
 */
export function readEmbeddingsRequest(body: unknown): EmbeddingsRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ManyheadError('BAD_USER_INPUT', 'the body is not a JSON object: give one with "model" and "input".');
  const given = new Map<string, unknown>(Object.entries(body).filter(([, value]) => value !== null));
  for (const name of given.keys())
    if (!FIELDS.has(name))
      throw new ManyheadError('BAD_USER_INPUT', `${shown(name)} is not known: give ${[...FIELDS].join(', ')}.`);
  const user = given.get('user');
  if (user !== undefined && typeof user !== 'string') throw badInput('user', `user is ${shown(user)}: give a string.`);
  return {
    model: readModel(given.get('model')),
    input: readInput(given.get('input')),
    dimensions: readDimensions(given.get('dimensions')),
    encoding: readEncoding(given.get('encoding_format')),
  };
}

function readModel(value: unknown): string {
  if (value === undefined)
    throw badInput('model', 'model is missing: give the name of one (GET /v1/models lists them).');
  if (typeof value !== 'string') throw badInput('model', `model is ${shown(value)}: give a string.`);
  return value;
}

function readInput(value: unknown): EmbeddingsInput {
  if (value === undefined) throw badInput('input', 'input is missing: give a text, or a list of texts.');
  if (typeof value === 'string') return { kind: 'texts', texts: readTexts([value], () => 'input') };
  if (!Array.isArray(value))
    throw badInput('input', `input is ${shown(value)}: give a text, token ids, or a list of either.`);
  const entries: readonly unknown[] = value;
  if (entries.length === 0) throw badInput('input', 'input is an empty list: give at least one text.');
  if (typeof entries[0] === 'string') return { kind: 'texts', texts: readTexts(entries, (place) => `input[${place}]`) };
  if (typeof entries[0] === 'number') return { kind: 'tokens', lists: [readTokens(entries, 'input')] };
  if (entries.length > MOST_TEXTS)
    throw badInput('input', `input has ${entries.length} entries: give at most ${MOST_TEXTS} in one request.`);
  return { kind: 'tokens', lists: entries.map((entry, place) => readTokens(entry, `input[${place}]`)) };
}

function readTexts(entries: readonly unknown[], field: (place: number) => string): readonly string[] {
  const texts = entries.map((entry, place) => {
    if (typeof entry !== 'string')
      throw badInput(
        field(place),
        `${field(place)} is ${shown(entry)}, and the first entry is a text: give texts only.`,
      );
    if (entry === '') throw badInput(field(place), `${field(place)} is an empty text: give at least one character.`);
    return entry;
  });
  return checkTexts(texts, 'input');
}

function readTokens(value: unknown, field: string): readonly number[] {
  if (!Array.isArray(value))
    throw badInput(field, `${field} is ${shown(value)}: give texts only, or lists of token ids only.`);
  const ids: readonly unknown[] = value;
  if (ids.length === 0) throw badInput(field, `${field} is an empty list: give at least one token id.`);
  if (ids.length > MOST_TOKENS)
    throw badInput(field, `${field} has ${ids.length} token ids: give at most ${MOST_TOKENS}.`);
  return ids.map((id, place) => {
    if (typeof id === 'number' && Number.isSafeInteger(id) && id >= 0) return id;
    throw badInput(`${field}[${place}]`, `${field}[${place}] is ${shown(id)}: a token id is a whole number from 0.`);
  });
}

/**
 * Makes sure that an encoder knows every token.
 * @param vocabulary how many it has
 * @throws ManyheadError BAD_USER_INPUT naming the first id beyond them
 */
export function checkTokens(lists: readonly (readonly number[])[], vocabulary: number): void {
  for (const [text, ids] of lists.entries()) {
    const place = ids.findIndex((id) => id >= vocabulary);
    if (place >= 0)
      throw badInput(
        'input',
        `text ${text} of input has token ${ids[place]} at ${place}: this encoder has tokens 0 to ${vocabulary - 1}. Give ids of its own tokenizer, not of OpenAI's, or the text itself.`,
      );
  }
}

function readDimensions(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw badInput('dimensions', `dimensions is ${shown(value)}: give a whole number.`);
}

function readEncoding(value: unknown): Encoding {
  if (value === undefined) return 'float';
  const encoding = encodings.find((each) => each === value);
  if (encoding) return encoding;
  throw badInput('encoding_format', `encoding_format is ${shown(value)}: give ${encodings.join(' or ')}.`);
}
