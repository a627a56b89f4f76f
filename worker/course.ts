import type { JobPhase } from '../src/jobs/job.js';

/** How far a job is, and how long it will still take. */
export interface Course {
  /** A phase begins: what is left of the bar is for it and those after it, by their weights. */
  begin(phase: JobPhase): Place;
  /** @param share of the present phase that is done */
  at(share: number): Place;
}

export interface Place {
  /** Of the whole job, 0 to 1; never less than before. */
  readonly progress: number;
  readonly etaSeconds: number | undefined;
}

/** The phases of a job in their order, and roughly what time each takes beside the others where there is everything to do. */
export type PhaseWeights = Readonly<Partial<Record<JobPhase, number>>>;

/** Of a phase; what is done is no measure of what is left before. */
const LEAST_DONE = 0.01;

/**
 * The course of a job through its phases. A phase that has nothing to do, such as the encoding of rows that are encoded already, says
 * nothing of itself, and leaves its part of the bar to the others. The time left is what the present phase leaves at its own rate,
 * counted from its first word (a job that goes on from a checkpoint begins in its middle), and as much more as the weights of the later
 * phases say.
 * @param now milliseconds
 */
export function courseOf(weights: PhaseWeights, now: () => number): Course {
  const names = Object.keys(weights);
  let weight = 0;
  let later = 0;
  let start = 0;
  let progress = 0;
  let first: { readonly at: number; readonly share: number } | undefined;
  /** Of the last phase that had something to do. */
  let secondsPerWeight: number | undefined;
  const place = (share: number): Place => ({
    progress,
    etaSeconds: secondsPerWeight === undefined ? undefined : secondsPerWeight * (weight * (1 - share) + later),
  });
  return {
    begin(phase) {
      weight = weights[phase] ?? 0;
      later = sum(Object.values(weights).slice(names.indexOf(phase) + 1));
      start = progress;
      first = undefined;
      return place(0);
    },
    at(share) {
      first ??= { at: now(), share };
      const done = share - first.share;
      if (done > LEAST_DONE && weight > 0) secondsPerWeight = (now() - first.at) / 1000 / done / weight;
      progress = Math.max(progress, start + ((1 - start) * weight * share) / (weight + later || 1));
      return place(share);
    },
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
