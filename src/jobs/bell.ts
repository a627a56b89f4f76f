/** Rings for those who wait for something to happen to a job. */
export interface Bell {
  /** The job it is about; undefined: all of them may have changed. */
  ring(jobId: string | undefined): void;
  /**
   * Listens from now on to one job, or to all.
   * @param ended closes the ear
   */
  listen(ended: AbortSignal, jobId?: string): Ear;
}

export interface Ear {
  /**
   * The jobs it rang for since the last call, or `all` where any of them may have changed: at once where it did, else when it
   * next does, or after `patience`. Undefined once the ear is closed, and at once where somebody waits.
   */
  rung(): Promise<ReadonlySet<string> | 'all' | undefined>;
  close(): void;
}

/** @param patience milliseconds after which a listener looks for itself, should a ring have been missed */
export function bell(patience: number): Bell {
  const listeners = new Set<(jobId: string | undefined) => void>();
  return {
    ring(jobId) {
      for (const listener of listeners) listener(jobId);
    },
    listen(ended, about) {
      let jobs = new Set<string>();
      let missed = false;
      let wake = (): void => {};
      const listener = (jobId: string | undefined): void => {
        if (about !== undefined && jobId !== undefined && jobId !== about) return;
        if (jobId === undefined) missed = true;
        else jobs.add(jobId);
        wake();
      };
      const close = (): void => {
        listeners.delete(listener);
        wake();
      };
      listeners.add(listener);
      ended.addEventListener('abort', close, { once: true });
      return {
        async rung() {
          if (jobs.size === 0 && !missed && listeners.has(listener))
            await new Promise<void>((resolve) => {
              const timer = setTimeout(resolve, patience);
              wake = () => {
                clearTimeout(timer);
                resolve();
              };
            });
          if (!listeners.has(listener)) return undefined;
          const seen = missed ? 'all' : jobs;
          jobs = new Set();
          missed = false;
          return seen;
        },
        close,
      };
    },
  };
}
