import { availableParallelism, cpus } from 'node:os';
import { nearestIndex } from '../src/nearest/nearest.js';
import { RandomGenerator } from '../src/random/generator.js';

/** `npm run bench -- nearest [rows] [dimensions]`: how long the ten rows nearest to a vector take to find, in one thread. */
export async function benchNearest([rows = '100000', dimensions = '384']: readonly string[]): Promise<void> {
  print(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}`);
  const random = RandomGenerator.seeded(1);
  const vector = (size: number) => Float32Array.from({ length: size }, () => random.uniform() - 0.5);
  const started = performance.now();
  const index = nearestIndex(vector(Number(rows) * Number(dimensions)), Number(dimensions));
  print(
    `index of ${rows} rows: ${(index.bytes / 1e6).toFixed(0)} MB, ${(performance.now() - started).toFixed(0)} ms with its vectors`,
  );
  const queries = Array.from({ length: 60 }, () => vector(Number(dimensions)));
  const taken = queries.map((query) => {
    const asked = performance.now();
    index.nearest(query, 10);
    return performance.now() - asked;
  });
  const sorted = taken.slice(10).sort((a, b) => a - b);
  print(`nearest 10: median ${sorted[25].toFixed(1)} ms, slowest of 50 ${sorted[49].toFixed(1)} ms`);
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
