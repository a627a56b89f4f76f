import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Encoder, openEncoder } from '../src/encoder/open.js';
import { alongComponents, principalComponents } from '../src/encoder/pca.js';
import { normalized, randomlyProjected, truncated } from '../src/encoder/projection.js';
import { writeProjection } from '../src/projections/file.js';
import { sampleSentences } from '../src/projections/projections.js';
import { spearman } from './spearman.js';

const SIZES = [384, 256, 192, 128, 96, 64, 32, 16];

/**
 * `npm run bench -- projection pairs.jsonl`: how well the cosine of two sentences' vectors agrees with people, by the number of
 * dimensions and the way to get there. Rows are `{"a", "b", "score"}`. `npm run bench -- projection --ship` fits the projection that
 * comes with Manyhead anew.
 */
export async function benchProjection([path]: readonly string[]): Promise<void> {
  if (path === undefined) throw new Error('give a file of pairs');
  const encoder = await openEncoder({ threads: 2, maxBatchTokens: 512 });
  const sentences = await sampleSentences();
  const pca = await principalComponents(await vectorsOf(encoder, sentences), encoder.dimensions);
  if (path === '--ship') {
    const bytes = writeProjection({ ...pca, encoder: encoder.id, rows: sentences.length, createdAt: '2026-11-24' });
    await writeFile(fileURLToPath(new URL('../../examples/projection.safetensors', import.meta.url)), bytes);
    await encoder.close();
    return;
  }
  const lines = (await readFile(path, 'utf8')).split('\n').filter(Boolean);
  const pairs = lines.map((line): { a: string; b: string; score: number } => JSON.parse(line));
  const [a, b] = [
    await vectorsOf(
      encoder,
      pairs.map((pair) => pair.a),
    ),
    await vectorsOf(
      encoder,
      pairs.map((pair) => pair.b),
    ),
  ];
  await encoder.close();
  const { dimensions } = encoder;
  const row = (vectors: Float32Array, place: number) => vectors.subarray(place * dimensions, (place + 1) * dimensions);
  const ways: Readonly<Record<string, (vector: Float32Array, size: number) => Float32Array>> = {
    PCA: (vector, size) => alongComponents(pca, vector, size),
    RANDOM: (vector, size) => randomlyProjected(vector, size, 0),
    TRUNCATE: truncated,
  };
  process.stdout.write(
    `Spearman x 100 of ${pairs.length} pairs\n         ${SIZES.map((size) => String(size).padStart(7)).join('')}\n`,
  );
  for (const [name, way] of Object.entries(ways)) {
    const figures = SIZES.map((size) => {
      const cosines = pairs.map((_, place) => {
        const [left, right] = [normalized(way(row(a, place), size)), normalized(way(row(b, place), size))];
        return left.reduce((sum, number, i) => sum + number * right[i], 0);
      });
      return (
        100 *
        spearman(
          cosines,
          pairs.map(({ score }) => score),
        )
      )
        .toFixed(2)
        .padStart(7);
    });
    process.stdout.write(`${name.padEnd(9)}${figures.join('')}\n`);
  }
}

async function vectorsOf(encoder: Encoder, texts: readonly string[]): Promise<Float32Array> {
  const vectors = new Float32Array(texts.length * encoder.dimensions);
  for (const [place, { vector }] of (await encoder.encode(texts)).entries())
    vectors.set(vector, place * encoder.dimensions);
  return vectors;
}
