import { Link, useLocation } from 'wouter';
import { sections } from '../routes';
import styles from './frame.module.css';

/** The way to every section; a row that can be swiped where the window is narrow. */
export function Navigation() {
  const [location] = useLocation();
  return (
    <nav className={styles.navigation} aria-label="Sections">
      <ul>
        {sections.map(({ path, title }) => (
          <li key={path}>
            <Link href={path} aria-current={isWithin(path, location) ? 'page' : undefined}>
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const isWithin = (path: string, location: string): boolean =>
  location === path || (path !== '/' && location.startsWith(`${path}/`));
