/** A worker that was not heard of for so long has lost its delivery, in milliseconds. */
export const usualLease = 10_000;

/** One worker's hold on one delivery. */
export interface Lease {
  /** Aborted when the lease is lost, or everything is aborted. */
  readonly signal: AbortSignal;
  isLost(): boolean;
  end(): void;
}

export interface Leases {
  take(id: string): Lease;
  renewed(ids: readonly string[]): void;
  lost(ids: readonly string[]): void;
  abortAll(): void;
}

/**
 * Watches that what this worker works on is still its own. A lease that was not renewed in time counts as lost before
 * the queue gives the delivery to somebody else, so that two never work on one for long: also where the queue is away and
 * nobody says no.
 * @param length how long the queue waits for a renewal, in milliseconds
 */
export function leases(length: number): Leases {
  const held = new Map<string, { abort: AbortController; renewedAt: number; lost: boolean }>();

  const lose = (id: string): void => {
    const lease = held.get(id);
    if (lease === undefined || lease.lost) return;
    lease.lost = true;
    lease.abort.abort(new Error('the delivery was given to another worker'));
  };

  return {
    take(id) {
      const lease = { abort: new AbortController(), renewedAt: performance.now(), lost: false };
      held.set(id, lease);
      const watch = setInterval(() => {
        if (performance.now() - lease.renewedAt > 0.9 * length) lose(id);
      }, length / 20);
      return {
        signal: lease.abort.signal,
        isLost: () => lease.lost,
        end() {
          clearInterval(watch);
          if (held.get(id) === lease) held.delete(id);
        },
      };
    },
    renewed(ids) {
      for (const id of ids) {
        const lease = held.get(id);
        if (lease) lease.renewedAt = performance.now();
      }
    },
    lost: (ids) => ids.forEach(lose),
    abortAll() {
      for (const { abort } of held.values()) abort.abort(new Error('the worker is closing'));
    },
  };
}
