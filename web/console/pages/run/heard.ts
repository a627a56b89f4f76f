import { useCallback, useRef, useState } from 'react';
import type { RunEvent } from '../../jobs/follow';
import { statusWord } from '../../jobs/job-status';
import { phases } from '../../jobs/words';

/** Something that happened, in a sentence. */
export interface LogLine {
  readonly at: string;
  readonly text: string;
}

/** What was heard while the page was open and no record keeps: the phases, and the job going from one worker to another. */
export function useHeard(): { readonly lines: readonly LogLine[]; hear(event: RunEvent): void } {
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const last = useRef<{ status?: string; phase?: string | null; epoch?: number }>({});
  const hear = useCallback(({ job, epoch, kind, at }: RunEvent) => {
    const before = last.current;
    const { status, phase } = job;
    const text =
      before.status === 'RUNNING' && status === 'QUEUED'
        ? 'Handed back: waits for another worker'
        : before.status !== status && status === 'RUNNING' && before.status !== undefined
          ? 'A worker took it'
          : before.status !== status && before.status !== undefined
            ? statusWord(status)
            : kind === 'EPOCH' && (epoch ?? 0) <= (before.epoch ?? 0)
              ? `Another worker goes on from epoch ${epoch}`
              : phase && phase !== before.phase
                ? phases[phase]
                : undefined;
    last.current = { status, phase: phase ?? before.phase, epoch: kind === 'EPOCH' ? (epoch ?? 0) : before.epoch };
    if (text !== undefined) setLines((all) => [...all, { at, text }]);
  }, []);
  return { lines, hear };
}
