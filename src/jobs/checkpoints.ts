import type { ArtifactStore } from '../artifacts/store.js';
import type { Job } from './job.js';

/** Where a job that is cut off goes on from: one object an attempt, replaced as it runs and gone when it ends. */
export interface Checkpoints {
  get(job: JobAttempt): Promise<Uint8Array | undefined>;
  put(job: JobAttempt, parts: readonly Uint8Array[]): Promise<void>;
  delete(job: JobAttempt): Promise<void>;
  /** The attempts of a job that have one. */
  attempts(id: string): Promise<readonly number[]>;
}

type JobAttempt = Pick<Job, 'id' | 'attempt'>;

/** Checkpoints on an artifact store: `jobs/<id>/checkpoint-<attempt>.safetensors`. */
export function checkpointsOn(store: ArtifactStore): Checkpoints {
  const key = ({ id, attempt }: JobAttempt) => `jobs/${id}/checkpoint-${attempt}.safetensors`;
  return {
    get: (job) => store.get(key(job)),
    put: (job, parts) => store.put(key(job), parts),
    delete: (job) => store.delete(key(job)),
    async attempts(id) {
      const names = await store.list(`jobs/${id}`);
      return names.flatMap(
        (name) =>
          name
            .match(/^checkpoint-(\d+)\./)
            ?.slice(1)
            .map(Number) ?? [],
      );
    },
  };
}
