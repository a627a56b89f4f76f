import { floatsOf, readSafetensors, type Safetensors } from '../safetensors/read.js';
import { type WritableTensor, writeSafetensors } from '../safetensors/write.js';
import type { Head, Layer } from './head.js';

/** What version.json says of a head; its weights stand beside it in heads.safetensors. */
export type HeadDescription = Pick<Head, 'task' | 'kind' | 'labels' | 'temperature'> & {
  /** Width of the hidden layer; 0: none. */
  readonly hiddenUnits: number;
  readonly thresholds?: readonly number[];
  /** The threshold of `abstention`; its centres stand beside the weights. */
  readonly abstainBelow?: number;
};

export const describeHead = (head: Head): HeadDescription => ({
  task: head.task,
  kind: head.kind,
  labels: head.labels,
  temperature: head.temperature,
  hiddenUnits: head.hidden?.bias.length ?? 0,
  ...(head.thresholds && { thresholds: head.thresholds }),
  ...(head.abstention && { abstainBelow: head.abstention.threshold }),
});

/** The bytes of heads.safetensors: float32 tensors such as `topic/output.weight`, [inputs, outputs]. */
export function writeHeads(heads: readonly Head[]): Uint8Array {
  const layers = heads.flatMap(({ task, hidden, output }): [string, Layer | undefined][] => [
    [`${task}/hidden`, hidden],
    [`${task}/output`, output],
  ]);
  const centres = heads.flatMap(({ task, labels, abstention }): [string, WritableTensor][] =>
    abstention === undefined
      ? []
      : [
          [
            `${task}/centres`,
            { shape: [labels.length, abstention.centres.length / labels.length], values: abstention.centres },
          ],
        ],
  );
  const tensors = layers.flatMap(([name, layer]): [string, WritableTensor][] =>
    layer === undefined
      ? []
      : [
          [
            `${name}.weight`,
            { shape: [layer.weight.length / layer.bias.length, layer.bias.length], values: layer.weight },
          ],
          [`${name}.bias`, { shape: [layer.bias.length], values: layer.bias }],
        ],
  );
  return writeSafetensors(new Map([...tensors, ...centres]));
}

/**
 * Heads from the bytes of heads.safetensors.
 * @param dimensions of the vectors they read
 * @throws Error naming the tensor that is missing or of the wrong size
 */
export function readHeads(bytes: Uint8Array, descriptions: readonly HeadDescription[], dimensions: number): Head[] {
  const file = readSafetensors(bytes);
  return descriptions.map(({ task, kind, labels, temperature, hiddenUnits, thresholds, abstainBelow }) => {
    const layer = (name: string, inputs: number, outputs: number): Layer => ({
      weight: numbers(file, `${task}/${name}.weight`, inputs * outputs),
      bias: numbers(file, `${task}/${name}.bias`, outputs),
    });
    const hidden = hiddenUnits > 0 ? layer('hidden', dimensions, hiddenUnits) : undefined;
    return {
      task,
      kind,
      labels,
      temperature,
      hidden,
      output: layer('output', hiddenUnits || dimensions, labels.length),
      thresholds,
      abstention:
        abstainBelow === undefined
          ? undefined
          : { centres: numbers(file, `${task}/centres`, labels.length * dimensions), threshold: abstainBelow },
    };
  });
}

function numbers(file: Safetensors, name: string, length: number): Float32Array {
  const tensor = file.tensors.get(name);
  if (tensor === undefined) throw new Error(`there is no tensor ${name}`);
  const values = floatsOf(tensor);
  if (values.length !== length) throw new Error(`tensor ${name} holds ${values.length} numbers, not ${length}`);
  return values;
}
