import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '#src/artifacts/folder.js';
import { datasetsOn } from '#src/datasets/store.js';
import { storedVectorsOn } from '#src/datasets/vectors.js';
import { encoderFolder } from '#src/encoder/folder.js';
import { describeEncoder } from '#src/encoder/open.js';
import { readWeights } from '#src/encoder/weights.js';
import { storedEncodersOn } from '#src/registry/encoders.js';
import { type Registry, registryOn } from '#src/registry/registry.js';
import type { EncoderReference, ModelVersion } from '#src/registry/version.js';
import { floatsOf } from '#src/safetensors/read.js';
import { datasetVectorsOn } from '#src/serving/dataset-vectors.js';
import type { Encoders } from '#src/serving/encoders.js';
import { type Explanations, explanationsOn } from '#src/serving/explanations.js';
import { smallFiles, writeFolder } from '../encoder/random-bert.js';
import { draft } from '../registry/draft.js';
import { openSmallEncoders } from './small.js';

const asker = { spendTexts: async () => {}, countRows: () => {} };
const rows = [
  { text: 'red', labels: { colour: 'warm' } },
  { text: 'red red', labels: { colour: 'warm' } },
  { text: 'green', labels: { colour: 'fresh' } },
  { text: 'blue', labels: { colour: 'cold' } },
];

describe('the rows that explain a head which learned in an earlier version', () => {
  let folder: string;
  let encoders: Encoders;
  let registry: Registry;
  let explanations: Explanations;
  let first: ModelVersion;
  let second: ModelVersion;
  let third: ModelVersion;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'manyhead-explanations-'));
    await writeFolder(join(folder, 'start'), smallFiles());
    const store = folderStore(join(folder, 'data'));
    const stored = storedEncodersOn(store);
    encoders = await openSmallEncoders(join(folder, 'start'), stored, 100);
    registry = registryOn(store);
    const datasets = datasetsOn(store);
    const vectors = datasetVectorsOn(storedVectorsOn(store), encoders);
    explanations = explanationsOn(datasets, vectors, encoders, registry, 1_000_000);

    const from = await describeEncoder(join(folder, 'start'));
    const tensors = await readWeights(from.files.weightsPath, from.architecture);
    const name = 'encoder.layer.1.output.dense.bias';
    const bias = tensors.get(name);
    if (bias === undefined) throw new Error('no bias');
    const changed = floatsOf(bias).map((value, i) => value + (i % 3));
    const files = encoderFolder(from, tensors, new Map([[name, changed]]));
    const size = { base: 'start', dimensions: 32, maxTokens: 24 };
    const pretrained: EncoderReference = { ...size, id: encoders.pretrained.id, fineTuned: false };
    const learned: EncoderReference = { ...size, id: await stored.put(files), fineTuned: true };

    const head = { task: 'colour', kind: 'SINGLE_LABEL', temperature: 1, hiddenUnits: 0 } as const;
    const labels = ['warm', 'fresh', 'cold'];
    const [learnedRows, otherRows] = [
      await datasets.putRows(rows),
      await datasets.putRows([{ text: 'a', labels: { colour: 'warm' } }]),
    ];
    const publish = (version: Partial<ModelVersion>) =>
      registry.publish({ ...draft(), validationSplit: 0, datasetDigest: otherRows, ...version }, [], undefined);
    first = await publish({
      encoder: pretrained,
      datasetDigest: learnedRows,
      tasks: [{ ...head, labels, frozen: false }],
    });
    second = await publish({
      parent: 1,
      encoder: learned,
      freeze: { backbone: 'NONE', heads: ['colour'] },
      tasks: [{ ...head, labels, frozen: true }],
    });
    third = await publish({
      parent: 2,
      encoder: learned,
      reshape: {
        remove: [{ task: 'colour', label: 'fresh' }],
        rename: [
          { task: 'colour', label: 'cold', to: 'fresh' },
          { task: 'colour', label: undefined, to: 'hue' },
        ],
      },
      tasks: [{ ...head, task: 'hue', labels: ['warm', 'fresh'], frozen: true }],
    });
  });
  afterEach(async () => {
    await encoders.close();
    await rm(folder, { recursive: true });
  });

  const nearest = (version: ModelVersion, task: string) =>
    explanations.nearest(version, task, 'red blue', rows.length, asker);

  it('are as near as the encoder of the version that was asked sees them, whichever was asked before', async () => {
    for (const version of [first, second, first]) {
      const texts = ['red blue', ...rows.map(({ text }) => text)];
      const [asked, ...vectors] = await encoders.use(version.encoder, (encoder) => encoder.encode(texts));
      const cosine = (row: number) => vectors[row].vector.reduce((sum, each, i) => sum + each * asked.vector[i], 0);
      const found = await nearest(version, 'colour');
      expect(found.map(({ row }) => row).sort()).toEqual([0, 1, 2, 3]);
      for (const each of found) {
        expect(each).toMatchObject({ version: 1, text: rows[each.row].text, labels: [rows[each.row].labels.colour] });
        expect(each.similarity).toBeCloseTo(cosine(each.row), 3);
      }
    }
    const similarities = async (version: ModelVersion) =>
      (await nearest(version, 'colour')).map(({ similarity }) => similarity);
    expect(await similarities(first)).not.toEqual(await similarities(second));
  });

  it('are under the names they have by now, without those whose label went', async () => {
    await nearest(second, 'colour');
    const found = (await nearest(third, 'hue')).sort((a, b) => a.row - b.row);
    expect(found.map(({ row, labels }) => [row, ...labels])).toEqual([
      [0, 'warm'],
      [1, 'warm'],
      [3, 'fresh'],
    ]);
  });
});
