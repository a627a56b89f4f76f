import { Tensor } from 'onnxruntime-node';
import type { Pooling } from '../architecture.js';

/** Texts as their tokens one after the other, and where each stands when they are padded to the longest. */
export interface PackedBatch {
  readonly texts: number;
  readonly tokens: number;
  /** Tokens of the longest text. */
  readonly longest: number;
  /** What every layer needs to know of the lengths. */
  readonly attention: Readonly<Record<'placeOf' | 'mask', Tensor>>;
  /** What is needed to make one vector of a text. */
  readonly pooling: Readonly<Record<string, Tensor>>;
}

/** Added to the scores of padding: exp of it is exactly 0. */
const hidden = -1e9;

/**
 * @param ids of each text
 * @returns `placeOf` [tokens, 2]: text and place of each token; `mask` [texts, 1, 1, longest]: 0 for tokens, far below 0 for
 *   padding; `pooling` [texts, tokens]: a text's vector in terms of its tokens
 */
export function packBatch(ids: readonly Int32Array[], pooling: Pooling): PackedBatch {
  const texts = ids.length;
  const lengths = ids.map(({ length }) => length);
  const longest = Math.max(...lengths);
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  const placeOf = new BigInt64Array(2 * tokens);
  const mask = new Float32Array(texts * longest).fill(hidden);
  const share = new Float32Array(texts * tokens);
  let token = 0;
  lengths.forEach((length, text) => {
    const row = text * longest;
    mask.fill(0, row, row + length);
    const first = text * tokens + token;
    if (pooling === 'cls') share[first] = 1;
    else share.fill(1 / length, first, first + length);
    for (let place = 0; place < length; place++, token++) {
      placeOf[2 * token] = BigInt(text);
      placeOf[2 * token + 1] = BigInt(place);
    }
  });
  return {
    texts,
    tokens,
    longest,
    attention: {
      placeOf: new Tensor('int64', placeOf, [tokens, 2]),
      mask: new Tensor('float32', mask, [texts, 1, 1, longest]),
    },
    pooling: pooling === 'max' ? {} : { pooling: new Tensor('float32', share, [texts, tokens]) },
  };
}

/** The words of a batch: `words` are the ids that occur, each once; `wordOf` and `positionOf` [tokens] say what each token is. */
export function wordsOf(texts: readonly Int32Array[]) {
  const places = new Map<number, number>();
  const tokens = texts.reduce((sum, { length }) => sum + length, 0);
  const [wordOf, positionOf] = [new Int32Array(tokens), new Int32Array(tokens)];
  let token = 0;
  for (const ids of texts)
    ids.forEach((id, position) => {
      const place = places.get(id) ?? places.size;
      places.set(id, place);
      wordOf[token] = place;
      positionOf[token++] = position;
    });
  return {
    words: Int32Array.from(places.keys()),
    feeds: {
      wordOf: new Tensor('int32', wordOf, [tokens]),
      positionOf: new Tensor('int32', positionOf, [tokens]),
    },
  };
}
