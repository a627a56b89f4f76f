import { request } from 'node:http';
import { availableParallelism, cpus } from 'node:os';
import { pipeline, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { RandomGenerator } from '../src/random/generator.js';
import { startInstallation } from './installation.js';

/**
 * `npm run bench -- upload [rows] [csv | x-ndjson]`: how fast rows of some 100 bytes become a data set, and what memory the API
 * takes for it.
 */
export async function benchUpload([rows = '1000000', format = 'csv']: readonly string[]): Promise<void> {
  const { address, stop } = await startInstallation();
  try {
    print(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}`);
    const before = await resident(address);
    let most = before;
    const looking = setInterval(async () => {
      most = Math.max(most, await resident(address).catch(() => 0));
    }, 200);
    const started = performance.now();
    const { bytes, answer } = await upload(address, Number(rows), format);
    const seconds = (performance.now() - started) / 1000;
    clearInterval(looking);
    const { rows: stored, warnings }: { rows: number; warnings: readonly string[] } = JSON.parse(answer);
    print(
      `${stored} rows, ${megabytes(bytes)} MB of ${format} in ${seconds.toFixed(1)} s: ${(stored / seconds).toFixed(0)} rows/s; resident ${megabytes(before)} MB before, ${megabytes(most)} MB at most`,
    );
    for (const warning of warnings) print(`  ${warning}`);
  } finally {
    await stop();
  }
}

async function upload(address: string, rows: number, format: string): Promise<{ bytes: number; answer: string }> {
  let bytes = 0;
  async function* file(): AsyncGenerator<Buffer> {
    const random = RandomGenerator.seeded(1);
    if (format === 'csv') yield Buffer.from('text,intent\n');
    for (let row = 0; row < rows; ) {
      const lines: string[] = [];
      for (const end = Math.min(rows, row + 1000); row < end; row++) {
        const words = Array.from({ length: 14 }, () => WORDS[random.below(WORDS.length)]).join(' ');
        const label = `intent-${random.below(77)}`;
        lines.push(
          format === 'csv'
            ? `"${words}, ${row}",${label}\n`
            : `${JSON.stringify({ text: `${words}, ${row}`, intent: label })}\n`,
        );
      }
      const part = Buffer.from(lines.join(''));
      bytes += part.length;
      yield part;
    }
  }
  const answer = await new Promise<string>((resolve, reject) => {
    const headers = { 'content-type': format === 'csv' ? 'text/csv' : `application/${format}` };
    const asked = request(`${address}/datasets/bench`, { method: 'PUT', headers }, (response) => {
      text(response).then(resolve, reject);
    });
    pipeline(Readable.from(file()), asked, (error) => error && reject(error));
  });
  return { bytes, answer };
}

const WORDS =
  'where is my card why was the transfer declined please help me with a payment that has not arrived yet today'.split(
    ' ',
  );

async function resident(address: string): Promise<number> {
  const metrics = await (await fetch(`${address}/metrics`)).text();
  return Number(metrics.match(/^process_resident_memory_bytes (\S+)/m)?.[1] ?? Number.NaN);
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);

const print = (line: string): void => void process.stdout.write(`${line}\n`);
