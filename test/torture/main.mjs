// `npm run torture -- --minutes 10 --kills 200 --seed 7 --queue redis`: the long form of torture.test.ts.
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    queue: { type: 'string', default: 'redis' },
  },
});
if (!['redis', 'embedded'].includes(values.queue))
  throw new Error(`--queue is ${values.queue}: give redis or embedded`);
for (const name of ['minutes', 'kills', 'seed'])
  if (!(Number(values[name]) > 0)) throw new Error(`--${name} is ${values[name]}: give a number above 0`);
Object.assign(process.env, {
  TORTURE_QUEUE: values.queue,
  TORTURE_SECONDS: String(60 * Number(values.minutes)),
  TORTURE_KILLS: values.kills,
  TORTURE_SEED: values.seed,
});
const vitest = await startVitest('test', ['test/torture/torture.test.ts'], { watch: false });
await vitest?.close();
