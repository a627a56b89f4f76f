import { turns } from '../turns.js';

/** A stretch of a text, in UTF-16 positions as `slice` takes them. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A stretch and the tokens that an encoder reads of it. */
export interface Piece extends Span {
  readonly tokens: number;
}

/** Characters of a part. */
const PART = 2_000;

const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' });
const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * A text as its sentences (Unicode Standard Annex 29), one after the other and nothing left out; a sentence of too many tokens as
 * stretches of words, and a word of too many as stretches of characters.
 * @param tokensOf a text, the two that mark start and end among them
 */
export async function sentencesOf(
  text: string,
  maxTokens: number,
  tokensOf: (text: string) => number,
): Promise<Piece[]> {
  const turn = turns();
  const piece = ({ start, end }: Span): Piece => ({ start, end, tokens: tokensOf(text.slice(start, end)) });
  const filled = async (spans: readonly Span[]): Promise<Piece[]> => {
    const pieces: Piece[] = [];
    let width = 1;
    for (let first = 0; first < spans.length; ) {
      const { last, stretch } = await longest(spans, first, width, piece, maxTokens, turn);
      pieces.push(stretch);
      width = last + 1 - first;
      first = last + 1;
    }
    return pieces;
  };
  const pieces: Piece[] = [];
  for (const span of await segments(text, { start: 0, end: text.length }, sentences, turn)) {
    await turn();
    const sentence = piece(span);
    if (sentence.tokens <= maxTokens) {
      pieces.push(sentence);
      continue;
    }
    for (const part of await filled(await segments(text, sentence, words, turn)))
      pieces.push(...(part.tokens <= maxTokens ? [part] : await filled(await segments(text, part, characters, turn))));
  }
  return pieces;
}

/**
 * Neighbours joined into a stretch that is as long as it may be; what is too long by itself stays by itself. A longer stretch never
 * has fewer tokens: so twice as many are tried as long as they fit, and what lies between is halved. No more is counted than a few
 * times what fits.
 * @param first of the stretch
 * @param width how many are likely to fit
 */
async function longest(
  spans: readonly Span[],
  first: number,
  width: number,
  piece: (span: Span) => Piece,
  maxTokens: number,
  turn: () => Promise<void> | undefined,
): Promise<{ readonly last: number; readonly stretch: Piece }> {
  const upTo = (last: number) => piece({ start: spans[first].start, end: spans[last].end });
  let [last, stretch, tooFar, step] = [first, upTo(first), spans.length, width];
  while (tooFar - last > 1) {
    await turn();
    const tried = tooFar === spans.length ? Math.min(last + step, tooFar - 1) : Math.floor((last + tooFar) / 2);
    step *= 2;
    const longer = upTo(tried);
    if (longer.tokens <= maxTokens) [last, stretch] = [tried, longer];
    else tooFar = tried;
  }
  return { last, stretch };
}

/**
 * A stretch of the text as the segments in it. The time that Intl.Segmenter takes grows with the square of what it is given, so it is
 * given a part at a time, and each next part begins where the last segment, which may go on, began.
 */
async function segments(
  text: string,
  { start, end }: Span,
  by: Intl.Segmenter,
  turn: () => Promise<void> | undefined,
): Promise<Span[]> {
  const spans: Span[] = [];
  for (let [from, size] = [start, PART]; from < end; ) {
    await turn();
    const to = Math.min(end, from + size);
    const found = Array.from(by.segment(text.slice(from, to)), ({ index, segment }) => ({
      start: from + index,
      end: from + index + segment.length,
    }));
    const whole = to < end ? found.slice(0, -1) : found;
    spans.push(...whole);
    size = whole.length === 0 ? 2 * size : PART;
    from = whole.at(-1)?.end ?? from;
  }
  return spans;
}
