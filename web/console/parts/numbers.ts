const oneDecimal = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 0.9312 as "93.1 %". */
export const percent = (share: number): string => `${oneDecimal.format(100 * share)} %`;

/** A part of a whole in percent: one that is neither nothing nor all never reads as if it were. */
export function part(share: number): string {
  if (share > 0 && share < 0.0005) return '< 0.1 %';
  return share < 1 && share >= 0.9995 ? '> 99.9 %' : percent(share);
}

/** A difference of two shares, in percentage points with its sign: "+1.2", "−0.4", "0.0". */
export function points(difference: number): string {
  const size = oneDecimal.format(Math.abs(100 * difference));
  if (size === '0.0') return size;
  return `${difference < 0 ? '−' : '+'}${size}`;
}

/** 10003 as "10,003". */
export const count = (number: number): string => whole.format(number);

/** A number with as many decimals, so that numbers below each other align. */
export const fixed = (number: number, decimals: number): string => number.toFixed(decimals).replace('-', '−');

/** A loss: with three decimals, or two digits where that would leave nothing of it. */
export const loss = (value: number): string =>
  value === 0 ? '0' : Math.abs(value) < 0.05 ? String(Number(value.toPrecision(2))) : fixed(value, 3);

/** 1 row, 2 rows. */
export const counted = (number: number, one: string, many = `${one}s`): string =>
  `${count(number)} ${number === 1 ? one : many}`;

/** Bytes in the unit that gives them one to three digits before the point: "1.2 MB". */
export function bytes(number: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const unit = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, number)) / 3)));
  return unit === 0 ? `${number} B` : `${oneDecimal.format(number / 1000 ** unit)} ${units[unit]}`;
}
