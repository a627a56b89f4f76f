import { useState } from 'react';
import { Button } from '../../parts/button';
import styles from './train.module.css';

/** The mutation that the form sends, to copy into a script. */
export function MutationPanel({ text }: { readonly text: string }) {
  const [copied, setCopied] = useState('');
  return (
    <details className={styles.mutation}>
      <summary>The mutation</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section tabIndex={0} aria-label="Text of the mutation" className={styles.text}>
        <pre>{text}</pre>
      </section>
      <Button
        look="quiet"
        onClick={() =>
          navigator.clipboard.writeText(text).then(
            () => setCopied('Copied.'),
            () => setCopied('It could not be copied: select the text instead.'),
          )
        }
      >
        Copy
      </Button>
      <span role="status">{copied}</span>
    </details>
  );
}
