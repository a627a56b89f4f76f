import { Button } from './button';

interface WholeToggleProps {
  readonly isWhole: boolean;
  /** The words for all of it, such as "All 60 labels", and for its beginning. */
  readonly all: string;
  readonly beginning: string;
  setWhole(isWhole: boolean): void;
}

/** Shows all of something long, or its beginning again. It stays when it is pressed, and the focus with it. */
export const WholeToggle = ({ isWhole, all, beginning, setWhole }: WholeToggleProps) => (
  <Button look="quiet" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
    {isWhole ? beginning : all}
  </Button>
);
