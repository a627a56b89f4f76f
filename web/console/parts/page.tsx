import { type ReactNode, useEffect } from 'react';
import { Link } from 'wouter';
import styles from './page.module.css';

interface PageProps {
  /** The heading, and the title of the window. */
  readonly title: string;
  /** What the heading is about, in a sentence or with a few facts. */
  readonly intro?: ReactNode;
  /** The pages above this one, outermost first. */
  readonly above?: readonly { readonly title: string; readonly href: string }[];
  /** Buttons for what can be done with all of it. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** One page: where it is, its heading, what can be done, and what it shows. */
export function Page({ title, intro, above = [], actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Manyhead`;
  }, [title]);
  return (
    <>
      <div className={styles.head}>
        {above.length > 0 && (
          <nav aria-label="Pages above" className={styles.above}>
            {above.map(({ title, href }) => (
              <Link key={href} href={href}>
                {title}
              </Link>
            ))}
          </nav>
        )}
        <h1>{title}</h1>
        {actions && <div className={styles.actions}>{actions}</div>}
        {intro && <div className={styles.intro}>{intro}</div>}
      </div>
      <div className={styles.body}>{children}</div>
    </>
  );
}

/** A part of a page under a heading of its own. */
export function Section(props: { readonly title: string; readonly aside?: ReactNode; readonly children: ReactNode }) {
  return (
    <section className={styles.section} aria-label={props.title}>
      <div className={styles.sectionHead}>
        <h2>{props.title}</h2>
        {props.aside && <div className="quiet">{props.aside}</div>}
      </div>
      {props.children}
    </section>
  );
}
