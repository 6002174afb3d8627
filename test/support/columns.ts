import { COLUMN, PRESSURE_COLUMN } from '../../src/sources/cgroup/readers/cgroup-row.ts';

const { current, peak, limit } = COLUMN.pidCount;

/** The columns of a row by the keys of their metrics, where a test sets or reads some of them by name. */
export const COLUMNS = {
  ...COLUMN.cpu,
  ...COLUMN.memory,
  ...COLUMN.io,
  ...COLUMN.network,
  ...COLUMN.hidden,
  pidsCurrent: current,
  pidsPeak: peak,
  pidsLimit: limit,
  /** The first of eight each. */
  cpuPressure: PRESSURE_COLUMN.cpu.some.avg10,
  memoryPressure: PRESSURE_COLUMN.memory.some.avg10,
  ioPressure: PRESSURE_COLUMN.io.some.avg10,
} as const;

export type ColumnName = keyof typeof COLUMNS;
