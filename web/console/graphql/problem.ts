import type { CombinedError } from '@urql/core';

/** What a person is told of an error: the server's own words where it answered. */
export function problemOf(error: CombinedError): string {
  if (error.networkError)
    return error.networkError instanceof TypeError
      ? 'The server cannot be reached. Is it running?'
      : error.networkError.message;
  return error.graphQLErrors.map(({ message }) => message).join(' ');
}
