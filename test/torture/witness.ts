/** What clients were told, and so may rely on: the model of what must be true in the end. */
export interface Witness {
  /** Jobs whose id a client was given, and how they are to end. */
  readonly jobs: Map<string, Expected>;
  /** The numbers that each version gave for each text the first time, by `<model> <version> <text>`. */
  readonly answers: Map<string, Numbers>;
  /** Aliases that were pointed somewhere, by model, in the order in which that was acknowledged. */
  readonly pointed: Map<string, Pointing[]>;
  /** Versions whose deletion was acknowledged, as `<model> <version>`. */
  readonly deleted: Set<string>;
  /** The digests that a data set may have by its name; undefined among them: it may be gone. */
  readonly datasets: Map<string, ReadonlySet<string | undefined>>;
  /** What should never have been seen. */
  readonly complaints: string[];
  /** Requests by how they went. */
  readonly counts: Map<string, number>;
}

export type Numbers = Readonly<Record<string, number>>;

/** What else is encoded at the same time shows in the sixth digit. */
const SAME = 1e-4;

/** `anyhow`: nobody can say whether a cancelling, or a retry after one, was heard. */
export type Expected = 'succeeds' | 'cancelled' | 'anyhow';

export interface Pointing {
  readonly alias: string;
  /** Undefined where it was rolled back to whatever was before. */
  readonly version: number | undefined;
}

export const newWitness = (): Witness => ({
  jobs: new Map(),
  answers: new Map(),
  pointed: new Map(),
  deleted: new Set(),
  datasets: new Map(),
  complaints: [],
  counts: new Map(),
});

/** Compares what a version says about a text with what it said the first time. */
export function hears(witness: Witness, model: string, version: number, text: string, said: Numbers): void {
  const key = `${model} ${version} ${text}`;
  const before = witness.answers.get(key);
  if (before === undefined) witness.answers.set(key, said);
  else if (!isSame(before, said))
    witness.complaints.push(`${key}: said ${JSON.stringify(before)}, and later ${JSON.stringify(said)}`);
}

const isSame = (a: Numbers, b: Numbers): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.keys(a).every((name) => Math.abs(a[name] - b[name]) < SAME);
