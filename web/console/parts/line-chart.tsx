import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import { colourOf } from '../theme/colours';
import { onColoursChanged } from '../theme/theme';
import styles from './line-chart.module.css';
import { lineMarks } from './line-marks';

/** A line: its values at the chart's `x`, null where there is none. */
export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** Which of the eight series colours, from 1; by its place when absent. */
  readonly colour?: number;
  /** Dashed lines stand beside a full one of the same colour: training beside validation. */
  readonly dashed?: boolean;
  /** A letter at its end, which its name should begin with: tells many lines apart without colour. */
  readonly mark?: string;
}

interface LineChartProps {
  /** What the chart shows, in a sentence: read out in its place. */
  readonly label: string;
  readonly x: readonly number[];
  readonly xTitle: string;
  readonly lines: readonly Line[];
  /** Of the y axis; by the values when absent. */
  readonly range?: readonly [low: number, high: number];
  /** How values are written. */
  readonly written?: (value: number) => string;
  /** In pixels. */
  readonly height?: number;
}

/** Lines over a shared x axis, with a legend that tells the values under the pointer; grows with new values. */
export function LineChart(props: LineChartProps) {
  const { label, x, lines, height = 220 } = props;
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot>(undefined);
  const shape = JSON.stringify([props.xTitle, props.range, height, lines.map((line) => ({ ...line, values: 0 }))]);
  const latest = useRef(props);
  latest.current = props;

  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew when its shape changes; values alone are set below
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const draw = () => {
      chart.current?.destroy();
      chart.current = new UPlot(optionsOf(latest.current, element.clientWidth), dataOf(latest.current), element);
    };
    draw();
    const resizing = new ResizeObserver(() => {
      if (element.clientWidth > 0) chart.current?.setSize({ width: element.clientWidth, height });
    });
    resizing.observe(element);
    const unlisten = onColoursChanged(draw);
    return () => {
      unlisten();
      resizing.disconnect();
      chart.current?.destroy();
      chart.current = undefined;
    };
  }, [shape]);

  useEffect(() => {
    chart.current?.setData(dataOf({ x, lines }));
  }, [x, lines]);

  return <div ref={place} className={styles.chart} role="img" aria-label={label} />;
}

/** Distances between two marks of the x axis. */
const WHOLE_STEPS = [1, 2, 5].flatMap((step) => [step, 10 * step, 100 * step, 1000 * step]).sort((a, b) => a - b);

/** What the legend tells while nobody points at the chart. */
const newest = (values: UPlot.AlignedData[number]): number | null =>
  Array.from(values).findLast((value) => value != null) ?? null;

const shown = (value: number | null, written: (value: number) => string): string =>
  value === null ? '–' : written(value);

const dataOf = ({ x, lines }: Pick<LineChartProps, 'x' | 'lines'>): UPlot.AlignedData => [
  [...x],
  ...lines.map(({ values }) => [...values]),
];

function optionsOf(props: LineChartProps, width: number): UPlot.Options {
  const { lines, xTitle, range, written = (value) => value.toPrecision(3), height = 220 } = props;
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const axis: UPlot.Axis = {
    stroke: colourOf('--text-quiet'),
    font,
    labelFont: font,
    grid: { stroke: colourOf('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    scales: { x: { time: false }, ...(range && { y: { range: [...range] } }) },
    axes: [
      // Epochs and the like: there is nothing at half an epoch.
      { ...axis, incrs: WHOLE_STEPS, label: xTitle, labelSize: 18, size: 28, grid: { show: false } },
      { ...axis, size: 56, values: (_, ticks) => ticks.map(written) },
    ],
    plugins: [lineMarks(lines.map(({ mark }) => mark))],
    padding: [null, lines.some(({ mark }) => mark) ? 34 : null, null, null],
    legend: { markers: { dash: (_, series) => (series > 0 && lines[series - 1].dashed ? 'dashed' : 'solid') } },
    cursor: { points: { size: 6 }, drag: { x: false, y: false } },
    series: [
      { label: xTitle, value: (chart, value: number | null) => String(value ?? chart.data[0].at(-1) ?? '') },
      ...lines.map(({ name, values, colour, dashed }, place) => ({
        label: name,
        stroke: colourOf(`--series-${colour ?? (place % 8) + 1}`),
        width: 1.75,
        ...(dashed && { dash: [5, 4] }),
        points: { show: values.length < 2 },
        value: (chart: UPlot, value: number | null, series: number, at: number | null) =>
          shown(at === null ? newest(chart.data[series]) : value, written),
      })),
    ],
  };
}
