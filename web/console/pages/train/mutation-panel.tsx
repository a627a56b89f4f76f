import { CopyButton } from '../../parts/copy-button';
import styles from './train.module.css';

/** The mutation that the form sends, to copy into a script. */
export const MutationPanel = ({ text }: { readonly text: string }) => (
  <details className={styles.mutation}>
    <summary>The mutation</summary>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
    <section tabIndex={0} aria-label="Text of the mutation" className={styles.text}>
      <pre>{text}</pre>
    </section>
    <CopyButton text={text} what="the mutation" />
  </details>
);
