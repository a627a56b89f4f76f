import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import { announce } from './announcements';
import { Button } from './button';
import styles from './dialog.module.css';

interface ConfirmationProps {
  readonly title: string;
  /** What will change, and what will not. */
  readonly children: ReactNode;
  /** The word on the button that does it, such as "Promote". */
  readonly does: string;
  /** What has been done once it is, such as "Version 3 is in production now.": read out. */
  readonly done?: string;
  readonly look?: 'main' | 'danger';
  /** Whether it is being done: then neither button can be pressed. */
  readonly busy?: boolean;
  confirm(): void;
  cancel(): void;
}

/** Asks before something is done, above the page; Escape and "Cancel" leave everything as it is. */
export function Confirmation(props: ConfirmationProps) {
  const { title, children, does, done = `${does}: done.`, look = 'main', busy = false, confirm, cancel } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const isConfirmed = useRef(false);
  const said = useRef(done);
  said.current = done;
  // Before it is taken away, not after: only a dialog that is there gives the focus back to the button it came from.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      shown?.close();
      if (!isConfirmed.current) return;
      // What was done often takes that button away, and the focus would be nowhere.
      document.getElementById('main')?.focus({ preventScroll: true });
      announce(said.current);
    };
  }, []);
  const leave = () => {
    isConfirmed.current = false;
    cancel();
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
    >
      <h2 id={heading}>{title}</h2>
      <div className={styles.body}>{children}</div>
      <div className={styles.buttons}>
        <Button look="plain" onClick={leave} disabled={busy}>
          Cancel
        </Button>
        <Button
          look={look}
          disabled={busy}
          onClick={() => {
            isConfirmed.current = true;
            confirm();
          }}
        >
          {does}
        </Button>
      </div>
    </dialog>,
    document.body,
  );
}
