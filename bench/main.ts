import { benchAbstention } from './abstention.js';
import { benchConsole } from './console.js';
import { benchEncoder } from './encoder.js';
import { benchFineTuning } from './fine-tuning.js';
import { benchHeads } from './heads.js';
import { benchLatency } from './latency.js';
import { benchLossWeighting } from './loss-weighting.js';
import { benchNearest } from './nearest.js';
import { benchOpenAi } from './openai.js';
import { benchProjection } from './projection.js';
import { benchRows } from './rows.js';
import { benchServing } from './serving.js';
import { benchSoak } from './soak/soak.js';
import { benchTraining } from './training.js';
import { benchUpload } from './upload.js';
import { benchYears } from './years.js';

/** `npm run bench -- <name> <arguments>`: every figure in the README comes from one of these. */
const benches: Readonly<Record<string, (given: readonly string[]) => Promise<void>>> = {
  abstention: benchAbstention,
  'fine-tuning': benchFineTuning,
  heads: benchHeads,
  latency: benchLatency,
  console: benchConsole,
  encoder: benchEncoder,
  'loss-weighting': benchLossWeighting,
  nearest: benchNearest,
  openai: benchOpenAi,
  projection: benchProjection,
  rows: benchRows,
  serving: benchServing,
  soak: benchSoak,
  training: benchTraining,
  upload: benchUpload,
  years: benchYears,
};

const [name = '', ...given] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  process.stderr.write(`There is no bench ${JSON.stringify(name)}; there is: ${Object.keys(benches).join(', ')}\n`);
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
await bench(given);
