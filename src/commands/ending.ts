import { type Command, CommanderError } from 'commander';
import { ClientError } from '../client/client.js';
import { messageOf } from '../errors.js';
import { coloursOf } from './terminal/colours.js';
import { harmless, say } from './terminal/output.js';

/** How the command line ends. Scripts branch on these, so they never change. */
const exitCodes = {
  done: 0,
  /** What was asked for was refused, or failed. */
  failed: 1,
  /** It was asked for wrongly: an option that is not known, a file that is not there. */
  usage: 2,
  /** No server answers. */
  unreachable: 3,
  /** The key is missing, not known, or does not allow it. */
  notAllowed: 4,
  interrupted: 130,
} as const;

/** Something is wrong with how a command was called, or with a file it was given. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A command that has said already why it fails. */
export class Failed extends Error {
  override readonly name = 'Failed';
}

/** The person at the terminal pressed Ctrl-C, and was told what goes on without them. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Says what went wrong, and how to mend it. @returns the exit code */
export function ending(error: unknown, program: Command): number {
  if (error instanceof Failed) return exitCodes.failed;
  if (error instanceof Interrupted) return exitCodes.interrupted;
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  const { red, dim } = coloursOf(process.stderr);
  const complain = (message: string) => say(`${red('error:')} ${harmless(message)}`);
  const advise = (advice: string) => say(dim(advice));
  if (error instanceof UsageError) {
    complain(error.message);
    advise(`See ${program.name()} ${program.args[0] ?? ''} --help`);
    return exitCodes.usage;
  }
  if (!(error instanceof ClientError)) {
    complain(messageOf(error));
    return exitCodes.failed;
  }
  for (const { message } of error.problems) complain(message);
  switch (error.code) {
    case 'UNREACHABLE':
      advise('Start a server with `manyhead serve`, or say where one is with --url or MANYHEAD_URL.');
      return exitCodes.unreachable;
    case 'UNAUTHENTICATED':
      advise('Give a key of that server in MANYHEAD_API_KEY, or with --api-key.');
      return exitCodes.notAllowed;
    case 'FORBIDDEN':
      advise('This key does not allow it: use one with a wider scope.');
      return exitCodes.notAllowed;
    default:
      return exitCodes.failed;
  }
}
