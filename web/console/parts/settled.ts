import { useEffect, useState } from 'react';

/** How long nobody must have typed before what was typed is sent, in milliseconds. */
const PAUSE = 250;

/** A value as it was when it last stood still: what somebody types, once typing pauses. */
export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
