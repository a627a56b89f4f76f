/** How long something takes, as people say it. @param seconds 0 or more */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** 12,345 */
export const count = (number: number): string => Math.round(number).toLocaleString('en');

/** 1,234 rows; 1 row */
export const counted = (number: number, one: string): string => `${count(number)} ${number === 1 ? one : `${one}s`}`;

/** 0 to 1, as 93.1 % */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** 45.3 MB */
export const size = (bytes: number): string =>
  bytes < 1e6
    ? `${(bytes / 1e3).toFixed(1)} kB`
    : bytes < 1e9
      ? `${(bytes / 1e6).toFixed(1)} MB`
      : `${(bytes / 1e9).toFixed(1)} GB`;
