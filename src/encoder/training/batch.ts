import { Tensor } from '../../onnx/runtime.js';
import type { Pooling } from '../architecture.js';

/** Texts as their tokens one after the other, and where each stands when they are padded to the longest. */
export interface PackedBatch {
  readonly texts: number;
  readonly tokens: number;
  /** Tokens of the longest text. */
  readonly longest: number;
  /** What every layer needs to know of the lengths. */
  readonly attention: Readonly<Record<'placed' | 'placedOnce' | 'placeOf' | 'mask', Tensor>>;
  /** What is needed to make one vector of a text. */
  readonly pooling: Readonly<Record<string, Tensor>>;
}

/**
 * Added to the scores of padding, which repeats its text's last token: it has e^-60 of that token's share, far too little to
 * be seen in a sum. Not further below 0, as a share that is no normal float32 would take a hundred times as long to work out.
 */
const hidden = -60;

/**
 * Where each head of each token goes in attention, and back. Rows are heads of tokens, [tokens * heads], or of places,
 * [texts * heads * longest].
 * @param ids of each text
 * @returns `placed` [texts, heads, longest]: the row at each place, at padding that of the text's last token; `placedOnce`: the
 *   same, at padding one past the last row; `placeOf` [tokens, heads]: the place of each row; `mask` [texts, 1, 1, longest]: 0
 *   for tokens, far below 0 for padding; `pooling` [texts, tokens]: a text's vector in terms of its tokens, or
 *   [texts, longest]: the token at each place
 */
export function packBatch(ids: readonly Int32Array[], heads: number, pooling: Pooling): PackedBatch {
  const texts = ids.length;
  const lengths = ids.map(({ length }) => length);
  const longest = Math.max(...lengths);
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  const placed = new Int32Array(texts * heads * longest);
  const placedOnce = new Int32Array(placed.length).fill(tokens * heads);
  const placeOf = new Int32Array(tokens * heads);
  const mask = new Float32Array(texts * longest).fill(hidden);
  let first = 0;
  lengths.forEach((length, text) => {
    mask.fill(0, text * longest, text * longest + length);
    for (let head = 0; head < heads; head++) {
      const start = (text * heads + head) * longest;
      for (let place = 0; place < longest; place++) {
        const row = (first + Math.min(place, length - 1)) * heads + head;
        placed[start + place] = row;
        if (place >= length) continue;
        placedOnce[start + place] = row;
        placeOf[row] = start + place;
      }
    }
    first += length;
  });
  return {
    texts,
    tokens,
    longest,
    attention: {
      placed: new Tensor('int32', placed, [texts, heads, longest]),
      placedOnce: new Tensor('int32', placedOnce, [texts, heads, longest]),
      placeOf: new Tensor('int32', placeOf, [tokens, heads]),
      mask: new Tensor('float32', mask, [texts, 1, 1, longest]),
    },
    pooling: { pooling: pooling === 'max' ? places(lengths, longest) : shares(lengths, tokens, pooling) },
  };
}

/** The token at each place, [texts, longest]; at padding the text's last. */
function places(lengths: readonly number[], longest: number): Tensor {
  const tokenAt = new Int32Array(lengths.length * longest);
  let first = 0;
  lengths.forEach((length, text) => {
    for (let place = 0; place < longest; place++) tokenAt[text * longest + place] = first + Math.min(place, length - 1);
    first += length;
  });
  return new Tensor('int32', tokenAt, [lengths.length, longest]);
}

/** What each token counts in the vector of each text, [texts, tokens]. */
function shares(lengths: readonly number[], tokens: number, pooling: Pooling): Tensor {
  const share = new Float32Array(lengths.length * tokens);
  let first = 0;
  lengths.forEach((length, text) => {
    const start = text * tokens + first;
    if (pooling === 'cls') share[start] = 1;
    else share.fill(1 / length, start, start + length);
    first += length;
  });
  return new Tensor('float32', share, [lengths.length, tokens]);
}

/**
 * The words of a batch.
 * @returns `words`: the ids that occur, each once; `tokensOf` some of the texts: `wordOf` and `positionOf` [tokens] say what each
 *   token is
 */
export function wordsOf(texts: readonly Int32Array[]) {
  const places = new Map<number, number>();
  for (const ids of texts) for (const id of ids) if (!places.has(id)) places.set(id, places.size);
  return {
    words: Int32Array.from(places.keys()),
    tokensOf(some: readonly Int32Array[]): Record<'wordOf' | 'positionOf', Tensor> {
      const tokens = some.reduce((sum, { length }) => sum + length, 0);
      const [wordOf, positionOf] = [new Int32Array(tokens), new Int32Array(tokens)];
      let token = 0;
      for (const ids of some)
        ids.forEach((id, position) => {
          wordOf[token] = places.get(id) ?? 0;
          positionOf[token++] = position;
        });
      return {
        wordOf: new Tensor('int32', wordOf, [tokens]),
        positionOf: new Tensor('int32', positionOf, [tokens]),
      };
    },
  };
}
