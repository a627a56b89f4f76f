/** Rings for those who wait for something to happen to a job. */
export interface Bell {
  /** The job it is about; undefined: all of them may have changed. */
  ring(jobId: string | undefined): void;
  /** Listens from now on to one job, or to all. */
  listen(jobId?: string): Ear;
}

export interface Ear {
  /**
   * The jobs it rang for since the last call, or `all` where any of them may have changed: at once where it did, else when it
   * next does, or after `patience`.
   */
  rung(): Promise<ReadonlySet<string> | 'all'>;
  close(): void;
}

/** @param patience milliseconds after which a listener looks for itself, should a ring have been missed */
export function bell(patience: number): Bell {
  const listeners = new Set<(jobId: string | undefined) => void>();
  return {
    ring(jobId) {
      for (const listener of listeners) listener(jobId);
    },
    listen(about) {
      let jobs = new Set<string>();
      let missed = false;
      let wake = (): void => {};
      const listener = (jobId: string | undefined): void => {
        if (about !== undefined && jobId !== undefined && jobId !== about) return;
        if (jobId === undefined) missed = true;
        else jobs.add(jobId);
        wake();
      };
      listeners.add(listener);
      return {
        async rung() {
          if (jobs.size === 0 && !missed)
            await new Promise<void>((resolve) => {
              const timer = setTimeout(resolve, patience);
              wake = () => {
                clearTimeout(timer);
                resolve();
              };
            });
          const seen = missed ? 'all' : jobs;
          jobs = new Set();
          missed = false;
          return seen;
        },
        close() {
          listeners.delete(listener);
          wake();
        },
      };
    },
  };
}
