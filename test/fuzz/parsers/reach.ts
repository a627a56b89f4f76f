import { type Profiler, Session } from 'node:inspector';

/** Watches what code runs, by V8's own counters of blocks (https://v8.dev/blog/javascript-code-coverage). */
export class Reach {
  readonly #session = new Session();
  /** Where blocks begin, by the function they are in. V8 only names those that ran more or less often than what is around them. */
  readonly #blocks = new Map<string, Set<number>>();

  /** @param watched parts of the addresses of the modules that are looked at */
  constructor(private readonly watched: readonly string[]) {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** What ran since this was last asked: a mark for each block that did, and for how often, in powers of two. */
  taken(): readonly string[] {
    let marks: readonly string[] = [];
    // The session is of this thread, and answers before `post` returns.
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error) throw error;
      marks = result
        .filter(({ url }) => this.watched.some((part) => url.includes(part)))
        .flatMap(({ url, functions }) => functions.flatMap(({ ranges }) => this.#marksOf(url, ranges)));
    });
    return marks;
  }

  close(): void {
    this.#session.disconnect();
  }

  /** @param ranges of one function, each behind those that it is in */
  #marksOf(url: string, ranges: readonly Profiler.CoverageRange[]): string[] {
    const name = `${url} ${ranges[0].startOffset} ${ranges[0].endOffset}`;
    const blocks = this.#blocks.get(name) ?? new Set();
    this.#blocks.set(name, blocks);
    for (const { startOffset } of ranges) blocks.add(startOffset);
    return [...blocks].flatMap((block) => {
      const innermost = ranges.findLast(({ startOffset, endOffset }) => startOffset <= block && block < endOffset);
      const count = innermost?.count ?? 0;
      return count > 0 ? [`${url} ${block} ${Math.min(8, Math.floor(Math.log2(count)))}`] : [];
    });
  }
}
