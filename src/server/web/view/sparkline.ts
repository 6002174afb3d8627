import { sparkLine, type Spark } from '../logic/spark.ts';
import { setAttribute, svg } from './dom.ts';

/** A small line without axes; the values are beside it. */
export interface Sparkline {
  readonly element: SVGSVGElement;
  update(spark: Spark): void;
}

export function sparkline(kind: 'cpu' | 'memory', least: number, width = 76, height = 20): Sparkline {
  const path = svg('path');
  const element = svg(
    'svg',
    {
      class: `spark ${kind}`,
      width: String(width),
      height: String(height),
      viewBox: `0 0 ${width} ${height}`,
      'aria-hidden': 'true',
    },
    path,
  );
  return {
    element,
    update: (spark) => setAttribute(path, 'd', sparkLine(spark.values(), { width, height, least })),
  };
}
