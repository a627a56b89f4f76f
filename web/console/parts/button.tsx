import type { ButtonHTMLAttributes } from 'react';
import { Link } from 'wouter';
import styles from './button.module.css';

/** `main`: the one thing to do here; `plain`: what else can be done; `quiet`: beside other things; `danger`: what cannot be undone. */
export type ButtonLook = 'main' | 'plain' | 'quiet' | 'danger';

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className'> {
  readonly look?: ButtonLook;
}

export function Button({ look = 'main', type = 'button', ...rest }: ButtonProps) {
  return <button {...rest} type={type} className={`${styles.button} ${styles[look]}`} />;
}

/** A link that looks like a button and leads out of the console, such as to GraphiQL. */
export function ButtonWayOut(props: { readonly href: string; readonly look?: ButtonLook; readonly children: string }) {
  const { href, look = 'plain', children } = props;
  return (
    <a href={href} className={`${styles.button} ${styles[look]}`}>
      {children}
    </a>
  );
}

/** A link that looks like a button: it leads to another page of the console. */
export function ButtonLink(props: { readonly href: string; readonly look?: ButtonLook; readonly children: string }) {
  const { href, look = 'plain', children } = props;
  return (
    <Link href={href} className={`${styles.button} ${styles[look]}`}>
      {children}
    </Link>
  );
}
