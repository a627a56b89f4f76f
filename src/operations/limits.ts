import type { ErrorCode } from '../errors.js';

/** What is measured of a GraphQL request before it is validated, let alone run. Fragments count wherever they are spread. */
export interface Measures {
  /** Characters of the document. */
  readonly characters: number;
  /** Fields, and inline fragments, within one another. */
  readonly depth: number;
  /** Fields side by side. */
  readonly width: number;
  /** All fields. */
  readonly fields: number;
  readonly aliases: number;
  /** Fields that are asked for again, with the same name, in the same place. */
  readonly duplicates: number;
  readonly directives: number;
}

export type OperationLimits = Measures & {
  /** Words and signs of the document. */
  readonly tokens: number;
  /** Lists and objects within one another in the variables. */
  readonly variableDepth: number;
  /** Texts to encode, in all fields together. */
  readonly texts: number;
  /** Tokens of theirs, at most. */
  readonly textTokens: number;
  /** Fields, and entries of lists, that are answered. */
  readonly answerValues: number;
  /** Numbers of the vectors that are answered. */
  readonly answerNumbers: number;
  /** Characters of the texts and labels that are answered. */
  readonly answerCharacters: number;
  /** Rows of data sets that are read for it. */
  readonly rows: number;
};

interface Limit {
  /** The setting. */
  readonly variable: string;
  readonly fallback: number;
  readonly code: ErrorCode;
  /** What there is too much of. */
  readonly what: string;
}

/**
 * Every limit, its setting, and what is said where it is passed. The defaults let through what editors ask (introspection is 15 deep), and
 * every request that was right by itself.
 */
export const operationLimits: Readonly<Record<keyof OperationLimits, Limit>> = {
  characters: { variable: 'QUERY_MAX_CHARACTERS', fallback: 131_072, code: 'DOCUMENT_TOO_LONG', what: 'characters' },
  tokens: { variable: 'QUERY_MAX_TOKENS', fallback: 10_000, code: 'DOCUMENT_TOO_LONG', what: 'words and signs' },
  depth: {
    variable: 'QUERY_MAX_DEPTH',
    fallback: 16,
    code: 'DOCUMENT_TOO_DEEP',
    what: 'fields and inline fragments within one another',
  },
  width: { variable: 'QUERY_MAX_WIDTH', fallback: 100, code: 'DOCUMENT_TOO_WIDE', what: 'fields side by side' },
  fields: { variable: 'QUERY_MAX_FIELDS', fallback: 1_000, code: 'DOCUMENT_TOO_WIDE', what: 'fields in all' },
  aliases: { variable: 'QUERY_MAX_ALIASES', fallback: 30, code: 'TOO_MANY_ALIASES', what: 'aliases' },
  duplicates: {
    variable: 'QUERY_MAX_DUPLICATES',
    fallback: 20,
    code: 'TOO_MANY_DUPLICATES',
    what: 'fields that are there already',
  },
  directives: { variable: 'QUERY_MAX_DIRECTIVES', fallback: 50, code: 'TOO_MANY_DIRECTIVES', what: 'directives' },
  variableDepth: {
    variable: 'VARIABLES_MAX_DEPTH',
    fallback: 16,
    code: 'VARIABLES_TOO_DEEP',
    what: 'lists and objects within one another in its variables',
  },
  texts: { variable: 'REQUEST_MAX_TEXTS', fallback: 8_192, code: 'TOO_MANY_TEXTS', what: 'texts to encode' },
  textTokens: {
    variable: 'REQUEST_MAX_TEXT_TOKENS',
    fallback: 2_097_152,
    code: 'TOO_MANY_TOKENS',
    what: 'tokens to encode, if a character is one',
  },
  answerValues: {
    variable: 'REQUEST_MAX_VALUES',
    fallback: 1_048_576,
    code: 'ANSWER_TOO_LARGE',
    what: 'values in its answer',
  },
  answerNumbers: {
    variable: 'REQUEST_MAX_NUMBERS',
    fallback: 4_194_304,
    code: 'ANSWER_TOO_LARGE',
    what: 'numbers of vectors in its answer',
  },
  answerCharacters: {
    variable: 'REQUEST_MAX_CHARACTERS',
    fallback: 134_217_728,
    code: 'ANSWER_TOO_LARGE',
    what: 'characters in its answer',
  },
  rows: {
    variable: 'REQUEST_MAX_ROWS',
    fallback: 16_777_216,
    code: 'TOO_MANY_ROWS',
    what: 'rows of data sets to read',
  },
};

/** The limits as the environment sets them. */
export function readOperationLimits(whole: (name: string, fallback: number) => number): OperationLimits {
  const of = (name: keyof OperationLimits) => whole(operationLimits[name].variable, operationLimits[name].fallback);
  return {
    characters: of('characters'),
    tokens: of('tokens'),
    depth: of('depth'),
    width: of('width'),
    fields: of('fields'),
    aliases: of('aliases'),
    duplicates: of('duplicates'),
    directives: of('directives'),
    variableDepth: of('variableDepth'),
    texts: of('texts'),
    textTokens: of('textTokens'),
    answerValues: of('answerValues'),
    answerNumbers: of('answerNumbers'),
    answerCharacters: of('answerCharacters'),
    rows: of('rows'),
  };
}
