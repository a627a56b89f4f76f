/** What a request has asked of encoders: texts, and the tokens that were read of those that have their vector. */
export interface Usage {
  texts: number;
  tokens: number;
}

export const newUsage = (): Usage => ({ texts: 0, tokens: 0 });
