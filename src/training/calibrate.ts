import { labelCentres } from '../heads/abstention.js';
import { fitTemperature } from '../heads/calibration.js';
import { scores } from '../heads/forward.js';
import { batchLogits } from '../heads/gradient.js';
import { type Abstention, type Head, layersOf } from '../heads/head.js';
import { chooseThreshold } from '../heads/thresholds.js';
import { labelledRows, outOfScopeRows } from './answers.js';
import { answersOf } from './batch-answers.js';
import { type EmbeddedRows, gather } from './rows.js';
import { truthOf } from './truth.js';

/** Share of the rows within scope that a head may abstain from, where no rows out of scope say where the line runs. */
const ABSTAINED = 0.05;

/** A head with the centres of its labels, as the rows that it learned from have them. */
export function withCentres(head: Head, rows: EmbeddedRows, training: readonly number[]): Head {
  if (head.kind !== 'SINGLE_LABEL') return head;
  const truth = truthOf(head, rows.examples);
  const labels = training.map((row) => truth[row]?.[0]);
  const centres = labelCentres(gather(rows, training), rows.dimensions, labels, head.labels.length);
  return { ...head, abstention: { centres, threshold: 0 } };
}

/**
 * A head with what is chosen on rows that it did not learn from: its temperature, the thresholds of a MULTI_LABEL head, and the
 * score below which a SINGLE_LABEL head abstains.
 */
export function calibrate(head: Head, rows: EmbeddedRows, which: readonly number[]): Head {
  const truth = truthOf(head, rows.examples);
  const labelled = which.filter((row) => truth[row] !== undefined);
  if (labelled.length === 0) return head;
  const logits = batchLogits(layersOf(head), gather(rows, labelled), labelled.length);
  const right = labelled.map((row) => truth[row] ?? []);
  const temperate = { ...head, temperature: fitTemperature(head.kind, logits, right) };
  if (head.kind === 'MULTI_LABEL') {
    const all = logits.map((each) => scores(temperate, each));
    const thresholds = head.labels.map((_, label) =>
      chooseThreshold(
        all.map((score) => score[label]),
        right.map((labels) => labels.includes(label)),
      ),
    );
    return { ...temperate, thresholds };
  }
  const { abstention } = temperate;
  return abstention ? { ...temperate, abstention: abstainingBelow(temperate, abstention, rows, which) } : temperate;
}

/** Where rows out of scope are given the line that tells them best from the others, else the one that keeps 95 % of the others. */
function abstainingBelow(head: Head, abstention: Abstention, rows: EmbeddedRows, which: readonly number[]): Abstention {
  const scopes = (some: readonly number[]) => answersOf(head, rows, some).map(({ scope }) => scope ?? 1);
  const inside = scopes(labelledRows(rows.examples, head.task, which)).sort((a, b) => a - b);
  const outside = scopes(outOfScopeRows(rows.examples, head.task, which)).sort((a, b) => a - b);
  if (inside.length === 0) return { ...abstention, threshold: 0 };
  if (outside.length === 0) return { ...abstention, threshold: inside[Math.floor(ABSTAINED * inside.length)] };
  const below = (sorted: readonly number[], line: number) =>
    sorted.filter((scope) => scope < line).length / sorted.length;
  const balanced = (line: number) => 1 - below(inside, line) + below(outside, line);
  const lines = [...inside, ...outside, 1];
  return { ...abstention, threshold: lines.reduce((best, line) => (balanced(line) > balanced(best) ? line : best)) };
}
