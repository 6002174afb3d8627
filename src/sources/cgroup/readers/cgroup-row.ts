import { METRICS, PRESSURE_KINDS, PRESSURE_RESOURCES, type MetricSection } from '../../../model/metrics.ts';

/**
 * The numbers of a task are in a row: `page[base + column]`, NaN for what was not measured. The columns follow the
 * order of {@link METRICS}; the names contain the units.
 */
export interface Row {
  readonly page: Float64Array;
  readonly base: number;
}

type Columns<Section extends MetricSection> = {
  readonly [Key in keyof (typeof METRICS)[Section]]: number;
};

let next = 0;

function columnsOf<Section extends MetricSection>(section: Section): Columns<Section> {
  const entries = Object.keys(METRICS[section]).map((key) => [key, next++] as const);
  return Object.fromEntries(entries) as Columns<Section>;
}

/** The column of each metric. */
export const COLUMN = {
  cpu: columnsOf('cpu'),
  memory: columnsOf('memory'),
  io: columnsOf('io'),
  pidCount: columnsOf('pidCount'),
  network: columnsOf('network'),
  disk: columnsOf('disk'),
  processStates: columnsOf('processStates'),
  hidden: columnsOf('hidden'),
} as const;

type PressureColumns = Readonly<Record<(typeof PRESSURE_KINDS)[number], Columns<'pressure'>>>;

function pressureColumns(): PressureColumns {
  return Object.fromEntries(PRESSURE_KINDS.map((kind) => [kind, columnsOf('pressure')])) as PressureColumns;
}

/** The columns of pressure, by resource and by `some` and `full`. */
export const PRESSURE_COLUMN = Object.fromEntries(
  PRESSURE_RESOURCES.map((resource) => [resource, pressureColumns()]),
) as Readonly<Record<(typeof PRESSURE_RESOURCES)[number], PressureColumns>>;

export const ROW_LENGTH = next;
