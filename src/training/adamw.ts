/** A tensor that learns: its numbers are changed in place. */
export interface Parameter {
  readonly values: Float32Array;
  /** Share of the value taken off a step, times the learning rate; 0 for biases and normalization. */
  readonly weightDecay: number;
}

export interface AdamWState {
  readonly step: number;
  readonly means: readonly Float32Array[];
  readonly variances: readonly Float32Array[];
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Adam with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2), over typed arrays. */
export class AdamW {
  #step = 0;
  readonly #means: readonly Float32Array[];
  readonly #variances: readonly Float32Array[];

  constructor(
    private readonly parameters: readonly Parameter[],
    saved?: AdamWState,
  ) {
    this.#step = saved?.step ?? 0;
    this.#means = parameters.map(({ values }, i) =>
      Float32Array.from(saved?.means[i] ?? new Float32Array(values.length)),
    );
    this.#variances = parameters.map(({ values }, i) =>
      Float32Array.from(saved?.variances[i] ?? new Float32Array(values.length)),
    );
  }

  /** Copies of nothing: the arrays go on changing with the next step. */
  get state(): AdamWState {
    return { step: this.#step, means: this.#means, variances: this.#variances };
  }

  /** @param gradients one a parameter, of its length */
  step(gradients: readonly Float32Array[], learningRate: number): void {
    this.#step += 1;
    const meanScale = 1 / (1 - BETA1 ** this.#step);
    const varianceScale = 1 / (1 - BETA2 ** this.#step);
    this.parameters.forEach(({ values, weightDecay }, p) => {
      const mean = this.#means[p];
      const variance = this.#variances[p];
      const gradient = gradients[p];
      const keep = 1 - learningRate * weightDecay;
      for (let i = 0; i < values.length; i++) {
        const g = gradient[i];
        mean[i] = BETA1 * mean[i] + (1 - BETA1) * g;
        variance[i] = BETA2 * variance[i] + (1 - BETA2) * g * g;
        values[i] =
          keep * values[i] - (learningRate * mean[i] * meanScale) / (Math.sqrt(variance[i] * varianceScale) + EPSILON);
      }
    });
  }
}
