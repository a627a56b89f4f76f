import { createHash } from 'node:crypto';

/** sha256 of some bytes, in hexadecimal digits. */
export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
