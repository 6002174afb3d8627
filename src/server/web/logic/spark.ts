/** The last minutes of one metric, for a sparkline: the mean of each step, on a time grid that all sparklines share. */
export interface Spark {
  push(timeMs: number, value: number | undefined): void;
  /** Adds what was measured before; steps with a value keep it. */
  seed(timeMs: readonly number[], values: readonly (number | null)[]): void;
  /** The steps up to the one of `nowMs`, oldest first; NaN where nothing was measured. */
  values(nowMs: number): readonly number[];
  /** The largest of {@link Spark.values}; 0 when there is none. */
  peak(nowMs: number): number;
  /** Adds {@link Spark.values} to sums of as many steps, without those that were not measured. */
  addTo(sums: Float64Array, nowMs: number): void;
}

/** The step of the agent's history, and five minutes of it. */
export const SPARK_STEP_MS = 5_000;
export const SPARK_LENGTH = 60;

const stepOf = (timeMs: number): number => Math.floor(timeMs / SPARK_STEP_MS);

export function createSpark(): Spark {
  const means = new Float32Array(SPARK_LENGTH);
  const counts = new Uint16Array(SPARK_LENGTH);
  /** To which step the value at a place belongs. */
  const steps = new Int32Array(SPARK_LENGTH).fill(-1);
  const at = (step: number): number => {
    const place = step % SPARK_LENGTH;
    return steps[place] === step ? (means[place] ?? NaN) : NaN;
  };
  const add = (step: number, value: number): void => {
    const place = step % SPARK_LENGTH;
    const count = steps[place] === step ? (counts[place] ?? 0) : 0;
    means[place] = count === 0 ? value : ((means[place] ?? 0) * count + value) / (count + 1);
    counts[place] = count + 1;
    steps[place] = step;
  };
  return {
    push(timeMs, value) {
      const step = stepOf(timeMs);
      if (value !== undefined && step >= (steps[step % SPARK_LENGTH] ?? -1)) add(step, value);
    },
    seed(timeMs, values) {
      values.forEach((value, n) => {
        const step = stepOf(timeMs[n] ?? NaN);
        if (value !== null && step > (steps[step % SPARK_LENGTH] ?? -1)) add(step, value);
      });
    },
    values(nowMs) {
      const first = stepOf(nowMs) - SPARK_LENGTH + 1;
      return Array.from({ length: SPARK_LENGTH }, (_, n) => at(first + n));
    },
    peak(nowMs) {
      const end = stepOf(nowMs);
      let peak = 0;
      for (let step = end - SPARK_LENGTH + 1; step <= end; step += 1) {
        const value = at(step);
        if (value > peak) peak = value;
      }
      return peak;
    },
    addTo(sums, nowMs) {
      const first = stepOf(nowMs) - SPARK_LENGTH + 1;
      for (let n = 0; n < SPARK_LENGTH; n += 1) {
        const value = at(first + n);
        if (!Number.isNaN(value)) sums[n] = (sums[n] ?? 0) + value;
      }
    },
  };
}

export interface SparkBox {
  readonly width: number;
  readonly height: number;
  /** The value at the top of the box. */
  readonly top: number;
}

/** The `d` of an SVG path: the newest value at the right edge, interrupted where nothing was measured. */
export function sparkLine(values: readonly number[], { width, height, top }: SparkBox): string {
  const step = width / (values.length - 1);
  let path = '';
  let isDrawing = false;
  values.forEach((value, index) => {
    const isKnown = !Number.isNaN(value);
    if (isKnown) {
      const y = height - 1 - (Math.min(value, top) / top) * (height - 2);
      path += `${isDrawing ? 'L' : 'M'}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
      // A value between two gaps is a dot.
      if (!isDrawing && Number.isNaN(values[index + 1] ?? NaN)) path += 'h0.1';
    }
    isDrawing = isKnown;
  });
  return path;
}

/** The next 1, 2 or 5 times a power of ten: the top of a scale that does not change with every sample. */
export function niceTop(peak: number, least: number): number {
  const value = Math.max(peak, least);
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((factor) => factor * power >= value * (1 - 1e-6)) ?? 10) * power;
}

/** The same for bytes: the next power of two. */
export function niceBytesTop(peak: number, least: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(peak, least)));
}
