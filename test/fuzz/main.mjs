import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';

// npm run fuzz -- --requests 100000 --seed 7: the long form of the tests in this folder. The seed is printed, so that a failure can be run again.
const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
  },
});
process.env.FUZZ_REQUESTS = values.requests;
process.env.FUZZ_SEED = values.seed;
process.stdout.write(`fuzzing with ${values.requests} requests, seed ${values.seed}\n`);
await startVitest('test', ['test/fuzz/'], {
  run: true,
  watch: false,
  hookTimeout: 300_000,
  testTimeout: 3_600_000,
  fileParallelism: false,
});
