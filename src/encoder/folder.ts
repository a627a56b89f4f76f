import { toFloat16 } from '../safetensors/half.js';
import { type ByteTensor, type WritableTensor, writeSafetensors } from '../safetensors/write.js';
import { type Architecture, type Pooling, tensorShapes } from './architecture.js';
import type { EncoderFiles } from './files.js';
import type { EncoderTensors } from './weights.js';

/** Weights of an encoder's folder. */
export const WEIGHTS = 'model.safetensors';

/**
 * The files of an encoder that learned, in the layout of Hugging Face and sentence-transformers.
 *
 * What learned is stored in half precision, as the pretrained encoder is: half the disk and half the reading. What did not learn
 * keeps its bytes.
 * @param from the encoder it came from
 * @param learned float32 numbers by the tensors' names
 */
export function encoderFolder(
  from: { readonly files: EncoderFiles; readonly architecture: Architecture; readonly maxTokens: number },
  tensors: EncoderTensors,
  learned: ReadonlyMap<string, Float32Array>,
): ReadonlyMap<string, Uint8Array> {
  const { files, architecture, maxTokens } = from;
  const shapes = tensorShapes(architecture);
  const written = [...tensors].map(([name, stored]): [string, WritableTensor] => {
    const values = learned.get(name);
    return [name, values === undefined ? stored : inHalf(shapes.get(name) ?? [], values)];
  });
  const json = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
  return new Map<string, Uint8Array>([
    [WEIGHTS, writeSafetensors(new Map(written), { format: 'pt' })],
    ['config.json', json({ architectures: ['BertModel'], ...files.config })],
    ['tokenizer.json', json(files.tokenizer)],
    ['tokenizer_config.json', json({ tokenizer_class: 'BertTokenizer', ...files.tokenizerConfig })],
    ['sentence_bert_config.json', json({ max_seq_length: maxTokens, do_lower_case: false })],
    ['modules.json', json(modules)],
    ['1_Pooling/config.json', json(poolingConfig(files.pooling, architecture.hidden))],
  ]);
}

/** In half precision, unless a number is beyond it. */
function inHalf(shape: readonly number[], values: Float32Array): WritableTensor {
  if (values.some((value) => Math.abs(value) >= 65_504)) return { shape, values };
  const halves = toFloat16(values);
  const tensor: ByteTensor = { type: 'F16', shape, bytes: new Uint8Array(halves.buffer) };
  return tensor;
}

const modules = [
  { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
  { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
  { idx: 2, name: '2', path: '2_Normalize', type: 'sentence_transformers.models.Normalize' },
];

const poolingConfig = (pooling: Pooling, hidden: number) => ({
  word_embedding_dimension: hidden,
  pooling_mode_cls_token: pooling === 'cls',
  pooling_mode_mean_tokens: pooling === 'mean',
  pooling_mode_max_tokens: pooling === 'max',
  pooling_mode_mean_sqrt_len_tokens: false,
});
