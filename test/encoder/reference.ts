import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { floatsOf, type Safetensors } from '#src/safetensors/read.js';

/** What the reference needs to know of an encoder besides its weights. */
export interface ReferenceSettings {
  readonly layers: number;
  readonly heads: number;
  readonly epsilon: number;
  readonly pooling: 'mean' | 'cls' | 'max';
  readonly activation: 'gelu' | 'relu';
  readonly prefix: string;
}

export async function readyReference(): Promise<void> {
  const require = createRequire(import.meta.url);
  setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  await tf.setBackend('wasm');
  await tf.ready();
}

/**
 * BERT as its paper has it (Devlin et al. 2019), one text at a time, written with TensorFlow.js operations and exact GELU:
 * shares nothing with the product but the reading of the weights.
 * @param w the tensor of a name
 * @param ids of one text, [CLS] and [SEP] among them
 * @returns a unit vector
 */
export function referenceForward(
  w: (name: string) => tf.Tensor,
  ids: readonly number[],
  settings: ReferenceSettings,
): tf.Tensor {
  const dense = (x: tf.Tensor, name: string) => x.matMul(w(`${name}.weight`), false, true).add(w(`${name}.bias`));
  const norm = (x: tf.Tensor, name: string) => {
    const { mean, variance } = tf.moments(x, -1, true);
    const scaled = x.sub(mean).div(variance.add(settings.epsilon).sqrt());
    return scaled.mul(w(`${name}.LayerNorm.weight`)).add(w(`${name}.LayerNorm.bias`));
  };
  const activate = (x: tf.Tensor) =>
    settings.activation === 'relu' ? x.relu() : x.mul(x.div(Math.SQRT2).erf().add(1)).mul(0.5);

  const words = w('embeddings.word_embeddings.weight').gather([...ids]);
  const places = w('embeddings.position_embeddings.weight').slice([0, 0], [ids.length, -1]);
  const type = w('embeddings.token_type_embeddings.weight').slice([0, 0], [1, -1]);
  let x = norm(words.add(places).add(type), 'embeddings');
  const hidden = x.shape[1] ?? 0;
  const size = hidden / settings.heads;
  const split = (y: tf.Tensor) => y.reshape([ids.length, settings.heads, size]).transpose([1, 0, 2]);

  for (let layer = 0; layer < settings.layers; layer++) {
    const at = `encoder.layer.${layer}.`;
    const [q, k, v] = ['query', 'key', 'value'].map((name) => split(dense(x, `${at}attention.self.${name}`)));
    const scores = tf.softmax(tf.matMul(q, k, false, true).div(Math.sqrt(size)));
    const attended = tf.matMul(scores, v).transpose([1, 0, 2]).reshape([ids.length, hidden]);
    x = norm(dense(attended, `${at}attention.output.dense`).add(x), `${at}attention.output`);
    const wide = activate(dense(x, `${at}intermediate.dense`));
    x = norm(dense(wide, `${at}output.dense`).add(x), `${at}output`);
  }

  const pooled = {
    mean: () => x.mean(0),
    max: () => x.max(0),
    cls: () => x.slice([0, 0], [1, -1]).reshape([hidden]),
  };
  const vector = pooled[settings.pooling]();
  return vector.div(vector.norm());
}

/** What `referenceForward` makes of stored weights. */
export function referenceVector(
  weights: Safetensors,
  ids: readonly number[],
  settings: ReferenceSettings,
): Float32Array {
  const result = tf.tidy(() => {
    const w = (name: string): tf.Tensor => {
      const stored = weights.tensors.get(settings.prefix + name);
      if (stored === undefined) throw new Error(`no tensor ${name}`);
      return tf.tensor(floatsOf(stored), [...stored.shape]);
    };
    return referenceForward(w, ids, settings);
  });
  const vector = Float32Array.from(result.dataSync());
  result.dispose();
  return vector;
}
