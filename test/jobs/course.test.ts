import { describe, expect, it } from 'vitest';
import { courseOf } from '#worker/course.js';

const WEIGHTS = { EMBEDDING: 0.7, TRAINING: 0.27, EVALUATING: 0.02, SAVING: 0.01 };

describe('the course of a job', () => {
  /** A course, and a clock that only runs when it is told to. */
  const stage = () => {
    let at = 0;
    return { course: courseOf(WEIGHTS, () => at), pass: (seconds: number) => (at += 1000 * seconds) };
  };

  it('goes at the rate of the present phase, and leaves the later ones what they weigh', () => {
    const { course, pass } = stage();
    expect(course.begin('EMBEDDING')).toEqual({ progress: 0, etaSeconds: undefined });
    course.at(0);
    pass(35);
    const half = course.at(0.5);
    expect(half.progress).toBeCloseTo(0.35);
    expect(half.etaSeconds).toBeCloseTo(65);
    pass(35);
    course.at(1);
    // What was learned of the pace holds until the next phase shows its own.
    expect(course.begin('TRAINING').etaSeconds).toBeCloseTo(30);
    course.at(0);
    pass(54);
    expect(course.at(0.5).etaSeconds).toBeCloseTo(54 + 12);
  });

  it('leaves the part of a phase that had nothing to do to the others', () => {
    const { course, pass } = stage();
    course.begin('EMBEDDING');
    pass(0.2);
    expect(course.begin('TRAINING')).toEqual({ progress: 0, etaSeconds: undefined });
    course.at(0);
    pass(7.6);
    const tenth = course.at(0.1);
    expect(tenth.progress).toBeCloseTo(0.09);
    expect(tenth.etaSeconds).toBeCloseTo(7.6 * 9 + (7.6 * 10) / 9, 5);
  });

  it('counts from where a checkpoint left the job', () => {
    const { course, pass } = stage();
    course.begin('TRAINING');
    pass(10);
    course.at(0.5);
    pass(10);
    expect(course.at(0.6).etaSeconds).toBeCloseTo(40 + 100 / 9);
  });

  it('never goes back: not where learning stops early, nor where rows are encoded anew to be measured', () => {
    const { course, pass } = stage();
    const told = [course.begin('EMBEDDING'), course.at(1), course.begin('TRAINING'), course.at(0.4)];
    pass(1);
    told.push(course.at(0.3), course.begin('EVALUATING'), course.at(0.5), course.at(1), course.begin('SAVING'));
    const progress = told.map((each) => each.progress);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBeCloseTo(0.7 + 0.3 * 0.36 + (1 - 0.7 - 0.3 * 0.36) * (2 / 3));
  });
});
