/** A stretch of a text, in UTF-16 positions as `slice` takes them. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A stretch and the tokens that an encoder reads of it. */
export interface Piece extends Span {
  readonly tokens: number;
}

const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' });
const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * A text as its sentences (Unicode Standard Annex 29), one after the other and nothing left out; a sentence of too many tokens as
 * stretches of words, and a word of too many as stretches of characters.
 * @param tokensOf a text, the two that mark start and end among them
 */
export function sentencesOf(text: string, maxTokens: number, tokensOf: (text: string) => number): Piece[] {
  const piece = ({ start, end }: Span): Piece => ({ start, end, tokens: tokensOf(text.slice(start, end)) });
  return segments(text, { start: 0, end: text.length }, sentences)
    .map(piece)
    .flatMap((sentence) =>
      sentence.tokens <= maxTokens
        ? [sentence]
        : filled(segments(text, sentence, words), piece, maxTokens).flatMap((part) =>
            part.tokens <= maxTokens ? [part] : filled(segments(text, part, characters), piece, maxTokens),
          ),
    );
}

function segments(text: string, { start, end }: Span, by: Intl.Segmenter): Span[] {
  return Array.from(by.segment(text.slice(start, end)), ({ index, segment }) => ({
    start: start + index,
    end: start + index + segment.length,
  }));
}

/** Neighbours joined into stretches that are as long as they may be; what is too long by itself stays by itself. */
function filled(spans: readonly Span[], piece: (span: Span) => Piece, maxTokens: number): Piece[] {
  const pieces: Piece[] = [];
  for (let first = 0; first < spans.length; ) {
    const upTo = (last: number) => piece({ start: spans[first].start, end: spans[last].end });
    // The longest stretch that fits, found by halving: a longer one never has fewer tokens.
    let [fits, tooFar] = [first, spans.length];
    while (tooFar - fits > 1) {
      const middle = Math.floor((fits + tooFar) / 2);
      if (upTo(middle).tokens <= maxTokens) fits = middle;
      else tooFar = middle;
    }
    pieces.push(upTo(fits));
    first = fits + 1;
  }
  return pieces;
}
