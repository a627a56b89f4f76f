/** How much of a channel's reach moves from the input to the weights; SmoothQuant's own choice. */
const share = 0.5;

/** A channel that never left zero is divided by this share of the median. */
const least = 0.01;

/**
 * What each channel of a linear map's input is divided by before it is rounded, and the weights multiplied by, so that a few
 * channels that reach far do not take all the integers of their row (SmoothQuant, Xiao et al. 2022). The median stays as it is.
 * @param largest how far each channel goes from zero
 */
export function smoothingDivisor(largest: Float32Array): Float32Array {
  const median = largest.toSorted()[largest.length >> 1];
  if (median === 0) return largest.map(() => 1);
  return largest.map((each) => Math.max(each / median, least) ** share);
}
