import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomGenerator } from '#src/random/generator.js';
import { decidePromotion } from '#src/registry/promotion.js';
import { AdamW } from '#src/training/adamw.js';
import { checkHyperparameters, defaultBatchSize } from '#src/training/hyperparameters.js';
import { expectedCalibrationError, report } from '#src/training/metrics.js';
import { freezePlan } from '#src/training/plan.js';
import { warmupThenDecay } from '#src/training/schedule.js';
import { stratifiedSplit } from '#src/training/split.js';

describe('the stratified split', () => {
  const labels = fc.array(
    fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 2 }).map((row) => [...new Set(row)]),
    { minLength: 1, maxLength: 200 },
  );

  it('puts every row on one side, and leaves every label a row to learn from', () => {
    fc.assert(
      fc.property(labels, fc.double({ min: 0, max: 0.9, noNaN: true }), fc.nat(), (rows, share, seed) => {
        const { training, validation } = stratifiedSplit(rows, share, RandomGenerator.seeded(seed));
        expect([...training, ...validation].sort((a, b) => a - b)).toEqual([...rows.keys()]);
        const learned = new Set(training.flatMap((row) => rows[row]));
        for (const label of rows.flat()) expect(learned).toContain(label);
      }),
    );
  });

  it('keeps the share of every label, of two tasks at once', () => {
    const rows = Array.from({ length: 1000 }, (_, i) => [`topic ${i % 7}`, `mood ${i % 2}`]);
    const { validation } = stratifiedSplit(rows, 0.1, RandomGenerator.seeded(3));
    const counts = new Map<string, number>();
    for (const label of validation.flatMap((row) => rows[row])) counts.set(label, (counts.get(label) ?? 0) + 1);
    expect(validation.length).toBeGreaterThan(95);
    expect(validation.length).toBeLessThan(105);
    for (let topic = 0; topic < 7; topic++)
      expect(Math.abs((counts.get(`topic ${topic}`) ?? 0) - 14.3)).toBeLessThan(2.5);
    for (let mood = 0; mood < 2; mood++) expect(Math.abs((counts.get(`mood ${mood}`) ?? 0) - 50)).toBeLessThan(6);
  });

  it('gives many small labels some rows that measure', () => {
    const rows = Array.from({ length: 300 }, (_, i) => [`intent ${i % 75}`]);
    expect(stratifiedSplit(rows, 0.1, RandomGenerator.seeded(1)).validation).toHaveLength(30);
  });

  it('is the same for the same seed', () => {
    const rows = Array.from({ length: 100 }, (_, i) => [`label ${i % 3}`]);
    const split = (seed: number) => stratifiedSplit(rows, 0.2, RandomGenerator.seeded(seed));
    expect(split(5)).toEqual(split(5));
    expect(split(5)).not.toEqual(split(6));
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
    expect([2, 500, 5_000, 1e6].map(defaultBatchSize)).toEqual([8, 8, 128, 256]);
    expect(() => checkHyperparameters({ headLearningRate: Number.NaN }, 100)).toThrow(/headLearningRate is NaN/);
  });
});

describe('a report', () => {
  it('counts what scikit-learn counts', () => {
    // classification_report([0, 0, 1, 1, 2], [0, 1, 1, 1, 0]): accuracy 0.6, macro F1 (0.5 + 0.8 + 0) / 3.
    const predicted = [0, 1, 1, 1, 0].map((label) =>
      Float32Array.from([0, 1, 2], (place) => (place === label ? 5 : 0)),
    );
    const told = report({ task: 't', kind: 'SINGLE_LABEL', labels: ['a', 'b', 'c'], temperature: 1 }, predicted, [
      [0],
      [0],
      [1],
      [1],
      [2],
    ]);
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
  const encoder = { dimensions: 384, parameters: 1000 };
  const plan = (heads: string[], labels = base) =>
    freezePlan(
      { rowsField: 'dataset', tasks: undefined, freeze: { backbone: 'FULL', heads }, hiddenUnits: 0 },
      rows,
      labels,
      encoder,
    );

  it('lets heads in the rows learn, keeping their labels, and leaves the others alone', () => {
    const { heads, trainableParameters, frozenParameters } = plan([]);
    expect(heads.map(({ role, head }) => [role, head.task, head.labels])).toEqual([
      ['learns', 'topic', ['a', 'c', 'b']],
      ['untouched', 'mood', ['a', 'c']],
    ]);
    expect([trainableParameters, frozenParameters]).toEqual([385 * 3, 1000 + 385 * 2]);
  });

  it('refuses to freeze a head that would have to learn a label', () => {
    expect(() => plan(['topic'])).toThrow(/cannot learn the label "b"/);
  });
});

describe('promotion', () => {
  const reports = (macroF1: number) => [
    { task: 't', accuracy: 0, macroF1, expectedCalibrationError: 0, perLabel: [], confusion: [], support: 1 },
  ];

  it('follows the policy, and says why', () => {
    expect(decidePromotion('IF_BETTER', reports(0.5), undefined).promoted).toBe(true);
    expect(decidePromotion('IF_BETTER', reports(0.5), { number: 1, reports: reports(0.4) }).promoted).toBe(true);
    expect(decidePromotion('IF_BETTER', reports(0.5), { number: 1, reports: reports(0.6) })).toEqual({
      promoted: false,
      reason: 'worse than version 1 on the same rows: t macro F1 0.500 to 0.600',
    });
    expect(decidePromotion('NEVER', reports(1), undefined).promoted).toBe(false);
    expect(decidePromotion('ALWAYS', reports(0), { number: 1, reports: reports(1) }).promoted).toBe(true);
  });
});
