import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ElementType, Tensor } from '../onnx/tensor.js';
import type { TensorEntry } from '../safetensors/header.js';
import { readSafetensors, readSafetensorsHeader, type StoredTensor } from '../safetensors/read.js';
import { type Architecture, tensorShapes } from './architecture.js';

const elementTypes: ReadonlyMap<string, ElementType> = new Map([
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
]);

/**
 * The tensors of an encoder, left where they are: each says where in the file it lies. Checkpoints of a whole BERT with
 * heads put `bert.` before every name; the prefix is taken away.
 * @returns exactly the tensors that `tensorShapes` lists
 * @throws Error naming tensors that are missing, or of another shape or type than the architecture has them
 */
export async function locateWeights(path: string, architecture: Architecture): Promise<ReadonlyMap<string, Tensor>> {
  const header = await readSafetensorsHeader(path);
  const shapes = tensorShapes(architecture);
  const find = (name: string) => header.tensors.get(name) ?? header.tensors.get(`bert.${name}`);
  const missing = [...shapes.keys()].filter((name) => find(name) === undefined);
  if (missing.length > 0) throw new Error(`${missing.length} tensors are missing: ${listed(missing)}`);

  const weights = new Map<string, Tensor>();
  for (const [name, shape] of shapes) {
    const entry = find(name);
    if (entry) weights.set(name, located(entry, shape, basename(path)));
  }
  return weights;
}

function located(entry: TensorEntry, shape: readonly number[], file: string): Tensor {
  const type = elementTypes.get(entry.type);
  if (type === undefined) throw new Error(`tensor ${entry.name} is ${entry.type}: F32, F16 or BF16 is supported`);
  if (entry.shape.join() !== shape.join())
    throw new Error(`tensor ${entry.name} has shape [${entry.shape}], config.json makes it [${shape}]`);
  return { type, shape, data: { file, offset: entry.offset, length: entry.length } };
}

/** The tensors of a checkpoint in memory, by the names that `tensorShapes` lists. */
export type EncoderTensors = ReadonlyMap<string, StoredTensor>;

/**
 * Reads an encoder's tensors into memory, as they are stored.
 * @throws Error as `locateWeights` does
 */
export async function readWeights(path: string, architecture: Architecture): Promise<EncoderTensors> {
  await locateWeights(path, architecture);
  const { tensors } = readSafetensors(await readFile(path));
  const named = [...tensorShapes(architecture).keys()].flatMap((name): [string, StoredTensor][] => {
    const tensor = tensors.get(name) ?? tensors.get(`bert.${name}`);
    return tensor ? [[name, tensor]] : [];
  });
  return new Map(named);
}

const listed = (names: readonly string[]): string =>
  `${names.slice(0, 4).join(', ')}${names.length > 4 ? ', ...' : ''}`;

/** The sha256 of a file, in hex: the name of an encoder for ever. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
