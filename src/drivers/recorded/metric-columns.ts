import { maskGroups, groupMask, GROUP, type GroupMask } from '../../model/field-groups.ts';
import {
  METRICS,
  PRESSURE_KINDS,
  PRESSURE_RESOURCES,
  metricsOf,
  type MetricSection,
} from '../../model/metrics.ts';
import type { TaskResourceUsage } from '../../model/task-stats.ts';

/** One number of a sample. */
export interface MetricColumn {
  /** `cpu.totalNs`, `pressure.io.some.avg10`: what a recording calls it. */
  readonly name: string;
  readonly path: readonly string[];
  /** The metric is part of a sample when one of these groups is requested. */
  readonly groups: GroupMask;
}

/** The source of a sample, as a number. */
const SOURCES: readonly TaskResourceUsage['source'][] = ['cgroup-v1', 'cgroup-v2', 'pidusage'];

/** Columns that are not metrics: the time of the sample less that of its tick, the source, the groups just read. */
const OFFSET = 0;
const SOURCE = 1;
const FRESH = 2;
const PLAIN_COLUMNS = ['offsetMs', 'source', 'fresh'];

const SECTIONS = (Object.keys(METRICS) as MetricSection[]).filter(
  (section) => section !== 'hidden' && section !== 'pressure',
);

/** Every metric of a sample. Those of single processes are not recorded. */
export const METRIC_COLUMNS: readonly MetricColumn[] = [
  ...SECTIONS.flatMap((section) =>
    Object.entries(metricsOf(section)).map(([key, { group }]) => column([section, key], GROUP[group])),
  ),
  ...PRESSURE_RESOURCES.flatMap((resource) =>
    PRESSURE_KINDS.flatMap((kind) =>
      Object.keys(METRICS.pressure).map((key) => column(['pressure', resource, kind, key], GROUP.pressure)),
    ),
  ),
];

/** The names of all columns of a row, in order. */
export const COLUMN_NAMES: readonly string[] = [...PLAIN_COLUMNS, ...METRIC_COLUMNS.map(({ name }) => name)];

export const COLUMN_COUNT = COLUMN_NAMES.length;

/** The place of a column in a row. @throws RangeError for a name that no version has had */
export function columnIndex(name: string): number {
  const index = COLUMN_NAMES.indexOf(name);
  if (index < 0) throw new RangeError(`There is no column ${name}`);
  return index;
}

function column(path: readonly string[], groups: GroupMask): MetricColumn {
  return { name: path.join('.'), path, groups };
}

/** The memory of processes is one number, which belongs to both groups of memory. */
const MEMORY_OF_PROCESSES = GROUP.memory | GROUP.memoryDetail;

type Sections = Readonly<Record<string, unknown>>;

/** Writes a sample into a row; NaN for what was not measured. */
export function putRow(usage: TaskResourceUsage, tickMs: number, row: Float64Array, base: number): void {
  row[base + OFFSET] = usage.timestampMs - tickMs;
  row[base + SOURCE] = SOURCES.indexOf(usage.source);
  row[base + FRESH] = usage.fresh === undefined ? NaN : groupMask(usage.fresh);
  for (let index = 0; index < METRIC_COLUMNS.length; index += 1) {
    const [first = '', second = '', third, fourth] = METRIC_COLUMNS[index]?.path ?? [];
    let value = (usage as unknown as Sections)[first] as Sections | undefined;
    if (third !== undefined && fourth !== undefined) {
      const resource = value?.[second] as Sections | undefined;
      value = resource?.[third] as Sections | undefined;
      row[base + PLAIN_COLUMNS.length + index] = (value?.[fourth] as number | undefined) ?? NaN;
    } else row[base + PLAIN_COLUMNS.length + index] = (value?.[second] as number | undefined) ?? NaN;
  }
}

/** The sample of a row, frozen, with the metrics of these groups. */
export function usageOfRow(
  valueAt: (column: number) => number,
  tickMs: number,
  groups: GroupMask,
): TaskResourceUsage {
  const source = SOURCES[valueAt(SOURCE)] ?? 'cgroup-v1';
  const fresh = valueAt(FRESH);
  const shown =
    source === 'pidusage' && (groups & GROUP.memory) !== 0 ? groups | MEMORY_OF_PROCESSES : groups;
  const usage: Record<string, unknown> = {
    timestampMs: tickMs + valueAt(OFFSET),
    source,
    memory: {},
    cpu: {},
    ...(Number.isNaN(fresh) ? {} : { fresh: maskGroups(fresh & groups) }),
  };
  METRIC_COLUMNS.forEach(({ path, groups: own }, index) => {
    if ((own & shown) === 0) return;
    const value = valueAt(PLAIN_COLUMNS.length + index);
    if (Number.isNaN(value)) return;
    let place = usage;
    for (const key of path.slice(0, -1)) place = (place[key] ??= {}) as Record<string, unknown>;
    place[path.at(-1) ?? ''] = value;
  });
  return deepFrozen(usage) as unknown as TaskResourceUsage;
}

function deepFrozen(value: Record<string, unknown>): Record<string, unknown> {
  for (const part of Object.values(value))
    if (typeof part === 'object' && part !== null) deepFrozen(part as Record<string, unknown>);
  return Object.freeze(value);
}
