import { useState } from 'react';
import { useMutation } from 'urql';
import { useLocation } from 'wouter';
import { Button } from '../../parts/button';
import { Confirmation } from '../../parts/dialog';
import { forgetEdits } from './edits';
import { DELETE } from './operations';

/** Forgets a data set, once somebody has read what that means. */
export function Delete({ name }: { readonly name: string }) {
  const [isAsking, setAsking] = useState(false);
  const [, navigate] = useLocation();
  const [, forget] = useMutation(DELETE);
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        Delete
      </Button>
      {isAsking && (
        <Confirmation
          title={`Delete the data set ${name}?`}
          does="Delete it"
          done={`The data set ${name} was deleted.`}
          look="danger"
          confirm={async () => {
            const deletion = await forget({ name });
            if (!deletion.error) forgetEdits(name);
            return deletion;
          }}
          confirmed={() => navigate('/data')}
          cancel={() => setAsking(false)}
        >
          <p>
            Its name and the way to its rows from here are gone for good. Versions that were trained on it keep what
            they know, and can still show the rows that explain an answer.
          </p>
        </Confirmation>
      )}
    </>
  );
}
