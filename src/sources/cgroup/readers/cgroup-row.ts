import { groupMask, type GroupMask } from '../../../model/field-groups.ts';
import { METRICS, PRESSURE_KINDS, PRESSURE_RESOURCES, type MetricSection } from '../../../model/metrics.ts';

/**
 * The numbers of a task are in a row: `page[base + column]`, NaN for what was not measured. A narrow row ends with the
 * columns of CPU and memory, which nearly every subscriber requests; see {@link WIDE_GROUPS}.
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

const narrow = {
  cpu: columnsOf('cpu'),
  memory: columnsOf('memory'),
  hidden: columnsOf('hidden'),
} as const;

/** The length of a row for tasks of which only CPU and memory are requested. */
export const NARROW_ROW_LENGTH = next;

const wide = {
  io: columnsOf('io'),
  pidCount: columnsOf('pidCount'),
  network: columnsOf('network'),
  disk: columnsOf('disk'),
  processStates: columnsOf('processStates'),
} as const;

/** The column of each metric. */
export const COLUMN = { ...narrow, ...wide };

/** The groups with columns beyond a narrow row. */
export const WIDE_GROUPS: GroupMask = groupMask(
  [...(Object.keys(wide) as (keyof typeof wide)[]), 'pressure' as const].flatMap((section) =>
    Object.values(METRICS[section]).map(({ group }) => group),
  ),
);

type PressureColumns = Readonly<Record<(typeof PRESSURE_KINDS)[number], Columns<'pressure'>>>;

function pressureColumns(): PressureColumns {
  return Object.fromEntries(PRESSURE_KINDS.map((kind) => [kind, columnsOf('pressure')])) as PressureColumns;
}

/** The columns of pressure, by resource and by `some` and `full`. */
export const PRESSURE_COLUMN = Object.fromEntries(
  PRESSURE_RESOURCES.map((resource) => [resource, pressureColumns()]),
) as Readonly<Record<(typeof PRESSURE_RESOURCES)[number], PressureColumns>>;

export const ROW_LENGTH = next;
