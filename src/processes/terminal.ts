/** Goes on where nobody reads what is written any more, as when it was piped into head, or the disk is full that it goes to. */
export function outliveReaders(...outputs: readonly NodeJS.WriteStream[]): void {
  for (const output of outputs) output.on('error', () => {});
}

/** Speaks to the person who started Manyhead, in plain words on standard output. */
export interface Terminal {
  say(line: string): void;
  /** Shows how far something is, in one line that is drawn over; a line a tenth where the output is not a terminal. */
  progress(what: string, share: number): void;
}

const WIDTH = 30;

export function openTerminal(output: NodeJS.WriteStream): Terminal {
  let drawn = false;
  let lastTenth = -1;
  const finishLine = (): void => {
    if (drawn) output.write('\n');
    drawn = false;
  };
  return {
    say(line) {
      finishLine();
      output.write(`${line}\n`);
    },
    progress(what, share) {
      const percent = `${String(Math.floor(share * 100)).padStart(3)} %`;
      if (output.isTTY) {
        const filled = Math.round(share * WIDTH);
        output.write(`\r${what}  [${'='.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${percent}`);
        drawn = true;
        if (share >= 1) finishLine();
        return;
      }
      const tenth = Math.floor(share * 10);
      if (tenth === lastTenth) return;
      lastTenth = tenth;
      output.write(`${what}  ${percent}\n`);
    },
  };
}
