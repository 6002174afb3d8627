/** The last values of one metric, for a sparkline. */
export interface Spark {
  push(value: number | undefined): void;
  /** Oldest first; NaN where nothing was measured. */
  values(): readonly number[];
  last(): number | undefined;
}

/** A minute at one sample a second. */
export const SPARK_LENGTH = 60;

export function createSpark(length = SPARK_LENGTH): Spark {
  const ring = new Float32Array(length).fill(NaN);
  let count = 0;
  return {
    push(value) {
      ring[count % length] = value ?? NaN;
      count += 1;
    },
    values() {
      const kept = Math.min(count, length);
      return Array.from({ length: kept }, (_, n) => ring[(count - kept + n) % length] ?? NaN);
    },
    last() {
      const value = count === 0 ? NaN : (ring[(count - 1) % length] ?? NaN);
      return Number.isNaN(value) ? undefined : value;
    },
  };
}

export interface SparkBox {
  readonly width: number;
  readonly height: number;
  /** The minimum value of the top of the box: a flat line of noise must not look like a peak. */
  readonly least: number;
  readonly length?: number;
}

/** The `d` of an SVG path: the newest value at the right edge, interrupted where nothing was measured. */
export function sparkLine(values: readonly number[], box: SparkBox): string {
  const { width, height, length = SPARK_LENGTH } = box;
  const top = Math.max(box.least, ...values.filter((value) => !Number.isNaN(value))) * 1.05;
  const step = width / (length - 1);
  let path = '';
  let isDrawing = false;
  values.forEach((value, index) => {
    if (Number.isNaN(value)) {
      isDrawing = false;
      return;
    }
    const x = width - (values.length - 1 - index) * step;
    const y = height - 1 - (value / top) * (height - 2);
    path += `${isDrawing ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    isDrawing = true;
  });
  return path;
}
