import { useSyncExternalStore } from 'react';

let announced = '';
const listeners = new Set<() => void>();

/** Has something read out that was done, where what shows it may be anywhere on the page. */
export function announce(what: string): void {
  announced = what;
  for (const listener of listeners) listener();
}

function listen(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** Where announcements stand: there from the beginning, as only a change of what is there is read out. */
export function Announcements() {
  return (
    <p className="unseen" role="status">
      {useSyncExternalStore(listen, () => announced)}
    </p>
  );
}
