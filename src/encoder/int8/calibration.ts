import { GraphBuilder } from '../../onnx/builder.js';
import { type Graph, int, type Value } from '../../onnx/graph.js';
import { RandomGenerator } from '../../random/generator.js';
import type { EncoderParts } from '../graph.js';
import { writeLayers } from '../layers.js';
import { floatMaps, type MapMaker } from '../linear-maps.js';
import type { Batch } from '../session.js';
import { sessionModel, startThread } from '../thread.js';
import type { Tokens } from '../tokenizer.js';
import { calibrationTexts } from './calibration-texts.js';

/** Rows that calibrate: half of them text, half of them words drawn from the vocabulary. */
const rows = 16;
/** Tokens of each, where the encoder reads as many. */
const longest = 32;

/**
 * What an encoder is calibrated on: rows of one length. Our sentences may be in a language it does not know; random words
 * are in all of its languages, and find the same outliers.
 */
export function calibrationBatch(tokenize: (text: string) => Tokens, vocabulary: number, maxTokens: number): Batch {
  const length = Math.min(longest, maxTokens);
  const [first, last] = tokenize('').ids;
  const text = calibrationTexts.flatMap((sentence) => [...tokenize(sentence).ids.subarray(1, -1)]);
  const random = RandomGenerator.seeded(1, 'calibration');
  const word = (place: number) => (place < (rows / 2) * length ? text[place % text.length] : random.below(vocabulary));
  const ids = Int32Array.from({ length: rows * length }, (_, place) => {
    if (place % length === 0) return first;
    return place % length === length - 1 ? last : word(place);
  });
  return { ids, lengths: new Int32Array(rows).fill(length) };
}

/**
 * How far each channel of some inputs of linear maps goes from zero, in float32, over a batch without padding.
 * @param inputs names of the first map that takes each
 * @param batch its arrays are moved away
 * @returns by those names, [hidden] each
 */
export async function largestInputs(
  parts: EncoderParts,
  folder: string,
  inputs: readonly string[],
  batch: Batch,
): Promise<ReadonlyMap<string, Float32Array>> {
  const thread = await startThread(sessionModel(calibrationGraph(parts, inputs), folder));
  try {
    const largest = await thread.run(batch);
    const width = largest.length / inputs.length;
    return new Map(inputs.map((name, i) => [name, largest.subarray(i * width, (i + 1) * width)]));
  } finally {
    await thread.close();
  }
}

/** The float32 encoder, with the largest of those inputs for what comes out: `vectors` [inputs, hidden]. */
function calibrationGraph(parts: EncoderParts, inputs: readonly string[]): Graph {
  const g = new GraphBuilder();
  const largest = new Map<string, Value>();
  const watch = (x: Value, name: string) =>
    largest.set(name, g.op('ReduceMax', [g.op('Abs', [x]), g.integers(0)], { keepdims: int(1) }));
  const watching: MapMaker = (g, architecture, parameter) => {
    const maps = floatMaps(g, architecture, parameter);
    return {
      linear(x, given) {
        watch(x, given[0].name);
        return maps.linear(x, given);
      },
      feedForward(x, up, down) {
        watch(x, up.name);
        return maps.feedForward(x, up, down);
      },
    };
  };
  writeLayers(g, parts.architecture, parts.weights, watching);
  const wanted = inputs.map((name) => largest.get(name)).filter((each) => each !== undefined);
  g.output('vectors', g.op('Concat', wanted, { axis: int(0) }));
  return g.build('calibration');
}
