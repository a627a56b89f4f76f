import { createHash } from 'node:crypto';
import type { PrincipalComponents } from '../encoder/pca.js';
import { toFloat16 } from '../safetensors/half.js';
import { floatsOf, readSafetensors } from '../safetensors/read.js';
import { writeSafetensors } from '../safetensors/write.js';

/** A projection, and what it belongs to. */
export interface StoredProjection extends PrincipalComponents {
  /** sha256 of the weights of the encoder whose vectors it was fitted on. */
  readonly encoder: string;
  /** Rows it was fitted on. */
  readonly rows: number;
  readonly createdAt: string;
}

/** The bytes of a projection as a safetensors file: directions in half precision, which moves a cosine by some 1e-5. */
export function writeProjection({ encoder, rows, createdAt, ...pca }: StoredProjection): Uint8Array {
  const { dimensions, mean, components, variances } = pca;
  const halves = toFloat16(components);
  const checksum = checksumOf([mean, variances, halves]);
  return writeSafetensors(
    new Map([
      ['mean', { shape: [dimensions], values: mean }],
      ['variances', { shape: [dimensions], values: variances }],
      ['components', { type: 'F16', shape: [dimensions, dimensions], bytes: new Uint8Array(halves.buffer) }],
    ]),
    { encoder, rows: String(rows), createdAt, checksum },
  );
}

/** @throws Error where the bytes are not those of a projection */
export function readProjection(bytes: Uint8Array): StoredProjection {
  const { tensors, metadata } = readSafetensors(bytes);
  const floats = (name: string): Float32Array => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new Error(`the projection has no tensor ${name}`);
    return floatsOf(tensor);
  };
  const [mean, components, variances] = [floats('mean'), floats('components'), floats('variances')];
  if (components.length !== mean.length ** 2) throw new Error('the projection is damaged');
  const { encoder = '', rows, createdAt = '', checksum } = metadata;
  const stored = ['mean', 'variances', 'components'].flatMap((name) => tensors.get(name)?.bytes ?? []);
  // What an earlier release wrote has none.
  if (checksum !== undefined && checksum !== checksumOf(stored)) throw new Error('the projection is damaged');
  return { encoder, rows: Number(rows), createdAt, dimensions: mean.length, mean, components, variances };
}

/** sha256 of the bytes of some arrays, one after the other. */
function checksumOf(arrays: readonly (Float32Array | Uint16Array | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of arrays) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}
