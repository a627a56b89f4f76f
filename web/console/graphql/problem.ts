import type { CombinedError } from '@urql/core';

/** Whether nobody answered at all: `fetch` throws a TypeError then. */
export const isUnreachable = ({ networkError }: CombinedError): boolean => networkError instanceof TypeError;

/** What a person is told of an error: the server's own words where it answered. */
export function problemOf(error: CombinedError): string {
  if (isUnreachable(error)) return 'The server cannot be reached. Is it running?';
  if (error.networkError) return error.networkError.message;
  return error.graphQLErrors.map(({ message }) => message).join(' ');
}
