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
   * next does, or when everybody looks. Undefined once the ear is closed, and at once where somebody waits.
   */
  rung(): Promise<ReadonlySet<string> | 'all' | undefined>;
  close(): void;
}

/** @param patience milliseconds after which everybody looks, all at a time, should a ring have been missed */
export function bell(patience: number): Bell {
  const listeners = new Set<Listener>();
  let looking: NodeJS.Timeout | undefined;
  const everybodyLooks = (): void => {
    for (const { wake } of listeners) wake();
  };
  return {
    ring(jobId) {
      for (const { hear } of listeners) hear(jobId);
    },
    listen(ended, about) {
      let jobs = new Set<string>();
      let missed = false;
      let wake = (): void => {};
      const listener: Listener = {
        hear(jobId) {
          if (about !== undefined && jobId !== undefined && jobId !== about) return;
          if (jobId === undefined) missed = true;
          else jobs.add(jobId);
          wake();
        },
        wake: () => wake(),
      };
      const close = (): void => {
        listeners.delete(listener);
        if (listeners.size === 0) clearInterval(looking);
        wake();
      };
      if (listeners.size === 0) looking = setInterval(everybodyLooks, patience);
      listeners.add(listener);
      ended.addEventListener('abort', close, { once: true });
      return {
        async rung() {
          if (jobs.size === 0 && !missed && listeners.has(listener))
            await new Promise<void>((resolve) => {
              wake = resolve;
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

interface Listener {
  hear(jobId: string | undefined): void;
  wake(): void;
}
