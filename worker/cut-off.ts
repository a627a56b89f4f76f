import type { Job } from '../src/jobs/job.js';
import { checkpointParts, readCheckpoint } from '../src/training/checkpoint-file.js';
import type { EncoderCheckpoint } from '../src/training/encoder-checkpoint.js';
import type { CutOff } from './learn-encoder.js';
import type { JobReporter } from './reporter.js';
import type { WorkRooms } from './work.js';

/** Where an earlier worker left the job, and how this one leaves word for a later one. */
export function cutOff(job: Job, rooms: WorkRooms, reporter: JobReporter): CutOff {
  const { checkpoints, log } = rooms;
  return {
    handingOn: rooms.stopping,
    async resume() {
      const checkpoint = await checkpointOf(job, rooms);
      if (checkpoint) await reporter.resume(checkpoint.progress.epoch);
      return checkpoint;
    },
    async onCheckpoint(checkpoint) {
      const began = performance.now();
      await checkpoints.put(job, checkpointParts(checkpoint));
      log.info('checkpoint written', {
        job: job.id,
        epoch: checkpoint.progress.epoch,
        batch: checkpoint.progress.batch,
        milliseconds: Math.round(performance.now() - began),
      });
    },
  };
}

/** Undefined where there is none, or it cannot be read: the job then starts over. */
async function checkpointOf(job: Job, { checkpoints, log }: WorkRooms): Promise<EncoderCheckpoint | undefined> {
  const bytes = await checkpoints.get(job);
  try {
    return bytes && readCheckpoint(bytes);
  } catch (error) {
    log.error('the checkpoint cannot be read: the job starts over', { job: job.id }, error);
    return undefined;
  }
}
