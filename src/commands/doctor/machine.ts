import { availableParallelism, totalmem } from 'node:os';
import { size } from '../terminal/figures.js';
import { type Finding, failed, ok, warning } from './check.js';

/** A worker that fine-tunes takes 1.3 GiB, the API 0.4, the embedded queue 0.3. */
const ENOUGH_MEMORY = 2 * 2 ** 30;

/** Node and the machine. @param engines what package.json asks for, such as `>=20.11.1` */
export function checkMachine(engines: string): readonly Finding[] {
  const least = engines.replace(/^>=/, '');
  const node = process.versions.node;
  const memory = `${availableParallelism()} cores, ${size(totalmem())} of memory`;
  return [
    isAtLeast(node, least)
      ? ok('node', `Node ${node}`)
      : failed('node', `Node ${node} is too old`, `Install Node ${least} or newer.`),
    totalmem() >= ENOUGH_MEMORY
      ? ok('machine', memory)
      : warning(
          'machine',
          memory,
          `Fine-tuning an encoder wants ${size(ENOUGH_MEMORY)}; --freeze backbone does with less.`,
        ),
  ];
}

/** Whether a version such as 20.11.1 is another, or newer. */
export function isAtLeast(version: string, least: string): boolean {
  const [ours, theirs] = [version, least].map((each) => each.split('.').map(Number));
  const differs = theirs.findIndex((part, i) => part !== ours[i]);
  return differs < 0 || (ours[differs] ?? 0) > theirs[differs];
}
