import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../../graphql/graphql';
import { problemOf } from '../../graphql/problem';
import type { Status } from '../../jobs/job-status';
import { shortId } from '../../jobs/words';
import { announce } from '../../parts/announcements';
import { Button } from '../../parts/button';
import { Confirmation } from '../../parts/dialog';
import { focusPage } from '../../parts/focus-page';
import { Notice } from '../../parts/states';

const CANCEL = graphql(`
  mutation CancelRun($id: ID!) {
    cancelTraining(id: $id) { id status attempt }
  }
`);

const RETRY = graphql(`
  mutation RetryRun($id: ID!) {
    retryTraining(id: $id) { id status attempt }
  }
`);

interface ActionsProps {
  readonly id: string;
  readonly status: Status;
  /** Something was changed. */
  done(): void;
}

/** What can be done with a run where it stands. */
export function Actions({ id, status, done }: ActionsProps) {
  const [isAsking, setAsking] = useState(false);
  const [, cancel] = useMutation(CANCEL);
  const [retrying, retry] = useMutation(RETRY);
  const close = () => {
    setAsking(false);
    done();
  };
  const tryAgain = async () => {
    const { error } = await retry({ id });
    done();
    if (error) return;
    // The button that was pressed is taken away.
    focusPage();
    announce(`Run ${shortId(id)} is tried again.`);
  };
  return (
    <>
      {retrying.error && <Notice kind="problem">{problemOf(retrying.error)}</Notice>}
      {(status === 'FAILED' || status === 'CANCELLED') && (
        <Button disabled={retrying.fetching} onClick={tryAgain}>
          Try again
        </Button>
      )}
      {(status === 'QUEUED' || status === 'RUNNING') && (
        <Button look="danger" onClick={() => setAsking(true)}>
          Cancel run
        </Button>
      )}
      {isAsking && (
        <Confirmation
          title={`Cancel run ${shortId(id)}?`}
          does="Cancel the run"
          done={`Run ${shortId(id)} was told to stop.`}
          look="danger"
          confirm={() => cancel({ id })}
          confirmed={close}
          cancel={close}
        >
          <p>
            It stops within a step and leaves no version: what it has learned so far is lost. “production” stays as it
            is. It can be tried again later, from the beginning.
          </p>
        </Confirmation>
      )}
    </>
  );
}
