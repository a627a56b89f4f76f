import { useSyncExternalStore } from 'react';

/** Whether the live connection stands, fell away, or was never needed. */
export type Connection = 'idle' | 'open' | 'lost';

let connection: Connection = 'idle';
const listeners = new Set<() => void>();

function become(next: Connection): void {
  connection = next;
  for (const listener of listeners) listener();
}

/** What the socket tells as it comes and goes, for the options of graphql-ws. */
export const connectionEvents = {
  connected: () => become('open'),
  closed(event: unknown) {
    // Closed with 1000 as nobody listens any more.
    become(event instanceof CloseEvent && event.code === 1000 ? 'idle' : 'lost');
  },
};

/** How the live connection stands right now. */
export const useConnection = (): Connection =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    () => connection,
  );

/** The longest pause between two tries to connect again, in milliseconds. */
const LONGEST_PAUSE = 4_000;

/** Waits before another try: soon at first, and never long, so that a page is live again soon after its server is. */
export const pauseBefore = (tries: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, Math.min(LONGEST_PAUSE, 250 * 2 ** tries) * (0.75 + Math.random() / 2));
  });
