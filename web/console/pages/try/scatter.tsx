import { useState } from 'react';
import styles from './scatter.module.css';

interface Point {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

export interface GroupedPoint extends Point {
  readonly group: string;
}

interface ScatterProps {
  /** What it shows, in a sentence: read out in its place. */
  readonly label: string;
  /** At most eight, each a colour. */
  readonly groups: readonly string[];
  readonly points: readonly GroupedPoint[];
  /** The point that is meant among the others. */
  readonly marked?: Point;
}

const WIDTH = 640;
const HEIGHT = 340;
const MARGIN = 16;

/** Points in two dimensions at one scale; the text of the one under the pointer stands below. */
export function Scatter({ label, groups, points, marked }: ScatterProps) {
  const [pointed, setPointed] = useState<GroupedPoint>();
  const [group, setGroup] = useState<string>();
  const place = scaleOf(marked ? [...points, marked] : points);
  return (
    <div className={styles.scatter}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {points.map((point, row) => {
          const { x, y } = place(point);
          return (
            <circle
              // biome-ignore lint/suspicious/noArrayIndexKey: a point is its row
              key={row}
              cx={x}
              cy={y}
              r={5}
              className={styles[`series${groups.indexOf(point.group) + 1}`]}
              data-faint={(group !== undefined && group !== point.group) || undefined}
              onPointerEnter={() => setPointed(point)}
            />
          );
        })}
        {marked && <Mark {...place(marked)} />}
      </svg>
      <ul className={styles.legend} aria-label="Colours">
        {groups.map((each, number) => (
          <li key={each}>
            <button
              type="button"
              aria-pressed={group === each}
              onClick={() => setGroup(group === each ? undefined : each)}
            >
              <span className={`${styles.swatch} ${styles[`series${number + 1}`]}`} />
              {each}
            </button>
          </li>
        ))}
        {marked && (
          <li>
            <span className={styles.cross}>✛</span> the text
          </li>
        )}
      </ul>
      <p className={styles.pointed}>{pointed ? `${pointed.text} (${pointed.group})` : 'Point at a row to read it.'}</p>
    </div>
  );
}

function Mark({ x, y }: { readonly x: number; readonly y: number }) {
  return (
    <g className={styles.mark}>
      <circle cx={x} cy={y} r={9} />
      <path d={`M${x - 17} ${y}H${x + 17}M${x} ${y - 17}V${y + 17}`} />
    </g>
  );
}

/** Where points lie in the picture: as large as fits, with the same scale in both directions, so that distances mean something. */
function scaleOf(points: readonly Point[]): (point: Point) => { readonly x: number; readonly y: number } {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.min((WIDTH - 2 * MARGIN) / (right - left || 1), (HEIGHT - 2 * MARGIN) / (high - low || 1));
  return ({ x, y }) => ({
    x: WIDTH / 2 + scale * (x - (left + right) / 2),
    y: HEIGHT / 2 - scale * (y - (low + high) / 2),
  });
}
