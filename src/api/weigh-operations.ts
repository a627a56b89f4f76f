import type { ApolloServerPlugin } from '@apollo/server';
import type { Inspector } from '../operations/inspector.js';
import type { Weighing } from '../operations/weighing.js';
import type { Context } from './context.js';

/** Weighs every operation before it is run, and looks at its document once more, should it have come past the inspector. */
export const weighOperations = (inspector: Inspector, weigh: Weighing): ApolloServerPlugin<Context> => ({
  async requestDidStart() {
    return {
      async didResolveOperation({ source, document, request: { operationName, variables }, contextValue }) {
        inspector.request({ query: source });
        await weigh({ document, operationName, variables: variables ?? {} }, contextValue.spendTexts);
      },
    };
  },
});
