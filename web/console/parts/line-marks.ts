import type UPlot from 'uplot';

/** About the width and height of a letter, in pixels. */
const LETTER = 10;

/**
 * Writes a letter at the end of each line that has one, so that lines are told apart without their colours.
 * @param marks one a series, the x axis left out
 */
export const lineMarks = (marks: readonly (string | undefined)[]): UPlot.Plugin => ({
  hooks: {
    draw(chart) {
      const { ctx } = chart;
      ctx.save();
      ctx.font = `600 ${12 * devicePixelRatio}px ${getComputedStyle(document.body).fontFamily}`;
      ctx.textBaseline = 'middle';
      ctx.textAlign = 'left';
      const drawn: { readonly x: number; readonly y: number }[] = [];
      marks.forEach((mark, place) => {
        if (mark === undefined) return;
        const series = chart.series[place + 1];
        const values = chart.data[place + 1];
        const last = values.findLastIndex((value) => value != null);
        const value = values[last];
        if (value == null) return;
        ctx.fillStyle = typeof series.stroke === 'function' ? String(series.stroke(chart, place + 1)) : 'gray';
        const y = chart.valToPos(value, 'y', true);
        let x = chart.valToPos(chart.data[0][last], 'x', true) + 5 * devicePixelRatio;
        // Lines that end in one place have their letters beside each other.
        while (drawn.some((other) => Math.hypot(other.x - x, other.y - y) < LETTER * devicePixelRatio))
          x += LETTER * devicePixelRatio;
        drawn.push({ x, y });
        ctx.fillText(mark, x, y);
      });
      ctx.restore();
    },
  },
});
