import type { IncomingMessage } from 'node:http';
import express, { type RequestHandler } from 'express';
import { ManyheadError } from '../errors.js';
import { checkUtf8 } from './broken-utf8.js';
import { mayTrain } from './gate/gate.js';
import { checkCharset } from './media-type.js';

/** What the body of a request may be at most. */
export interface BodyLimit {
  readonly bytes: number;
  /** Objects, lists and what follows a comma: what reading JSON takes its time and its memory for. */
  readonly marks: number;
}

/** Some 200,000 rows of a sentence or two, with three labels each. */
const rows: BodyLimit = { bytes: 64 * 1024 * 1024, marks: 4_194_304 };

/** As many texts as a request may have, of 2 kB each, to who may only ask. */
const questions: BodyLimit = { bytes: 16 * 1024 * 1024, marks: 524_288 };

/** Of POST /v1/embeddings: 4,096 texts of 4 kB, or of 1,024 token ids. */
export const embeddingsLimit: BodyLimit = { bytes: 16 * 1024 * 1024, marks: 4_194_304 };

export const bodyLimitOf = (request: IncomingMessage): BodyLimit => (mayTrain(request) ? rows : questions);

/** A body that is longer than its sender may send, or has more in it. */
export class BodyTooLarge extends ManyheadError {
  /** For express, which would say 403. */
  readonly status = 413;

  constructor(message: string) {
    super('PAYLOAD_TOO_LARGE', message);
  }
}

export const tooLong = (limit: BodyLimit): BodyTooLarge =>
  new BodyTooLarge(`The request is too long: give at most ${limit.bytes} bytes.`);

const [quote, backslash, brace, bracket, comma] = Array.from('"\\{[,', (character) => character.charCodeAt(0));

/**
 * Counts the objects, lists and commas of a body before it is read: `[{},{},...` takes a thousand times as long to read as a text of its
 * length, and fifty times the memory.
 * @param charset where it is not UTF-8, what stands in strings counts as well: their bytes cannot be told from the others as easily
 * @throws BodyTooLarge
 */
export function checkMarks(bytes: Buffer, limit: BodyLimit, charset = 'utf-8'): void {
  if (bytes.length <= limit.marks) return;
  const skipsStrings = charset === 'utf-8';
  let [marks, inString] = [0, false];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === backslash) i++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = skipsStrings;
    else if (byte === comma || byte === brace || byte === bracket) marks++;
  }
  if (marks > limit.marks)
    throw new BodyTooLarge(
      `The request has ${marks} objects, lists and commas: give at most ${limit.marks}, so that it can be read in time.`,
    );
}

const jsonWithin = (limit: BodyLimit): RequestHandler =>
  express.json({
    limit: limit.bytes,
    verify(_request, _response, bytes, charset) {
      checkCharset(charset);
      if (charset === 'utf-8') checkUtf8(bytes);
      checkMarks(bytes, limit, charset);
    },
  });

/** Reads JSON that is not too large. @param limitOf what is too large in a request */
export function readJson(limitOf: (request: IncomingMessage) => BodyLimit): RequestHandler {
  const readers = new Map<BodyLimit, RequestHandler>();
  return (request, response, next) => {
    const limit = limitOf(request);
    const reader = readers.get(limit) ?? jsonWithin(limit);
    readers.set(limit, reader);
    return reader(request, response, next);
  };
}
