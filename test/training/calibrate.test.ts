import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Example, OUT_OF_SCOPE } from '#src/datasets/example.js';
import { describeHead, readHeads, writeHeads } from '#src/heads/file.js';
import type { Head } from '#src/heads/head.js';
import { readyTensorFlow } from '#src/heads/tensorflow.js';
import { chooseThreshold } from '#src/heads/thresholds.js';
import { RandomGenerator } from '#src/random/generator.js';
import { predict } from '#src/serving/classify.js';
import { calibrate, withCentres } from '#src/training/calibrate.js';
import { measure, measureHeldOut } from '#src/training/evaluate.js';
import { auroc } from '#src/training/metrics.js';

beforeAll(async () => {
  await readyTensorFlow();
});

const f1 = (scores: readonly number[], given: readonly boolean[], threshold: number): number => {
  const predicted = scores.map((score) => score >= threshold);
  const hits = predicted.filter((each, row) => each && given[row]).length;
  return (2 * hits) / (predicted.filter(Boolean).length + given.filter(Boolean).length);
};

describe("a label's threshold", () => {
  it('gives a better F1 than 0.5 where the label is rare and its scores are low', () => {
    const random = RandomGenerator.seeded(2);
    const rows = Array.from({ length: 2000 }, (_, row) => row % 10 === 0);
    const draw = () => rows.map((given) => Math.min(1, Math.max(0, 0.2 + (given ? 0.2 : 0) + 0.08 * random.normal())));
    const threshold = chooseThreshold(draw(), rows);
    const fresh = draw();
    expect(f1(fresh, rows, threshold)).toBeGreaterThan(f1(fresh, rows, 0.5) + 0.3);
  });

  it('is the best there is on its rows, but for being drawn to the middle', () => {
    const row = fc.record({ score: fc.integer({ min: 0, max: 64 }).map((each) => each / 64), given: fc.boolean() });
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 30 }), (rows) => {
        const [scores, given] = [rows.map(({ score }) => score), rows.map((each) => each.given)];
        const positives = given.filter(Boolean).length;
        const threshold = chooseThreshold(scores, given);
        if (positives === 0) {
          expect(threshold).toBe(0.5);
          return;
        }
        const best = 0.5 + ((threshold - 0.5) * (positives + 10)) / positives;
        const cuts = [...scores, 0].map((cut) => f1(scores, given, cut));
        expect(f1(scores, given, best - 1e-12)).toBeCloseTo(Math.max(...cuts), 6);
      }),
    );
  });

  it('stays near the middle where a handful of rows choose it', () => {
    expect(chooseThreshold([0.9, 0.95, 0.1], [false, true, false])).toBeGreaterThan(0.5);
    expect(chooseThreshold([0.9, 0.95, 0.1], [false, true, false])).toBeLessThan(0.56);
    expect(chooseThreshold([0.9, 0.1], [false, false])).toBe(0.5);
  });
});

describe('the area under the curve', () => {
  it('is the share of pairs that are in order, halves for ties', () => {
    const values = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(values, values, (high, low) => {
        const pairs = high.flatMap((a) => low.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
        expect(auroc(high, low)).toBeCloseTo(pairs.reduce((a: number, b) => a + b, 0) / pairs.length, 10);
      }),
    );
  });
});

/** Rows around three directions, which are the labels; those out of scope lie around a fourth. */
function rowsAround(count: number, outside: number, seed: number) {
  const random = RandomGenerator.seeded(seed);
  const examples: Example[] = [];
  const vectors: number[] = [];
  for (let row = 0; row < count + outside; row++) {
    const place = row < count ? row % 3 : 3;
    examples.push({ text: `${row}`, labels: { topic: row < count ? ['a', 'b', 'c'][place] : OUT_OF_SCOPE } });
    const vector = Array.from({ length: 8 }, (_, i) => (i === place ? 1 : 0) + 0.25 * random.normal());
    const length = Math.hypot(...vector);
    vectors.push(...vector.map((number) => number / length));
  }
  return { examples, vectors: Float32Array.from(vectors), dimensions: 8 };
}

const head: Head = {
  task: 'topic',
  kind: 'SINGLE_LABEL',
  labels: ['a', 'b', 'c'],
  temperature: 1,
  hidden: undefined,
  output: {
    weight: Float32Array.from({ length: 24 }, (_, i) => (Math.floor(i / 3) === i % 3 ? 6 : 0)),
    bias: new Float32Array(3),
  },
};

describe('a head that may abstain', () => {
  const training = rowsAround(300, 0, 1);
  const all = [...training.examples.keys()];

  it('answers 95 of 100 rows within scope where nothing else is said', () => {
    const learned = calibrate(withCentres(head, training, all), training, all);
    const report = measure(learned, rowsAround(2000, 0, 2), [...Array(2000).keys()]);
    expect(report?.abstention?.coverage).toBeGreaterThan(0.92);
    expect(report?.abstention?.coverage).toBeLessThan(0.98);
    expect(report?.abstention?.auroc).toBeUndefined();
  });

  it('draws the line where rows out of scope tell it to, and never learns their label', () => {
    const validation = rowsAround(200, 200, 3);
    const learned = calibrate(withCentres(head, training, all), validation, [...validation.examples.keys()]);
    expect(learned.labels).toEqual(['a', 'b', 'c']);
    const fresh = rowsAround(500, 500, 4);
    const report = measure(learned, fresh, [...fresh.examples.keys()]);
    expect(report?.support).toBe(500);
    expect(report?.abstention?.auroc).toBeGreaterThan(0.97);
    const outside = fresh.vectors.subarray(500 * 8);
    const abstained = Array.from({ length: 500 }, (_, row) =>
      predict(learned, outside.subarray(row * 8, row * 8 + 8), true),
    );
    expect(abstained.filter(({ label, labels }) => label === undefined && labels.length === 0).length).toBeGreaterThan(
      440,
    );
    expect(abstained.every(({ scores }) => scores.length === 3)).toBe(true);
  });

  it('always answers where it may not, or was made before heads knew how', () => {
    const far = Float32Array.of(0, 0, 0, 1, 0, 0, 0, 0);
    const learned = calibrate(withCentres(head, training, all), training, all);
    expect(predict(learned, far, true)).toMatchObject({ abstained: true, label: undefined });
    expect(predict(learned, far, false)).toMatchObject({ abstained: false, label: expect.any(String) });
    expect(predict(head, far, true)).toMatchObject({ abstained: false, outOfScopeScore: undefined });
  });

  it('is written and read, and so is one that an earlier release wrote', () => {
    const learned = calibrate(withCentres(head, training, all), training, all);
    const [read] = readHeads(writeHeads([learned]), [JSON.parse(JSON.stringify(describeHead(learned)))], 8);
    expect(read).toEqual({ ...learned, thresholds: undefined });
    const earlier = {
      task: 'topic',
      kind: 'SINGLE_LABEL' as const,
      labels: ['a', 'b', 'c'],
      temperature: 1,
      hiddenUnits: 0,
    };
    expect(readHeads(writeHeads([head]), [earlier], 8)[0].abstention).toBeUndefined();
  });
});

describe('a report on validation rows', () => {
  it('is of rows that what is calibrated was not fitted to', () => {
    // Labels by chance: a temperature and thresholds look better on the rows they were fitted to than they are.
    const losses = { fitted: 0, heldOut: 0 };
    for (let seed = 0; seed < 20; seed++) {
      const random = RandomGenerator.seeded(seed);
      const examples: Example[] = Array.from({ length: 60 }, (_, row) => ({
        text: `${row}`,
        labels: { topic: ['a', 'b', 'c'][random.below(3)] },
      }));
      const rows = { examples, vectors: Float32Array.from({ length: 60 * 8 }, () => random.normal()), dimensions: 8 };
      const validation = [...examples.keys()];
      const fitted = calibrate(head, rows, validation);
      const heldOut = measureHeldOut(fitted, rows, { training: [], validation, test: [] });
      expect(heldOut).toMatchObject({ split: 'VALIDATION', support: 60 });
      losses.fitted += measure(fitted, rows, validation)?.loss ?? 0;
      losses.heldOut += heldOut?.loss ?? 0;
    }
    expect(losses.heldOut).toBeGreaterThan(losses.fitted);
  });

  it('is of the test rows where there are any', () => {
    const rows = rowsAround(300, 0, 5);
    const places = [...rows.examples.keys()];
    const split = { training: places.slice(0, 200), validation: places.slice(200, 260), test: places.slice(260) };
    const learned = calibrate(withCentres(head, rows, split.training), rows, split.validation);
    expect(measureHeldOut(learned, rows, split)).toMatchObject({ split: 'TEST', support: 40 });
    expect(measureHeldOut(learned, rows, split)?.reliability?.reduce((sum, bin) => sum + bin.rows, 0)).toBe(40);
  });
});
