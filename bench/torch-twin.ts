import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Architecture } from '../src/encoder/architecture.js';
import type { Learning } from '../src/encoder/training/parameters.js';
import type { Dropout } from '../src/training/step-graph.js';

/** What the twin learns, as bench/training_twin.py reads it. */
export interface TwinTask {
  /** A safetensors file. */
  readonly weights: string;
  readonly architecture: Architecture;
  readonly learning: Learning;
  readonly labels: number;
  readonly dropout: Dropout;
  readonly rates: { readonly encoder: number; readonly head: number; readonly weightDecay: number };
  readonly maxGradNorm: number;
  readonly threads: number;
}

/** The same steps in PyTorch, by a process that works only while it is asked. */
export interface TorchTwin {
  /** Version of PyTorch. */
  readonly version: string;
  /** Takes one step. @returns its seconds */
  step(ids: readonly Int32Array[], labels: readonly number[]): Promise<number>;
  close(): Promise<void>;
}

/**
 * @param python a Python that has torch
 * @throws Error when the process ends before it has answered; its own words are in the terminal
 */
export async function openTorchTwin(python: string, { learning, ...task }: TwinTask): Promise<TorchTwin> {
  const script = fileURLToPath(new URL('../../bench/training_twin.py', import.meta.url));
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ask = async (question: object): Promise<Readonly<Record<string, unknown>>> => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { done, value } = await answers.next();
    if (done) throw new Error(`${python} ${script} ended without an answer`);
    return JSON.parse(value);
  };
  const frozenLayers = learning.kind === 'all' ? null : learning.frozenLayers;
  const { torch } = await ask({ ...task, frozenLayers });
  return {
    version: String(torch),
    step: async (ids, labels) => Number((await ask({ ids: ids.map((row) => [...row]), labels })).seconds),
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
