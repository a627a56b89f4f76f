/**
 * A generator that ends as soon as it is returned, also while it waits. By itself one ends at its next `yield`, which may never come
 * where it waits for something to happen.
 * @param generate is given the signal of that end: whatever it waits for is to heed it
 */
export function endable<T>(generate: (ended: AbortSignal) => AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  const ending = new AbortController();
  const generator = generate(ending.signal);
  const end = generator.return.bind(generator);
  generator.return = (value) => {
    ending.abort();
    return end(value);
  };
  return generator;
}
