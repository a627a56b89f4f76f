import type { CombinedError } from '@urql/core';
import { type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { problemOf } from '../graphql/problem';
import { announce } from './announcements';
import { Button } from './button';
import styles from './dialog.module.css';
import { focusPage } from './focus-page';
import { Notice } from './states';

interface ConfirmationProps {
  readonly title: string;
  /** What will change, and what will not. */
  readonly children: ReactNode;
  /** The word on the button that does it, such as "Promote". */
  readonly does: string;
  /** What has been done once it is, such as "Version 3 is in production now.": read out. */
  readonly done: string;
  readonly look?: 'main' | 'danger';
  /** Does it. While it goes on neither button can be pressed; where it comes to a problem, that is shown, and it can be tried again. */
  confirm(): Promise<{ readonly error?: CombinedError }>;
  /** It was done: takes the question away. */
  confirmed(): void;
  /** Takes it away, too, and everything is as it was. */
  cancel(): void;
}

/** Asks before something is done, above the page; Escape and "Cancel" leave everything as it is. */
export function Confirmation(props: ConfirmationProps) {
  const { title, children, does, done, look = 'main', confirm, confirmed, cancel } = props;
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<CombinedError>();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const said = useRef<string>(undefined);
  // Before it is taken away, not after: only a dialog that is there gives the focus back to the button it came from.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      shown?.close();
      if (said.current === undefined) return;
      // What was done often takes that button away, and the focus would be nowhere.
      focusPage();
      announce(said.current);
    };
  }, []);
  const leave = () => isBusy || cancel();
  const act = async () => {
    if (isBusy) return;
    setBusy(true);
    setProblem(undefined);
    const { error } = await confirm();
    setBusy(false);
    setProblem(error);
    // Who has gone to another page by now is not taken away from there.
    if (error || !dialog.current) return;
    said.current = done;
    confirmed();
  };
  // Beside the page, not within it: there it would look like the cell of a table that its button stands in.
  return createPortal(
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
      // A browser closes it at the second Escape, whatever was made of the first.
      onClose={() => dialog.current?.showModal()}
    >
      <h2 id={heading}>{title}</h2>
      <div className={styles.body}>
        {problem && <Notice kind="problem">{problemOf(problem)}</Notice>}
        {children}
      </div>
      <div className={styles.buttons}>
        <Button look="plain" aria-disabled={isBusy} onClick={leave}>
          Cancel
        </Button>
        <Button look={look} aria-disabled={isBusy} onClick={act}>
          {does}
        </Button>
      </div>
    </dialog>,
    document.body,
  );
}
