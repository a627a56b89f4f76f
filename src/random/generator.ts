/**
 * A seeded generator of random numbers whose whole state is plain numbers, so that a checkpoint can hold it: xoshiro128**
 * (Blackman & Vigna 2018), seeded through splitmix32. The same seed gives the same numbers on every machine.
 */
export class RandomGenerator {
  #state: Uint32Array;

  private constructor(state: Uint32Array) {
    this.#state = state;
  }

  /**
   * @param seed any finite number; whole numbers up to 2^53 give different streams
   * @param stream a name that sets generators of one seed apart ("split", "dropout", ...)
   */
  static seeded(seed: number, stream = ''): RandomGenerator {
    let mix = 0x9e3779b9 ^ (seed >>> 0) ^ Math.imul(Math.floor(Math.abs(seed) / 2 ** 32), 0x85ebca6b);
    for (const letter of stream) mix = Math.imul(mix ^ (letter.codePointAt(0) ?? 0), 0x01000193);
    const next = () => {
      mix = (mix + 0x9e3779b9) | 0;
      let z = mix;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return (z ^ (z >>> 15)) >>> 0;
    };
    return new RandomGenerator(Uint32Array.from([next(), next(), next(), next() || 1]));
  }

  /** A generator that goes on where one whose `state` was saved stopped. */
  static restored(state: readonly number[]): RandomGenerator {
    return new RandomGenerator(Uint32Array.from(state));
  }

  get state(): readonly number[] {
    return [...this.#state];
  }

  /** 32 random bits, 0 to 2^32 - 1. */
  bits(): number {
    const s = this.#state;
    const result = Math.imul(rotate(Math.imul(s[1], 5), 7), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 11);
    return result;
  }

  /** Fills an array with what as many calls of `bits` would return, several times as fast. */
  fill(words: Uint32Array): void {
    let [a, b, c, d] = this.#state;
    for (let i = 0; i < words.length; i++) {
      words[i] = Math.imul(rotate(Math.imul(b, 5), 7), 9);
      const shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = rotate(d, 11);
    }
    this.#state.set([a, b, c, d]);
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.bits() / 2 ** 32;
  }

  /** A whole number, uniform in 0 to limit - 1. */
  below(limit: number): number {
    return Math.floor(this.uniform() * limit);
  }

  /** Standard normal (Box & Muller 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A new array in random order (Fisher & Yates). */
  shuffled<T>(items: Iterable<T>): T[] {
    const order = [...items];
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
