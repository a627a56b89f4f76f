import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import { Button } from './button';
import styles from './dialog.module.css';

interface ConfirmationProps {
  readonly title: string;
  /** What will change, and what will not. */
  readonly children: ReactNode;
  /** The word on the button that does it, such as "Promote". */
  readonly does: string;
  readonly look?: 'main' | 'danger';
  /** Whether it is being done: then neither button can be pressed. */
  readonly busy?: boolean;
  confirm(): void;
  cancel(): void;
}

/** Asks before something is done, above the page; Escape and "Cancel" leave everything as it is. */
export function Confirmation(props: ConfirmationProps) {
  const { title, children, does, look = 'main', busy = false, confirm, cancel } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // Before it is taken away, not after: only a dialog that is there gives the focus back to the button it came from.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  // Beside the page, not within it: there it would look like the cell of a table that its button stands in.
  return createPortal(
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        cancel();
      }}
    >
      <h2 id={heading}>{title}</h2>
      <div className={styles.body}>{children}</div>
      <div className={styles.buttons}>
        <Button look="plain" onClick={cancel} disabled={busy}>
          Cancel
        </Button>
        <Button look={look} onClick={confirm} disabled={busy}>
          {does}
        </Button>
      </div>
    </dialog>,
    document.body,
  );
}
