import { useCallback, useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import { useConnection } from '../graphql/connection';
import { graphql, type ResultOf } from '../graphql/graphql';
import { HISTORY, type RunHistory } from './history';
import { hasEnded } from './job-status';

const FOLLOW = graphql(`
  subscription FollowRun($id: ID!) {
    trainingProgress(id: $id) {
      kind
      at
      epoch
      step
      totalSteps
      loss
      headLearningRate
      etaSeconds
      job { id status attempt workersLost phase progress examplesPerSecond }
    }
  }
`);

export type RunEvent = ResultOf<typeof FOLLOW>['trainingProgress'];

/** The least time between two looks at a history, in milliseconds. */
const PAUSE = 300;

/**
 * Follows a run: `onEvent` hears all that is told of it, and the history is read again whenever there may be more of it. What was
 * missed while the connection was away is in the history.
 * @param open whether it may still change; one that has ended is only read
 */
export function useFollowed(id: string, open: boolean, onEvent: (event: RunEvent) => void): RunHistory | undefined {
  const client = useClient();
  const connection = useConnection();
  const [history, setHistory] = useState<RunHistory>();
  const known = useRef({ epochs: 0, state: '' });
  const heard = useRef(onEvent);
  heard.current = onEvent;

  const look = useCallback(
    async (isCurrent: () => boolean) => {
      const { data } = await client.query(HISTORY, { id }, { requestPolicy: 'network-only' });
      const job = data?.trainingJob;
      if (!job || !isCurrent()) return;
      known.current = { ...known.current, epochs: job.history.length };
      setHistory(job);
    },
    [client, id],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: when the connection is back, what was missed is read
  useEffect(() => {
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let [looking, again] = [false, false];
    /** Looks now, or once more after the look that is under way: never twice at a time, and not too often. */
    const lookSoon = () => {
      if (looking) {
        again = true;
        return;
      }
      looking = true;
      look(() => current).finally(() => {
        timer = setTimeout(() => {
          looking = false;
          if (!again || !current) return;
          again = false;
          lookSoon();
        }, PAUSE);
      });
    };
    lookSoon();
    const following = open
      ? client.subscription(FOLLOW, { id }).subscribe(({ data }) => {
          const event = data?.trainingProgress;
          if (!event) return;
          heard.current(event);
          const { status, attempt, phase } = event.job;
          const state = [status, attempt, phase].join(' ');
          const missed = event.kind === 'STEP' && (event.epoch ?? 1) - 1 !== known.current.epochs;
          if (event.kind === 'EPOCH' || missed || state !== known.current.state || hasEnded(status)) lookSoon();
          known.current = { ...known.current, state };
        })
      : undefined;
    return () => {
      current = false;
      clearTimeout(timer);
      following?.unsubscribe();
    };
  }, [client, id, open, look, connection === 'lost']);

  return history;
}
