/** What was looked at, and how it is. */
export interface Finding {
  /** What was looked at. */
  readonly what: string;
  readonly outcome: 'ok' | 'warning' | 'failed';
  /** What was found. */
  readonly found: string;
  /** What to do about it. */
  readonly mend?: string;
}

export const ok = (what: string, found: string): Finding => ({ what, outcome: 'ok', found });
export const warning = (what: string, found: string, mend: string): Finding => ({
  what,
  outcome: 'warning',
  found,
  mend,
});
export const failed = (what: string, found: string, mend: string): Finding => ({
  what,
  outcome: 'failed',
  found,
  mend,
});
