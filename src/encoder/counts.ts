/** What an installation's encoders have done since the process started: for its metrics. */
export interface EncoderCounts {
  /** Texts whose vector was in the cache. */
  cached: number;
  /** Texts whose vector somebody else was waiting for already. */
  joined: number;
  /** Texts that were encoded. */
  encoded: number;
  /** Runs of the encoder, the tokens in them, and their places, padding among them. */
  batches: number;
  tokens: number;
  places: number;
  /** Requests that were turned away because too much was waiting. */
  refused: number;
}

/** A run of an encoder that has ended. */
export interface EncodedBatch {
  readonly texts: number;
  readonly tokens: number;
  /** How long the text that came first had waited for the run, in seconds. */
  readonly waited: number;
  /** How long the run took, in seconds. */
  readonly took: number;
}

/** Told of every run. */
export type OnBatch = (batch: EncodedBatch) => void;

export const newCounts = (): EncoderCounts => ({
  cached: 0,
  joined: 0,
  encoded: 0,
  batches: 0,
  tokens: 0,
  places: 0,
  refused: 0,
});
