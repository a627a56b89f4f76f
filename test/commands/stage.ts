import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../dist/src/commands/main.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Call {
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly folder?: string;
  /** Called with all it has said so far, each time it says something; `interrupt` is Ctrl-C, once. */
  readonly onSaid?: (said: string, interrupt: () => void) => void;
}

/** Runs `manyhead` as a script would: no terminal, an environment that the test gives, everything kept that it says. */
export async function manyhead(given: readonly string[], call: Call = {}): Promise<Ended> {
  return ended(process.execPath, [entry, ...given], call);
}

/** Runs `manyhead` on a terminal, as a person would: what it shows is in `stdout`, escape sequences and all. */
export async function onTerminal(given: readonly string[], call: Call = {}): Promise<Ended> {
  const words = [process.execPath, entry, ...given].map((word) => `'${word}'`).join(' ');
  return ended('script', ['-qec', `stty rows 30 cols 100; ${words}`, '/dev/null'], {
    ...call,
    environment: { TERM: 'xterm', ...call.environment },
  });
}

/** Runs a pipeline of the shell in which `manyhead` is a command. */
export async function inShell(pipeline: string, call: Call = {}): Promise<Ended> {
  const definition = `manyhead() { '${process.execPath}' '${entry}' "$@"; }`;
  return ended('bash', ['-c', `set -o pipefail; ${definition}; ${pipeline}`], call);
}

async function ended(command: string, given: readonly string[], call: Call): Promise<Ended> {
  const { environment = {}, input = '', folder, onSaid = () => {} } = call;
  const child = spawn(command, given, {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  let interrupted = false;
  const interrupt = () => {
    if (!interrupted) child.kill('SIGINT');
    interrupted = true;
  };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
      onSaid(said.stdout + said.stderr, interrupt);
    });
  child.stdin.on('error', () => {}).end(input);
  const [code] = await once(child, 'close');
  return { code, ...said };
}
