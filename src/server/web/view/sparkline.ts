import { sparkLine, type Spark } from '../logic/spark.ts';
import { setAttribute, svg } from './dom.ts';

/** A small line without axes, as wide as its column; the values are beside it. */
export interface Sparkline {
  readonly element: SVGSVGElement;
  /** `top` is the value at the upper edge: the same for all lines that are compared. */
  update(spark: Spark, nowMs: number, top: number): void;
}

const WIDTH = 100;
const HEIGHT = 22;

export function sparkline(kind: 'cpu' | 'memory'): Sparkline {
  const path = svg('path');
  const element = svg(
    'svg',
    {
      class: `spark ${kind}`,
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    path,
  );
  return {
    element,
    update: (spark, nowMs, top) =>
      setAttribute(path, 'd', sparkLine(spark.values(nowMs), { width: WIDTH, height: HEIGHT, top })),
  };
}
