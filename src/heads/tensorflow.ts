import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

const require = createRequire(import.meta.url);

/**
 * TensorFlow.js on the fastest backend this machine has: native where @tensorflow/tfjs-node found its binary (its install
 * script fetches it, so most machines have none), else WebAssembly.
 * @returns the backend's name, `tensorflow` or `wasm`
 */
export function readyTensorFlow(): Promise<string> {
  ready ??= chooseBackend();
  return ready;
}

let ready: Promise<string> | undefined;

async function chooseBackend(): Promise<string> {
  if (nativeBinaryIsThere()) {
    await import('@tensorflow/tfjs-node');
    await tf.setBackend('tensorflow');
  } else {
    setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
    await tf.setBackend('wasm');
  }
  await tf.ready();
  return tf.getBackend();
}

/** Asked before importing: without its binary, tfjs-node prints a page of advice before it throws. */
function nativeBinaryIsThere(): boolean {
  try {
    const folder = dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
    return ['napi-v8', 'napi-v9'].some((napi) => existsSync(join(folder, 'lib', napi, 'tfjs_binding.node')));
  } catch {
    return false;
  }
}
