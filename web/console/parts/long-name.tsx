import styles from './long-name.module.css';

/** A name that may be longer than its column can be: its beginning then, and all of it as a title. */
export const LongName = ({ children }: { readonly children: string }) => (
  <span className={styles.name} title={children} dir="auto">
    {children}
  </span>
);
