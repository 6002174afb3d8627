/** `unknown` is for counters whose established name is not that of a counter. */
export type MetricType = 'counter' | 'gauge' | 'info' | 'summary' | 'unknown';

export type Unit = 'seconds' | 'bytes' | 'ratio';

/** One of the series that each row has in a family. */
export interface Series<Row> {
  /** Besides those of the row. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Of a summary: which of its samples this is. */
  readonly suffix?: '_sum' | '_count';
  /** In the base unit; undefined or NaN is not measured, and then there is no such series. */
  readonly value: (row: Row) => number | undefined;
}

/** One metric with all its series. */
export interface Family<Row> {
  /** As queries write it: with the `_total` of counters and the `_info` of infos. */
  readonly name: string;
  readonly type: MetricType;
  readonly unit?: Unit;
  readonly help: string;
  /** The source of the metric in the driver, for the documentation. */
  readonly source: string;
  readonly series: readonly Series<Row>[];
}

/** What is said of a family, and the labels of its only series. */
interface About extends Pick<Family<never>, 'help' | 'source' | 'unit'> {
  readonly labels?: Readonly<Record<string, string>>;
}

/** A family with one series a row. */
export function family<Row>(
  name: string,
  type: MetricType,
  { help, source, unit, labels = {} }: About,
  value: Series<Row>['value'],
): Family<Row> {
  const series = [{ labels, value }];
  return { name, type, help, source, series, ...(unit === undefined ? {} : { unit }) };
}

/** How metrics are written: the classic text, or OpenMetrics. */
export type TextFormat = 'text' | 'openmetrics';

/** The name without what the type adds to it, as OpenMetrics declares it. */
function bareName({ name, type }: Family<never>): string {
  if (type === 'counter') return name.replace(/_total$/, '');
  return type === 'info' ? name.replace(/_info$/, '') : name;
}

const TEXT_TYPES: Readonly<Record<MetricType, string>> = {
  counter: 'counter',
  gauge: 'gauge',
  info: 'gauge',
  summary: 'summary',
  unknown: 'untyped',
};

/** The header above the series of a family, without the last line break. */
export function headerText(metric: Family<never>, format: TextFormat): string {
  const { name, type, help, unit } = metric;
  if (format === 'text') return `# HELP ${name} ${help}\n# TYPE ${name} ${TEXT_TYPES[type]}`;
  const bare = bareName(metric);
  const unitLine = unit !== undefined && bare.endsWith(`_${unit}`) ? `# UNIT ${bare} ${unit}\n` : '';
  return `# TYPE ${bare} ${type}\n${unitLine}# HELP ${bare} ${help}`;
}
