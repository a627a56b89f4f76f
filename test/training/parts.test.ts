import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parametersOf, readArchitecture } from '#src/encoder/architecture.js';
import { RandomGenerator } from '#src/random/generator.js';
import { AdamW } from '#src/training/adamw.js';
import { checkHyperparameters } from '#src/training/hyperparameters.js';
import { expectedCalibrationError, report } from '#src/training/metrics.js';
import { type BackboneFreeze, checkBackbone, freezePlan, weightedTasks } from '#src/training/plan.js';
import { warmupThenDecay } from '#src/training/schedule.js';
import { stratifiedSplit } from '#src/training/split.js';
import { smallConfig } from '../encoder/random-bert.js';

const shuffled = (rows: readonly unknown[], seed: number) => RandomGenerator.seeded(seed).shuffled(rows.keys());

describe('the stratified split', () => {
  const labels = fc.array(
    fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 2 }).map((row) => [...new Set(row)]),
    { minLength: 1, maxLength: 200 },
  );

  it('puts every row on one side, and leaves every label a row to learn from', async () => {
    await fc.assert(
      fc.asyncProperty(labels, fc.double({ min: 0, max: 0.9, noNaN: true }), fc.nat(), async (rows, share, seed) => {
        const { training, validation } = await stratifiedSplit(rows, share, shuffled(rows, seed));
        expect([...training, ...validation].sort((a, b) => a - b)).toEqual([...rows.keys()]);
        const learned = new Set(training.flatMap((row) => rows[row]));
        for (const label of rows.flat()) expect(learned).toContain(label);
      }),
    );
  });

  it('keeps the share of every label, of two tasks at once', async () => {
    const rows = Array.from({ length: 1000 }, (_, i) => [`topic ${i % 7}`, `mood ${i % 2}`]);
    const { validation } = await stratifiedSplit(rows, 0.1, shuffled(rows, 3));
    const counts = new Map<string, number>();
    for (const label of validation.flatMap((row) => rows[row])) counts.set(label, (counts.get(label) ?? 0) + 1);
    expect(validation.length).toBeGreaterThan(95);
    expect(validation.length).toBeLessThan(105);
    for (let topic = 0; topic < 7; topic++)
      expect(Math.abs((counts.get(`topic ${topic}`) ?? 0) - 14.3)).toBeLessThan(2.5);
    for (let mood = 0; mood < 2; mood++) expect(Math.abs((counts.get(`mood ${mood}`) ?? 0) - 50)).toBeLessThan(6);
  });

  it('gives many small labels some rows that measure', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => [`intent ${i % 75}`]);
    expect((await stratifiedSplit(rows, 0.1, shuffled(rows, 1))).validation).toHaveLength(30);
  });

  it('is the same for the same seed', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => [`label ${i % 3}`]);
    const split = (seed: number) => stratifiedSplit(rows, 0.2, shuffled(rows, seed));
    expect(await split(5)).toEqual(await split(5));
    expect(await split(5)).not.toEqual(await split(6));
  });
});

describe('AdamW', () => {
  it('takes the steps that PyTorch takes', () => {
    // torch.optim.AdamW([p], lr=0.1, weight_decay=0.5) on p = [1, -2], gradients [0.5, 1] then [-0.25, 2], by the published algorithm.
    const values = Float32Array.of(1, -2);
    const optimizer = new AdamW([{ values, weightDecay: 0.5 }]);
    optimizer.step([Float32Array.of(0.5, 1)], 0.1);
    expect([...values]).toEqual([expect.closeTo(0.85, 6), expect.closeTo(-2.0, 6)]);
    optimizer.step([Float32Array.of(-0.25, 2)], 0.1);
    expect([...values]).toEqual([
      expect.closeTo(0.85 * 0.95 - 0.1 * (0.02 / 0.19 / Math.sqrt(0.00031225 / 0.001999)), 5),
      expect.closeTo(-1.9 - 0.1 * (0.29 / 0.19 / Math.sqrt(0.004999 / 0.001999)), 5),
    ]);
  });

  it('goes on from its state as if it had never stopped', () => {
    const gradients = [Float32Array.of(1, 2), Float32Array.of(-3, 0.1), Float32Array.of(0.2, 0.2)];
    const whole = Float32Array.of(1, 1);
    const optimizer = new AdamW([{ values: whole, weightDecay: 0.1 }]);
    for (const gradient of gradients) optimizer.step([gradient], 0.01);
    const parts = Float32Array.of(1, 1);
    const first = new AdamW([{ values: parts, weightDecay: 0.1 }]);
    first.step([gradients[0]], 0.01);
    const second = new AdamW([{ values: parts, weightDecay: 0.1 }], structuredClone(first.state));
    for (const gradient of gradients.slice(1)) second.step([gradient], 0.01);
    expect(parts).toEqual(whole);
  });
});

describe('the learning rate', () => {
  it('rises to its full height in the warm-up and falls to nothing at the end', () => {
    const rates = Array.from({ length: 10 }, (_, step) => warmupThenDecay(step, 10, 0.2));
    expect(rates.slice(0, 3)).toEqual([0.5, 1, 1]);
    expect(rates.at(-1)).toBeCloseTo(1 / 8);
    expect(warmupThenDecay(0, 10, 0)).toBe(1);
  });

  it('has a default batch for any number of rows', () => {
    const batch = (rows: number, tokens?: number) => checkHyperparameters({}, rows, tokens).batchSize;
    expect([2, 500, 5_000, 1e6].map((rows) => batch(rows))).toEqual([8, 8, 128, 256]);
    expect([2, 500, 5_000, 1e6].map((rows) => batch(rows, 256))).toEqual([8, 8, 32, 32]);
    expect(() => checkHyperparameters({ headLearningRate: Number.NaN }, 100, undefined)).toThrow(
      /headLearningRate is NaN/,
    );
  });

  it('is one for the heads and one for the encoder, where that learns', () => {
    expect(checkHyperparameters({}, 10_003, 256)).toMatchObject({
      epochs: 3,
      encoder: { learningRate: 1e-4, maxTokens: 256 },
    });
    expect(checkHyperparameters({ epochs: 9, encoderLearningRate: 2e-5, maxTokens: 32 }, 10_003, 256)).toMatchObject({
      epochs: 9,
      encoder: { learningRate: 2e-5, maxTokens: 32 },
    });
    expect(() => checkHyperparameters({ maxTokens: 300 }, 100, 256)).toThrow(/maxTokens is 300: .* from 3 to 256/);
    expect(() => checkHyperparameters({ encoderLearningRate: 1e-5 }, 100, undefined)).toThrow(
      /encoderLearningRate is 0.00001, and freeze.backbone FULL fixes the encoder/,
    );
  });
});

describe('a report', () => {
  it('counts what scikit-learn counts', () => {
    // classification_report([0, 0, 1, 1, 2], [0, 1, 1, 1, 0]): accuracy 0.6, macro F1 (0.5 + 0.8 + 0) / 3.
    const truth = [[0], [0], [1], [1], [2]];
    const answers = [0, 1, 1, 1, 0].map((label, row) => ({
      logits: Float32Array.from([0, 1, 2], (place) => (place === label ? 5 : 0)),
      scores: Float32Array.of(0, 0, 0),
      given: [label],
      truth: truth[row],
      confidence: 0.9,
      scope: undefined,
      abstainBelow: undefined,
    }));
    const told = report({ task: 't', kind: 'SINGLE_LABEL', labels: ['a', 'b', 'c'] }, answers);
    expect(told).toMatchObject({
      accuracy: 0.6,
      support: 5,
      confusion: [
        [1, 1, 0],
        [0, 2, 0],
        [1, 0, 0],
      ],
    });
    expect(told.macroF1).toBeCloseTo(1.3 / 3, 10);
    expect(told.perLabel[1]).toMatchObject({ label: 'b', recall: 1, support: 2 });
    expect(told.perLabel[1].precision).toBeCloseTo(2 / 3, 10);
  });

  it('finds no calibration error in confidence that is right as often as it says, and all of it in the opposite', () => {
    const rows = Array.from({ length: 100 }, (_, i) => ({ confidence: 0.75, right: i % 4 !== 0 }));
    expect(expectedCalibrationError(rows)).toBeCloseTo(0, 10);
    expect(expectedCalibrationError([{ confidence: 1, right: false }])).toBe(1);
  });
});

describe('the freeze plan', () => {
  const rows = [
    {
      task: 'topic',
      kind: 'SINGLE_LABEL' as const,
      labels: [
        { label: 'a', rows: 5 },
        { label: 'b', rows: 5 },
      ],
      unlabelledRows: 0,
    },
  ];
  const base = ['topic', 'mood'].map((task) => ({
    task,
    kind: 'SINGLE_LABEL' as const,
    labels: ['a', 'c'],
    temperature: 1,
    hiddenUnits: 0,
  }));
  const architecture = readArchitecture(smallConfig);
  const encoder = parametersOf(architecture);
  const plan = (heads: string[], backbone: BackboneFreeze = { backbone: 'FULL' }) =>
    freezePlan(
      { rowsField: 'dataset', tasks: undefined, freeze: { ...backbone, heads }, hiddenUnits: 0 },
      rows,
      base,
      architecture,
    );

  it('lets heads in the rows learn, keeping their labels, and leaves the others alone', () => {
    const { heads, trainableParameters, frozenParameters } = plan([]);
    expect(heads.map(({ role, head }) => [role, head.task, head.labels])).toEqual([
      ['learns', 'topic', ['a', 'c', 'b']],
      ['untouched', 'mood', ['a', 'c']],
    ]);
    expect([trainableParameters, frozenParameters]).toEqual([33 * 3, encoder + 33 * 2]);
  });

  it('counts what learns of the encoder', () => {
    const layer = 4 * (32 * 32 + 32) + 2 * 32 * 48 + 48 + 32 + 4 * 32;
    const { trainableParameters, frozenParameters } = plan([], { backbone: 'PARTIAL', frozenLayers: 1 });
    expect([trainableParameters, frozenParameters]).toEqual([layer + 33 * 3, encoder - layer + 33 * 2]);
    expect(plan([], { backbone: 'PARTIAL', frozenLayers: 0 }).trainableParameters).toBe(2 * layer + 33 * 3);
    expect(plan([], { backbone: 'NONE' }).trainableParameters).toBe(encoder + 33 * 3);
  });

  it('teaches an encoder through frozen heads, but not where it is fixed itself', () => {
    const withoutNew = { backbone: 'NONE' } as const;
    const frozen = freezePlan(
      { rowsField: 'dataset', tasks: undefined, freeze: { ...withoutNew, heads: ['mood'] }, hiddenUnits: 0 },
      [
        { ...rows[0], labels: [{ label: 'a', rows: 5 }] },
        { ...rows[0], task: 'mood', labels: [{ label: 'c', rows: 5 }] },
      ],
      base,
      architecture,
    );
    expect(weightedTasks(frozen, { ...withoutNew, heads: ['mood'] })).toEqual(['topic', 'mood']);
    expect(weightedTasks(frozen, { backbone: 'FULL', heads: ['mood'] })).toEqual(['topic']);
  });

  it('takes a number of layers with PARTIAL and only there', () => {
    const check = (backbone: 'FULL' | 'PARTIAL' | 'NONE', frozenLayers?: number) => () =>
      checkBackbone({ backbone, frozenLayers }, 6);
    expect(check('PARTIAL', 0)()).toEqual({ backbone: 'PARTIAL', frozenLayers: 0 });
    expect(check('PARTIAL', 6)).toThrow(/frozenLayers is 6: give 0 to 5; the encoder has 6 layers/);
    expect(check('PARTIAL', -1)).toThrow(/frozenLayers is -1: give 0 to 5/);
    expect(check('PARTIAL')).toThrow(/frozenLayers is missing: with freeze.backbone PARTIAL give 0 to 5/);
    expect(check('NONE', 2)).toThrow(/NONE fixes none of the layers: leave it out/);
  });

  it('refuses to freeze a head that would have to learn a label', () => {
    expect(() => plan(['topic'])).toThrow(/cannot learn the label "b"/);
  });
});
