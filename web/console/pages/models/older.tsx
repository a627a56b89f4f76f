import { Button } from '../../parts/button';

/** How many more with each press. */
const MORE = 200;

/** As many as the API gives at once. */
const MOST = 1000;

interface OlderProps {
  /** What is listed, newest first. */
  readonly what: 'versions' | 'changes';
  readonly shown: number;
  /** How many at most were asked for, and how many are at first. */
  readonly asked: number;
  readonly first: number;
  readonly isAsking: boolean;
  ask(most: number): void;
}

/** Asks for more of a list, or for its beginning again. It stays when it is pressed, and the focus with it. */
export function Older({ what, shown, asked, first, isAsking, ask }: OlderProps) {
  const isMore = asked < MOST && shown >= asked;
  if (isMore || (isAsking && asked > first))
    return (
      <Button look="quiet" aria-disabled={isAsking} onClick={() => isAsking || ask(Math.min(MOST, asked + MORE))}>
        Show older {what}
      </Button>
    );
  return (
    asked > first && (
      <Button look="quiet" onClick={() => ask(first)}>
        Only the newest {what}
      </Button>
    )
  );
}
