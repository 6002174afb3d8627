import { GROUP, groupMask, type GroupMask } from '../../../model/field-groups.ts';
import {
  METRICS,
  PRESSURE_KINDS,
  PRESSURE_RESOURCES,
  type MetricSection,
  type SectionStats,
} from '../../../model/metrics.ts';
import type {
  CpuStats,
  DiskStats,
  IoStats,
  MemoryStats,
  NetworkStats,
  PidsStats,
  PressureValues,
  PressureStall,
  PressureStats,
  ProcessStates,
} from '../../../model/task-stats.ts';
import { COLUMN, PRESSURE_COLUMN, type Row } from './cgroup-row.ts';

/** Converts the row of a task to the sections of a sample. A metric that was not measured gets no key. */

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Entry {
  readonly key: string;
  readonly column: number;
  readonly groups: GroupMask;
}

function entriesOf(section: MetricSection, columns: Readonly<Record<string, number>>): readonly Entry[] {
  return Object.entries(METRICS[section]).map(([key, { group }]) => ({
    key,
    column: columns[key] as number,
    groups: groupMask([group]),
  }));
}

const CPU = entriesOf('cpu', COLUMN.cpu);
const MEMORY = entriesOf('memory', COLUMN.memory);
const IO = entriesOf('io', COLUMN.io);
const PIDS = entriesOf('pidCount', COLUMN.pidCount);
const NETWORK = entriesOf('network', COLUMN.network);
const DISK = entriesOf('disk', COLUMN.disk);
const PROCESS_STATES = entriesOf('processStates', COLUMN.processStates);
const PRESSURE = PRESSURE_RESOURCES.map((resource) => ({
  resource,
  kinds: PRESSURE_KINDS.map((kind) => ({
    kind,
    entries: entriesOf('pressure', PRESSURE_COLUMN[resource][kind]),
  })),
}));

/** The CPU counters of a row for the requested groups. */
export function cpuCounters(row: Row, groups: GroupMask): Mutable<CpuStats> {
  return read<'cpu'>(CPU, row, groups);
}

/** The memory metrics of a row for the requested groups. */
export function memoryStats(row: Row, groups: GroupMask): MemoryStats {
  const memory = read<'memory'>(MEMORY, row, groups);
  if ((groups & GROUP.memoryDetail) !== 0) {
    const { page, base } = row;
    const usage = page[base + COLUMN.memory.usageBytes] as number;
    const inactive = page[base + COLUMN.hidden.inactiveFileBytes] as number;
    if (usage >= 0 && inactive >= 0) memory.workingSetBytes = Math.max(0, usage - inactive);
  }
  return memory;
}

export function ioCounters(row: Row): Mutable<IoStats> | undefined {
  return unlessEmpty(read<'io'>(IO, row, GROUP.io));
}

export function networkCounters(row: Row): Mutable<NetworkStats> | undefined {
  return unlessEmpty(read<'network'>(NETWORK, row, GROUP.network));
}

export function diskStats(row: Row): DiskStats | undefined {
  return unlessEmpty(read<'disk'>(DISK, row, GROUP.disk));
}

export function processStates(row: Row): ProcessStates | undefined {
  return unlessEmpty(read<'processStates'>(PROCESS_STATES, row, GROUP.processes));
}

export function pidsStats(row: Row): PidsStats | undefined {
  return unlessEmpty(read<'pidCount'>(PIDS, row, GROUP.pids));
}

/** The pressure of those resources that the kernel reports; frozen. */
export function pressureStats(row: Row): PressureStats | undefined {
  const pressure: Mutable<PressureStats> = {};
  for (const { resource, kinds } of PRESSURE) {
    const values: Mutable<PressureValues> = {};
    for (const { kind, entries } of kinds) {
      const stall: PressureStall | undefined = unlessEmpty(read<'pressure'>(entries, row, GROUP.pressure));
      if (stall !== undefined) values[kind] = Object.freeze(stall);
    }
    if (unlessEmpty(values) !== undefined) pressure[resource] = Object.freeze(values);
  }
  return Object.freeze(unlessEmpty(pressure));
}

/** A measured value equals itself, NaN does not. */
function read<Section extends MetricSection>(
  entries: readonly Entry[],
  { page, base }: Row,
  groups: GroupMask,
): Mutable<SectionStats<Section>> {
  const stats: Record<string, number> = {};
  for (const entry of entries) {
    if ((groups & entry.groups) === 0) continue;
    const value = page[base + entry.column] as number;
    if (value >= 0) stats[entry.key] = value;
  }
  return stats as Mutable<SectionStats<Section>>;
}

function unlessEmpty<T extends object>(stats: T): T | undefined {
  for (const _ in stats) return stats;
  return undefined;
}
