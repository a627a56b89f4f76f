import type { Command } from 'commander';
import type { Epoch, Job, JobHandle } from '../client/client.js';
import { clientOf, type ServerOptions, sameServer, serverCommand } from './connection.js';
import { Failed, Interrupted } from './ending.js';
import { epochLine, type Followed, jobPicture } from './job-picture.js';
import { printJob } from './job-report.js';
import { coloursOf } from './terminal/colours.js';
import { liveLines } from './terminal/live-lines.js';
import { harmless, printJson, say } from './terminal/output.js';

/** `manyhead follow`: a job as it runs, and what it came to. */
export const follow = (): Command =>
  serverCommand('follow')
    .summary('watch a job until it has ended')
    .description('Watch a job until it has ended, then print what it came to. Ctrl-C stops watching, not the job.')
    .argument('<job>', 'its id')
    .action(async (id: string, options: ServerOptions) => {
      const client = clientOf(options);
      try {
        await printJob(await followed(await client.job(id), options), options);
      } finally {
        client.close();
      }
    });

/**
 * Shows a job on standard error as it runs: drawn over on a terminal, a line an epoch elsewhere.
 * @returns the job, once it has succeeded
 * @throws Failed, having said why, where it did not; Interrupted where the person at the terminal had enough
 */
export async function followed(handle: JobHandle, options: ServerOptions): Promise<Job> {
  const { id } = handle;
  const live = liveLines();
  const colours = coloursOf(process.stderr);
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  // Not `once`: what gives the cursor back ends the process where nobody else listens any more.
  process.on('SIGINT', interrupt);
  let shown: Followed = { job: handle.job, epochs: [], step: undefined };
  let isTakenOver = false;
  const draw = () => live.show(jobPicture(shown, colours));
  try {
    for await (const event of handle.progress({ signal: interrupted.signal })) {
      const startsOver = event.job.attempt !== shown.job.attempt;
      const epochs: readonly Epoch[] = startsOver ? [] : shown.epochs;
      if (!startsOver && event.job.workersLost > shown.job.workersLost) {
        live.say(colours.yellow('A worker was lost: another has taken the job over.'));
        isTakenOver = true;
      } else if (isTakenOver && event.kind === 'STEP') {
        live.say(event.epoch > 1 ? `It goes on from epoch ${event.epoch}.` : 'It starts over.');
        isTakenOver = false;
      }
      shown = {
        job: event.job,
        epochs: event.kind === 'EPOCH' ? [...epochs, event.epoch] : epochs,
        step: event.kind === 'STEP' ? event : shown.step,
      };
      if (event.kind === 'EPOCH' && !live.isShown) say(epochLine(event.epoch));
      draw();
    }
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    live.done();
    const there = sameServer(options);
    say(`${live.isShown ? '\n' : ''}The job goes on without you.`);
    say(`  Watch it again:  manyhead follow ${id}${there}`);
    say(`  End it:          manyhead cancel ${id}${there}`);
    throw new Interrupted();
  } finally {
    live.done();
    process.off('SIGINT', interrupt);
  }
  const job = await handle.now();
  if (job.status === 'SUCCEEDED') return job;
  const { red, dim } = colours;
  say(
    `${red('error:')} ${job.error ? `${harmless(job.error.message)} (${job.error.code})` : 'the job was cancelled.'}`,
  );
  say(dim(`Run it again: manyhead retry ${id}${sameServer(options)}`));
  if (options.json) await printJson(job);
  throw new Failed();
}
