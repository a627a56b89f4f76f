/** float32 numbers from the base64 of their little-endian bytes, exactly. */
export function vectorOf(base64: string): Float32Array {
  const binary = atob(base64);
  const bytes = new DataView(new ArrayBuffer(binary.length));
  for (let i = 0; i < binary.length; i++) bytes.setUint8(i, binary.charCodeAt(i));
  return Float32Array.from({ length: binary.length / 4 }, (_, i) => bytes.getFloat32(4 * i, true));
}
