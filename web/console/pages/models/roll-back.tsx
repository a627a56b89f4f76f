import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../../graphql/graphql';
import { Button } from '../../parts/button';
import { Confirmation } from '../../parts/dialog';
import { WhatChanges } from './promote';

const ROLL_BACK = graphql(`
  mutation RollBack($model: String!) {
    rollBack(model: $model) {
      name
      aliases {
        name
        version
      }
    }
  }
`);

interface RollBackProps {
  readonly model: string;
  /** The version in production. */
  readonly from: number;
  /** The one that was before it. */
  readonly to: number;
}

/** Points `production` back at the version it pointed to before, once somebody has read what that changes. */
export function RollBack({ model, from, to }: RollBackProps) {
  const [isAsking, setAsking] = useState(false);
  const [, rollBack] = useMutation(ROLL_BACK);
  return (
    <>
      <Button look="plain" onClick={() => setAsking(true)}>
        Roll back to {to}
      </Button>
      {isAsking && (
        <Confirmation
          title={`Roll ${model} back from version ${from} to ${to}?`}
          does="Roll back"
          done={`${model} was rolled back to version ${to}.`}
          confirm={() => rollBack({ model })}
          confirmed={() => setAsking(false)}
          cancel={() => setAsking(false)}
        >
          <WhatChanges model={model} version={to} />
        </Confirmation>
      )}
    </>
  );
}
