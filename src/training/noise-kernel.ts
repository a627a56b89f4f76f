import { advance, bytes, type Code, compile, floats, get, load, repeat, set, store, words } from '../wasm/loops.js';

/** A memory for noise: numbers that are 0 or a scale. */
export interface NoiseKernel {
  readonly buffer: ArrayBuffer;
  /** Makes the memory at least so large; its buffer is then another. */
  reach(bytes: number): void;
  /** Starts the four generators anew, from 16 random words. */
  start(seed: Uint32Array): void;
  /**
   * Fills some bytes; place and length are multiples of 64.
   * @param dropped of 256 numbers, how many are 0
   * @param scale what the others are
   */
  fill(place: number, length: number, dropped: number, scale: number): void;
}

/** Words that start the generators, and the bytes of the memory that they lie in. */
export const seedWords = 16;
export const stateBytes = 4 * seedWords;

/**
 * Draws noise by four generators side by side, xoshiro128** as in `RandomGenerator`: every byte they give decides over a
 * number. Millions of numbers are drawn for every step.
 */
export function noiseKernel(): NoiseKernel {
  const memory = open(stateBytes);
  return {
    get buffer() {
      return memory.buffer;
    },
    reach: memory.reach,
    start: (seed) => new Uint32Array(memory.buffer, 0, seedWords).set(seed),
    fill: (...given) => void memory.run('fill', 0, ...given),
  };
}

const { add, and, or, shiftLeft, shiftRight, xor } = words;
const rotate = (x: Code, by: number): Code => or(shiftLeft(x, by), shiftRight(x, 32 - by));
/** 2^log + 1 times. */
const times = (x: Code, log: number): Code => add(shiftLeft(x, log), x);

function fillCode(): Code {
  const [state, place, length, dropped, scale] = [0, 1, 2, 3, 4];
  const [a, b, c, d, limit, noise, random, shifted] = [5, 6, 7, 8, 9, 10, 11, 12];
  const generators = [a, b, c, d];
  const change = (word: number, by: number): Code => [...xor(get(word), get(by)), ...set(word)];
  return [
    ...generators.flatMap((word, i) => [...load(state, i), ...set(word)]),
    ...bytes.splat(get(dropped)),
    ...set(limit),
    ...floats.splat(get(scale)),
    ...set(noise),
    ...repeat(
      length,
      [
        ...times(get(b), 2),
        ...set(random),
        ...rotate(get(random), 7),
        ...set(random),
        ...times(get(random), 3),
        ...set(random),
        ...shiftLeft(get(b), 9),
        ...set(shifted),
        ...[change(c, a), change(d, b), change(b, c), change(a, d), change(c, shifted)].flat(),
        ...rotate(get(d), 11),
        ...set(d),
        ...bytes.notBelow(get(random), get(limit)),
        ...set(random),
        ...[0, 1, 2, 3].flatMap((quarter) =>
          store(place, and(bytes.spread(get(random), quarter), get(noise)), quarter),
        ),
        ...advance(place, 4),
      ],
      4,
    ),
    ...generators.flatMap((word, i) => store(state, get(word), i)),
  ];
}

const open = compile({
  fill: { parameters: ['i32', 'i32', 'i32', 'i32', 'f32'], vectors: 8, code: fillCode() },
});
