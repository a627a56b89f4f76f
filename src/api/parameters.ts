/**
 * The parameters of a request, as they stand in its address after the first `?`. What is before that may be anything: clients may
 * write a whole address there, with a host that is none.
 */
export const parametersIn = (address: string): URLSearchParams =>
  new URLSearchParams(address.slice(pathIn(address).length));

/** An address without its parameters. */
export const pathIn = (address: string): string => address.split('?', 1)[0];
