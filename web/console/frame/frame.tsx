import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { useApiKey } from '../graphql/api-key';
import { Announcements } from '../parts/announcements';
import { Button } from '../parts/button';
import { useWarningOfLoss } from '../rows/unsaved';
import { ThemeChoice } from '../theme/theme-choice';
import { ApiKeyForm } from './api-key-form';
import { Failure } from './failure';
import styles from './frame.module.css';
import { Navigation } from './navigation';

/** What stands around every page: the way past it for keyboards, the header with the sections, and the page as `main`. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const apiKey = useApiKey();
  const [location] = useLocation();
  useWarningOfLoss();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(location);
  useEffect(() => {
    if (shown.current === location) return;
    shown.current = location;
    // Who came here by keyboard goes on within the new page, at its beginning.
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [location]);
  return (
    <>
      <a className={styles.skip} href="#main">
        Skip to the page
      </a>
      <header className={styles.header}>
        <Link href="/" className={styles.name}>
          Manyhead
        </Link>
        <Navigation />
        <div className={styles.settings}>
          {apiKey.held && !apiKey.wanted && (
            <Button look="quiet" onClick={apiKey.forget}>
              Forget key
            </Button>
          )}
          <ThemeChoice />
        </div>
      </header>
      <main ref={main} id="main" className={styles.main} tabIndex={-1}>
        {apiKey.wanted ? <ApiKeyForm /> : <Failure key={location}>{children}</Failure>}
      </main>
      <Announcements />
    </>
  );
}
