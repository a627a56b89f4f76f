import type { LineageRow } from './lineage';
import styles from './models.module.css';

/** In pixels: of a lane, and of a row of the table, which the lines must cross from edge to edge. */
const LANE = 14;
const ROW = 40;

/** The lines of a version's row; what they say is said in words in the column "From". */
export function LineageCell({ row, lanes }: { readonly row: LineageRow; readonly lanes: number }) {
  const x = (lane: number) => LANE * (lane + 0.5);
  return (
    <svg className={styles.lineage} width={LANE * lanes} height={ROW} aria-hidden="true">
      {row.lines.map(({ from, to, half }) => {
        const [top, bottom] = half === 'upper' ? [0, ROW / 2] : [ROW / 2, ROW];
        const middle = (top + bottom) / 2;
        return (
          <path
            key={`${half} ${from} ${to}`}
            d={`M${x(from)} ${top}C${x(from)} ${middle} ${x(to)} ${middle} ${x(to)} ${bottom}`}
          />
        );
      })}
      <circle cx={x(row.lane)} cy={ROW / 2} r={4} />
    </svg>
  );
}
