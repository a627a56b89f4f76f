import { useCallback, useRef, useState } from 'react';
import type { RunEvent } from '../../jobs/follow';
import { statusWord } from '../../jobs/job-status';
import { phases } from '../../jobs/words';

/** Something that happened, in a sentence. */
export interface LogLine {
  readonly at: string;
  readonly text: string;
}

/** What was heard before, to see what an event changes. */
interface Before {
  readonly job: RunEvent['job'];
  /** A worker was lost, and where the next one begins was not told yet. */
  readonly isTakenOver: boolean;
}

/** What was heard while the page was open and no record keeps: the phases, and the job going from one worker to another. */
export function useHeard(): { readonly lines: readonly LogLine[]; hear(event: RunEvent): void } {
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const last = useRef<Before>(undefined);
  const hear = useCallback((event: RunEvent) => {
    const before = last.current;
    const { job, at } = event;
    const phase = job.phase ?? before?.job.phase ?? null;
    const isLost = before !== undefined && job.workersLost > before.job.workersLost;
    const isTold = event.kind === 'STEP';
    last.current = { job: { ...job, phase }, isTakenOver: isLost || (before?.isTakenOver === true && !isTold) };
    const text = sentence(event, before, isLost);
    if (text !== undefined) setLines((all) => [...all, { at, text }]);
  }, []);
  return { lines, hear };
}

function sentence({ job, kind, epoch }: RunEvent, before: Before | undefined, isLost: boolean): string | undefined {
  const { status, phase } = job;
  if (isLost) return 'A worker was lost: another has taken the run over';
  if (before?.isTakenOver && kind === 'STEP')
    return epoch && epoch > 1 ? `It goes on from epoch ${epoch}` : 'It starts over';
  if (before && before.job.status !== status) {
    if (status === 'QUEUED') return 'Handed back: waits for another worker';
    return status === 'RUNNING' ? 'A worker took it' : statusWord(status);
  }
  return phase && phase !== before?.job.phase ? phases[phase] : undefined;
}
