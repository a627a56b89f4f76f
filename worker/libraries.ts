import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/**
 * What the numbers of a version depend on beside its settings, for version.json.
 * @param backend TensorFlow.js's
 */
export function libraryVersions(backend: string): Readonly<Record<string, string>> {
  return {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    'onnxruntime-node': versionOf('onnxruntime-node'),
    '@tensorflow/tfjs': `${versionOf('@tensorflow/tfjs')} (${backend})`,
    '@huggingface/tokenizers': versionOf('@huggingface/tokenizers'),
  };
}

/** The version in a package's own package.json, which its `exports` may hide: looked for upwards from its entry. */
function versionOf(name: string): string {
  for (let folder = dirname(require.resolve(name)); folder !== dirname(folder); folder = dirname(folder)) {
    const found = readPackage(join(folder, 'package.json'));
    if (found?.name === name) return found.version;
  }
  return 'unknown';
}

function readPackage(path: string): { name: string; version: string } | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
