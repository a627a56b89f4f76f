/**
 * One reading for all who ask for the same at a time. Nobody is given one that began before they asked: who asks while one is under
 * way gets the next, with everybody else who does.
 */
export function sharedReading<T>(read: (id: string) => Promise<T>): (id: string) => Promise<T> {
  const underWay = new Map<string, Promise<T>>();
  const next = new Map<string, Promise<T>>();

  const begin = async (id: string): Promise<T> => {
    const reading = read(id);
    next.delete(id);
    underWay.set(id, reading);
    try {
      return await reading;
    } finally {
      underWay.delete(id);
    }
  };

  return (id) => {
    const waiting = next.get(id);
    if (waiting !== undefined) return waiting;
    const before = underWay.get(id);
    if (before === undefined) return begin(id);
    const after = () => begin(id);
    const coming = before.then(after, after);
    next.set(id, coming);
    return coming;
  };
}
