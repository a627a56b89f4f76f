import type UPlot from 'uplot';

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
      marks.forEach((mark, place) => {
        if (mark === undefined) return;
        const series = chart.series[place + 1];
        const values = chart.data[place + 1];
        const last = values.findLastIndex((value) => value != null);
        const value = values[last];
        if (value == null) return;
        ctx.fillStyle = typeof series.stroke === 'function' ? String(series.stroke(chart, place + 1)) : 'gray';
        const x = chart.valToPos(chart.data[0][last], 'x', true) + 5 * devicePixelRatio;
        ctx.fillText(mark, x, chart.valToPos(value, 'y', true));
      });
      ctx.restore();
    },
  },
});
