import { describe, expect, it } from 'vitest';
import { type Comparison, decideIfBetter } from '#src/registry/promotion.js';

describe('IF_BETTER', () => {
  const difference = (task: string, value: number, low: number, high: number) => ({
    task,
    rows: 100,
    accuracy: { value, low, high },
    macroF1: { value, low, high },
  });
  const decide = (differences: Comparison['differences'], others: Partial<Comparison> = {}) =>
    decideIfBetter({ number: 3, differences, gained: [], unmeasured: [], missing: [], reshaped: false, ...others });

  it('promotes what is better in one task and not worse in another than chance explains', () => {
    expect(decide([difference('topic', 0.02, 0.001, 0.04), difference('mood', -0.01, -0.03, 0.01)])).toEqual({
      promoted: true,
      reason:
        'better than version 3 on the same rows: topic macro F1 +0.020 (95 % interval +0.001 to +0.040), mood macro F1 -0.010 (95 % interval -0.030 to +0.010)',
      comparedWith: 3,
      differences: expect.any(Array),
    });
  });

  it('does not promote what is surely worse in one task, however good in another', () => {
    const { promoted, reason } = decide([difference('topic', 0.3, 0.2, 0.4), difference('mood', -0.02, -0.03, -0.01)]);
    expect(promoted).toBe(false);
    expect(reason).toBe('worse than version 3 on the same rows: mood macro F1 -0.020 (95 % interval -0.030 to -0.010)');
  });

  it('does not promote what is the same', () => {
    expect(decide([difference('topic', 0, 0, 0)])).toMatchObject({
      promoted: false,
      reason: expect.stringMatching(/^not better/),
    });
    expect(decide([])).toMatchObject({ promoted: false });
  });

  it('promotes what can do something new', () => {
    expect(decide([difference('topic', 0, 0, 0)], { gained: ['mood'] })).toMatchObject({
      promoted: true,
      reason: expect.stringContaining('mood is new'),
    });
  });

  it('asks for rows of every head that changed', () => {
    expect(decide([difference('topic', 0.3, 0.2, 0.4)], { unmeasured: ['mood'] })).toMatchObject({
      promoted: false,
      reason: 'there were no rows that neither learned from to measure mood on, which changed',
    });
  });

  it('never takes away what is served and nobody removed, however much better the rest is', () => {
    const missing = [
      { task: 'mood', label: undefined },
      ...['a', 'b', 'c', 'd', 'e', 'f'].map((label) => ({ task: 'topic', label })),
    ];
    expect(decide([difference('topic', 0.3, 0.2, 0.4)], { gained: ['size'], missing })).toMatchObject({
      promoted: false,
      reason:
        'version 3 has task "mood", label "a" of task "topic", label "b" of task "topic", label "c" of task "topic", label "d" of task "topic" and 2 more, which this one is without: it goes on from another version',
    });
  });

  it('promotes what was renamed as asked, unless it is worse', () => {
    expect(decide([difference('topic', 0, 0, 0)], { reshaped: true })).toMatchObject({
      promoted: true,
      reason: expect.stringMatching(/^renamed or removed as asked, and not worse than version 3/),
    });
    expect(decide([difference('topic', -0.3, -0.4, -0.2)], { reshaped: true })).toMatchObject({ promoted: false });
  });
});
