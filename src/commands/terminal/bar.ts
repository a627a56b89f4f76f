const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar whose filled part is `share` (0 to 1) of `width` characters, to an eighth of one; the rest is `empty`. */
export function bar(share: number, width: number, empty = ' '): string {
  const eighths = Math.round(Math.min(Math.max(share, 0), 1) * width * EIGHTHS.length);
  const filled = '█'.repeat(Math.floor(eighths / EIGHTHS.length)) + EIGHTHS[eighths % EIGHTHS.length];
  return filled + empty.repeat(width - filled.length);
}
