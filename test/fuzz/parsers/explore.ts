import { RandomGenerator } from '#src/random/generator.js';
import { change, damages } from '../hostile.js';
import { Reach } from './reach.js';

/** Something that reads bytes of which anybody may have made anything. */
export interface Parser {
  readonly what: string;
  /** Files as they should be. */
  readonly files: readonly Uint8Array[];
  /** What means something in such a file. */
  readonly words: readonly string[];
  /** Parts of the addresses of the modules that read it. */
  readonly modules: readonly string[];
  /** Has a file read. @throws where what must hold for every file does not hold for this one */
  check(file: Buffer): void | Promise<void>;
}

/** Bytes of a file: what goes wrong with large ones is found with smaller ones, and these are read thousands of times. */
const LONGEST = 8192;

/** Milliseconds that a file of that length may take, on a machine that does other things as well. */
const SLOWEST = 5000;

/**
 * Looks for files that a parser reads as it must not, guided by what of its code they reach: a file that reaches something new is
 * kept, and changed further. So it comes to places where several things must be wrong at once, each after the other
 * (as AFL does: https://lcamtuf.coredump.cx/afl/technical_details.txt).
 * @param tries files that are read
 * @returns the files that were kept, and how many marks they reach
 * @throws Error with the smallest such file in base64
 */
export async function explore(
  { what, files, words, modules, check }: Parser,
  { tries, seed }: { readonly tries: number; readonly seed: number },
): Promise<{ readonly kept: readonly Buffer[]; readonly reached: number }> {
  const random = RandomGenerator.seeded(seed, what);
  const reach = new Reach(modules);
  const reached = new Set<string>();
  const kept: Buffer[] = files.map((file) => Buffer.from(file));

  const read = async (file: Buffer): Promise<void> => {
    const began = performance.now();
    await check(file);
    const took = performance.now() - began;
    if (took > SLOWEST) throw new Error(`it took ${Math.round(took)} ms`);
  };
  /** Whether a file, which goes well, reaches something new. */
  const reachesMore = async (file: Buffer): Promise<boolean> => {
    try {
      await read(file);
    } catch (cause) {
      const smallest = await shrunk(file, read);
      throw new Error(`${what} (seed ${seed}): base64 ${smallest.toString('base64')}`, { cause });
    }
    const before = reached.size;
    for (const mark of reach.taken()) reached.add(mark);
    return reached.size > before;
  };

  try {
    for (const file of kept) await reachesMore(file);
    for (let tried = kept.length; tried < tries; tried++) {
      const file = changed(kept, words, random).subarray(0, LONGEST);
      if (await reachesMore(file)) kept.push(file);
    }
  } finally {
    reach.close();
  }
  return { kept, reached: reached.size };
}

/** One of the files, more often one of the newest, with one to four changes. */
function changed(files: readonly Buffer[], words: readonly string[], random: RandomGenerator): Buffer {
  const newest = Math.min(files.length, 8);
  const chosen = random.below(2) === 0 ? files.length - 1 - random.below(newest) : random.below(files.length);
  let file = files[chosen];
  for (let left = 1 + random.below(4); left > 0; left--) {
    const at = random.uniform();
    switch (random.below(4)) {
      case 0: {
        const other = files[random.below(files.length)];
        const from = random.below(other.length + 1);
        file = change(file, { at, how: 'insert', with: other.subarray(from, from + 1 + random.below(64)) });
        break;
      }
      case 1:
      case 2: {
        const word = Buffer.from(words[random.below(words.length)]);
        if (random.below(2) === 0) file = change(file, { at, how: 'remove', with: word });
        file = change(file, { at, how: 'insert', with: word });
        break;
      }
      default: {
        const given = Buffer.from(Array.from({ length: 1 + random.below(8) }, () => random.below(256)));
        file = change(file, { at, how: damages[random.below(damages.length)], with: given });
      }
    }
  }
  return file;
}

/** The file without all that it can do without and still go wrong. */
async function shrunk(file: Buffer, read: (file: Buffer) => Promise<void>): Promise<Buffer> {
  const goesWrong = (shorter: Buffer) =>
    read(shorter).then(
      () => false,
      () => true,
    );
  let smallest = file;
  for (let length = Math.floor(file.length / 2); length > 0; length = Math.floor(length / 2))
    for (let at = 0; at < smallest.length; ) {
      const shorter = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + length)]);
      if (await goesWrong(shorter)) smallest = shorter;
      else at += length;
    }
  return smallest;
}
