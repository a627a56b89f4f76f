import { useState } from 'react';
import { WholeToggle } from './whole-toggle';

/** Characters and lines from which on a text is shown by its beginning. */
const MOST_CHARACTERS = 600;
const MOST_LINES = 8;

/** A text as it was written, in the direction of its script; of a long one the beginning, and all of it when somebody asks. */
export function LongText({ children: text }: { readonly children: string }) {
  const [isWhole, setWhole] = useState(false);
  const beginning = beginningOf(text);
  if (beginning === text) return <Written text={text} />;
  return (
    <>
      <Written text={isWhole ? text : `${beginning} …`} />
      <WholeToggle isWhole={isWhole} all="The whole text" beginning="Only its beginning" setWhole={setWhole} />
    </>
  );
}

const Written = ({ text }: { readonly text: string }) => (
  <p className="text" dir="auto">
    {text}
  </p>
);

/** By whole characters: half of one is none. */
function beginningOf(text: string): string {
  const lines = text.split('\n').slice(0, MOST_LINES).join('\n');
  if (lines.length <= MOST_CHARACTERS) return lines;
  return lines
    .slice(0, MOST_CHARACTERS)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd();
}
