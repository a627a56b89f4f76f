import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Architecture, tensorShapes } from '#src/encoder/architecture.js';
import { RandomGenerator } from '#src/random/generator.js';
import { type NumberTensor, writeSafetensors } from '#src/safetensors/write.js';

const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a', 'b', 'c', 'red', 'green', 'blue', '##ish', ',', '.'];

/** A `config.json` of a BERT small enough to make up. */
export const smallConfig = {
  model_type: 'bert',
  hidden_size: 32,
  num_attention_heads: 4,
  num_hidden_layers: 2,
  intermediate_size: 48,
  vocab_size: words.length,
  max_position_embeddings: 24,
  type_vocab_size: 2,
  hidden_act: 'gelu',
  layer_norm_eps: 0.01,
};

const smallArchitecture: Architecture = {
  hidden: 32,
  heads: 4,
  layers: 2,
  intermediate: 48,
  vocabulary: words.length,
  positions: 24,
  tokenTypes: 2,
  activation: 'gelu',
  epsilon: 0.01,
};

/** Random weights of a BERT, under the names that a checkpoint has with such a prefix. */
export function randomWeights(architecture: Architecture, prefix = ''): Map<string, NumberTensor> {
  const random = RandomGenerator.seeded(5);
  const tensors = [...tensorShapes(architecture)].map(([name, shape]): [string, NumberTensor] => {
    const elements = shape.reduce((product, size) => product * size, 1);
    const middle = name.endsWith('LayerNorm.weight') ? 1 : 0;
    const values = Float32Array.from({ length: elements }, () => middle + 0.3 * random.normal());
    return [prefix + name, { shape, values }];
  });
  return new Map(tensors);
}

/** Random weights of the small BERT. */
export const smallWeights = (prefix: string): Map<string, NumberTensor> => randomWeights(smallArchitecture, prefix);

const special = (id: number) => ({ id, content: words[id], special: true, normalized: false, single_word: false });

export const smallTokenizer = {
  added_tokens: [0, 1, 2, 3, 4].map(special),
  normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, lowercase: true },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: { type: 'BertProcessing', cls: ['[CLS]', 2], sep: ['[SEP]', 3] },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(words.map((word, id) => [word, id])),
  },
};

/** Writes a folder: JSON for objects, bytes as they are. A file given as undefined is left out. */
export async function writeFolder(folder: string, files: Readonly<Record<string, unknown>>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    if (content === undefined) continue;
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), content instanceof Uint8Array ? content : JSON.stringify(content));
  }
  return folder;
}

/** The files of a small random BERT in Hugging Face layout, some of them replaced. */
export const smallFiles = (replaced: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  'config.json': smallConfig,
  'tokenizer.json': smallTokenizer,
  'model.safetensors': writeSafetensors(smallWeights('bert.')),
  ...replaced,
});
