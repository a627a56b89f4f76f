import type { DocumentNode } from 'graphql';
import { excess } from './excess.js';
import type { OperationLimits } from './limits.js';
import type { SpendTexts } from './spending.js';
import { weigh } from './weigh.js';

/** An operation that is valid and about to be run. */
export interface Operation {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: Record<string, unknown>;
}

/**
 * Holds what an operation gives to be encoded against what one request may, and counts it.
 * @param maxTokens tokens of a text that the encoder reads
 * @returns rejects with a ManyheadError: TOO_MANY_TOKENS, and what counting rejects with
 */
export const weighing =
  (limits: OperationLimits, maxTokens: number) =>
  async ({ document, operationName, variables }: Operation, spendTexts: SpendTexts): Promise<void> => {
    const { texts, tokens } = weigh(document, operationName, variables, maxTokens);
    if (texts === 0) return;
    if (tokens > limits.textTokens) throw excess('textTokens', tokens, limits);
    await spendTexts(texts);
  };

export type Weighing = ReturnType<typeof weighing>;
