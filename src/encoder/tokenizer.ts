import { Tokenizer } from '@huggingface/tokenizers';
import { shown } from '../errors.js';
import { checkVocabulary } from './vocabulary.js';

/** A text as the encoder reads it. */
export interface Tokens {
  /** Ids with [CLS] before and [SEP] after. */
  readonly ids: Int32Array;
  /** Whether the text had more tokens than fit. */
  readonly truncated: boolean;
}

/** Characters that a token is reckoned to take when a long text is cut before it is tokenized. */
const charactersPerToken = 16;

/**
 * How to turn a text into at most `maxTokens` token ids.
 * @param file content of a tokenizer.json
 * @param config content of a tokenizer_config.json, or an empty object
 * @param vocabulary rows of the word table: every id must lie below it
 * @throws Error when the tokenizer is not one of BERT's: WordPiece, [CLS] before the text and [SEP] after it
 */
export function openTokenizer(
  file: Readonly<Record<string, unknown>>,
  config: object,
  maxTokens: number,
  vocabulary: number,
): (text: string) => Tokens {
  const longestWord = longestWordOf(file.model);
  // Before the library makes a list that is as long as the largest id.
  checkVocabulary(file, vocabulary);
  const tokenizer = new Tokenizer(file, config);
  const frame = tokenizer.encode('').ids;
  if (frame.length !== 2)
    throw new Error(`tokenizer.json puts ${frame.length} tokens around a text, not [CLS] and [SEP]`);
  const room = maxTokens - frame.length;
  if (room < 1) throw new Error(`a text of at most ${maxTokens} tokens has no room beside [CLS] and [SEP]`);

  const content = (text: string) => tokenizer.encode(text, { add_special_tokens: false }).ids;
  return (text) => {
    const ids = firstTokens(content, text, room + 1 + longestWord);
    return { ids: Int32Array.of(frame[0], ...ids.slice(0, room), frame[1]), truncated: ids.length > room };
  };
}

/**
 * The first tokens of a text, at least `enough` if it has them, without tokenizing all of a long one. Cutting a text only
 * changes the word that is cut, its last: when there are a longest word's tokens more than are used, those used are those
 * of the whole text.
 */
function firstTokens(content: (text: string) => number[], text: string, enough: number): number[] {
  for (let length = enough * charactersPerToken; length < text.length; length *= 4) {
    const ids = content(text.slice(0, length));
    if (ids.length >= enough) return ids;
  }
  return content(text);
}

/** The most characters, so the most tokens, of a word: WordPiece makes [UNK] of a longer one. */
function longestWordOf(model: unknown): number {
  const given: object = typeof model === 'object' && model !== null ? model : {};
  if ('type' in given && given.type !== 'WordPiece')
    throw new Error(`tokenizer.json has a ${shown(given.type)} model: only WordPiece is supported`);
  const longest = 'max_input_chars_per_word' in given ? given.max_input_chars_per_word : undefined;
  return typeof longest === 'number' ? longest : 100;
}
