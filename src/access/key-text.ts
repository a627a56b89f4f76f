import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A key as its owner holds it: `mh_<id>_<secret>`. The id tells which key it is; only the secret opens. */
export interface KeyText {
  readonly id: string;
  /** 64 hexadecimal digits: 256 random bits. */
  readonly secret: string;
}

/** `mh_`, so that scanners for leaked secrets can tell what they found. */
const FORM = /^mh_([0-9a-f]{12})_([0-9a-f]{64})$/;

/** The id of a key that no register holds: nobody is given it by chance. */
export const OWN_KEY_ID = '000000000000';

export const newKeyText = (): KeyText => ({
  id: randomBytes(6).toString('hex'),
  secret: randomBytes(32).toString('hex'),
});

export const writeKey = ({ id, secret }: KeyText): string => `mh_${id}_${secret}`;

/** @returns undefined where it is not a key at all */
export function readKey(text: string): KeyText | undefined {
  const [, id, secret] = text.match(FORM) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/**
 * What is kept of a secret. Plain sha256 is right here, where passwords would need scrypt: a slow hash makes guessing what people
 * choose expensive, and nobody guesses 256 random bits, while every request would pay for it.
 * @returns 64 hexadecimal digits
 */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Compares a secret with what is kept of one, in a time that tells nothing of where they differ. */
export function isSecretOf(secret: string, hash: string): boolean {
  const [given, kept] = [Buffer.from(hashOf(secret), 'hex'), Buffer.from(hash, 'hex')];
  // A hash that a disk has damaged opens nothing.
  return given.length === kept.length && timingSafeEqual(given, kept);
}
