import { batchLogits } from '../heads/gradient.js';
import { type Head, layersOf } from '../heads/head.js';
import { type Answer, answersFrom } from './answers.js';
import { type EmbeddedRows, gather } from './rows.js';

/**
 * What a head says of many rows at once, by TensorFlow.js: for who learns. Who serves has `heads/forward.ts`, and never loads it.
 * @param which rows, in this order
 */
export const answersOf = (head: Head, rows: EmbeddedRows, which: readonly number[]): Answer[] =>
  answersFrom(head, rows, which, batchLogits(layersOf(head), gather(rows, which), which.length));
