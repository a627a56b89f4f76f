import { ManyheadError, shown } from '../errors.js';

/** A body that is in no form that is read here. */
export class UnsupportedMediaType extends ManyheadError {
  /** For express, which would say 403. */
  readonly status = 415;

  constructor(message: string) {
    super('UNSUPPORTED_MEDIA_TYPE', message);
  }
}

const otherCharset = (charset: unknown): UnsupportedMediaType =>
  new UnsupportedMediaType(`The charset is ${shown(charset)}: send JSON in UTF-8.`);

/** In lower case, as express has them. */
const CHARSETS: ReadonlySet<string> = new Set(['utf-8', 'utf-16', 'utf-16le', 'utf-16be']);

/**
 * Express would read whatever is called utf-something, under many spellings: UTF-7 among them, which takes hundreds of times as long to
 * decode, and hides what a body is measured by.
 * @throws UnsupportedMediaType
 */
export function checkCharset(charset: string): void {
  if (!CHARSETS.has(charset)) throw otherCharset(charset);
}

/** What express's parsers refuse by themselves, before they read any of it; undefined where they have thrown something else. */
export function unsupported(error: unknown): UnsupportedMediaType | undefined {
  if (error instanceof UnsupportedMediaType) return error;
  if (!(error instanceof Error) || !('type' in error)) return undefined;
  if (error.type === 'charset.unsupported' && 'charset' in error) return otherCharset(error.charset);
  if (error.type === 'encoding.unsupported' && 'encoding' in error)
    return new UnsupportedMediaType(
      `The content encoding is ${shown(error.encoding)}: send the body as it is, or compressed as gzip, deflate or br.`,
    );
  return undefined;
}
