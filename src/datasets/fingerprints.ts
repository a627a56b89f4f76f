import { randomInt } from 'node:crypto';

/** Strings that are remembered: in some 100 MB. */
const MOST = 5_000_000;

/**
 * Which strings were seen before, and a small number for each: 64 bits a string instead of the string, in tables that grow, so
 * that a million of them take some 30 MB. Two strings are taken for one once in 10^13 pairs. Those that come once there are too many
 * are not remembered.
 */
export class Fingerprints {
  #capacity = 1 << 12;
  #size = 0;
  #keys = new Uint32Array(2 * this.#capacity);
  #values = new Uint32Array(this.#capacity);

  constructor(private readonly most = MOST) {}

  get isFull(): boolean {
    return this.#size >= this.most;
  }

  /** @returns the number that the string was first put with, or undefined where it is new; it has the new number then, unless all is full */
  put(text: string, value: number): number | undefined {
    if (this.#size > 0.7 * this.#capacity) this.#grow();
    const [high, low] = hash(text, own);
    const place = this.#placeOf(high, low);
    if (this.#isTaken(place)) return this.#values[place];
    if (this.isFull) return undefined;
    this.#set(place, high, low, value);
    this.#size += 1;
    return undefined;
  }

  #isTaken = (place: number): boolean => this.#keys[2 * place] !== 0 || this.#keys[2 * place + 1] !== 0;

  #set(place: number, high: number, low: number, value: number): void {
    this.#keys[2 * place] = high;
    this.#keys[2 * place + 1] = low;
    this.#values[place] = value;
  }

  /** Where a key is, or would be: open addressing, one step at a time. */
  #placeOf(high: number, low: number): number {
    let place = low & (this.#capacity - 1);
    while (this.#isTaken(place) && (this.#keys[2 * place] !== high || this.#keys[2 * place + 1] !== low))
      place = (place + 1) & (this.#capacity - 1);
    return place;
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#capacity *= 2;
    this.#keys = new Uint32Array(2 * this.#capacity);
    this.#values = new Uint32Array(this.#capacity);
    values.forEach((value, place) => {
      const [high, low] = [keys[2 * place], keys[2 * place + 1]];
      if (high !== 0 || low !== 0) this.#set(this.#placeOf(high, low), high, low, value);
    });
  }
}

/** Of this process, so that nobody can choose texts that all come to the same place, each to be looked for behind all others. */
const own = randomInt(2 ** 32);

/** Two 32-bit hashes of a string, never both 0 (after Bryc's cyrb53, which mixes as MurmurHash3 does). */
export function hash(text: string, seed = 0): readonly [number, number] {
  let [a, b] = [0xdeadbeef ^ seed, 0x41c6ce57 ^ seed];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return [a >>> 0, b >>> 0 || 1];
}
