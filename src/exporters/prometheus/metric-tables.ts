import type { Driver } from '../../driver-interface.ts';
import type { FleetHost } from '../../model/fleet-host.ts';
import { specOf, type Snapshot } from '../snapshot.ts';
import type { TaskCounts } from '../task-counters.ts';
import { CONTAINER_FAMILIES } from './families/container-families.ts';
import { DISK_FAMILIES, HOST_FAMILIES } from './families/host-families.ts';
import {
  APP_FAMILIES,
  POD_FAMILIES,
  POD_INFO_FAMILIES,
  TASK_COUNT_FAMILIES,
} from './families/pod-families.ts';
import {
  BUILD_FAMILIES,
  HOST_STATE_FAMILIES,
  SELF_FAMILIES,
  VERSION_FAMILIES,
} from './families/self-families.ts';
import type { Family } from './family.ts';
import type { LabelOptions } from './label-options.ts';
import type { Labels } from './label-text.ts';
import { createMachineEntries } from './machine-rows.ts';
import type { Page } from './page.ts';
import { appEntries, createTaskEntries, podEntries, podInfoEntries } from './snapshot-rows.ts';
import { createSeriesTable, type Entry, type SeriesTable, type SeriesValue } from './series-table.ts';
import { versionLabels } from './version-labels.ts';

/** All families and their present series. */
export interface MetricTables {
  readonly families: readonly Family<never>[];
  /** Takes over a snapshot. */
  update(snapshot: Snapshot, renderMs: number | undefined): void;
  readonly count: (place: number) => number;
  /** Adds the lines of the family at this index, each with a line break before it. */
  readonly write: (place: number, page: Page) => void;
  readonly values: (place: number) => readonly SeriesValue[];
}

/** Every family that can be exported, in the order in which they are written. */
export const ALL_FAMILIES: readonly Family<never>[] = [
  ...CONTAINER_FAMILIES,
  ...POD_FAMILIES,
  ...POD_INFO_FAMILIES,
  ...APP_FAMILIES,
  ...TASK_COUNT_FAMILIES,
  ...HOST_FAMILIES,
  ...DISK_FAMILIES,
  ...SELF_FAMILIES,
  ...HOST_STATE_FAMILIES,
  ...BUILD_FAMILIES,
  ...VERSION_FAMILIES,
];

/** @param eachTask as in the options of an exporter */
export function createMetricTables(driver: Driver, labels: LabelOptions, eachTask = true): MetricTables {
  const containers = createSeriesTable(CONTAINER_FAMILIES);
  const pods = createSeriesTable(POD_FAMILIES);
  const podInfos = createSeriesTable(POD_INFO_FAMILIES);
  const apps = createSeriesTable(APP_FAMILIES);
  const counters = createSeriesTable(TASK_COUNT_FAMILIES);
  const host = createSeriesTable(HOST_FAMILIES);
  const disks = createSeriesTable(DISK_FAMILIES);
  const self = createSeriesTable(SELF_FAMILIES);
  const hosts = createSeriesTable(HOST_STATE_FAMILIES);
  const build = createSeriesTable(BUILD_FAMILIES);
  const versions = createSeriesTable(VERSION_FAMILIES);
  const tables = [containers, pods, podInfos, apps, counters, host, disks, self, hosts, build, versions];
  const places = tables.flatMap((table) => table.families.map((_, place) => ({ table, place })));
  const taskEntries = createTaskEntries((taskId) => specOf(driver, taskId), labels);
  const ofPlace = <T>(at: number, ask: (table: SeriesTable<never>, place: number) => T): T | undefined => {
    const found = places[at];
    return found === undefined ? undefined : ask(found.table, found.place);
  };
  const machineEntries = createMachineEntries();
  const countEntries = createCountEntries();
  let seen: Pick<Snapshot, 'tasks' | 'pods'> | undefined;

  return {
    families: ALL_FAMILIES,
    update(snapshot, renderMs) {
      if (eachTask) containers.update([...taskEntries(snapshot), ...machineEntries(snapshot.host)]);
      if (eachTask && (seen?.pods !== snapshot.pods || seen.tasks !== snapshot.tasks)) {
        seen = { pods: snapshot.pods, tasks: snapshot.tasks };
        const entries = podEntries(snapshot);
        pods.update(entries);
        podInfos.update(podInfoEntries(entries));
        apps.update(appEntries(snapshot));
      }
      if (eachTask) counters.update(countEntries(snapshot.counters));
      host.update(snapshot.host === undefined ? [] : [only(snapshot.host)]);
      disks.update(diskEntries(snapshot.host));
      self.update([only({ snapshot, renderMs })]);
      hosts.update(hostEntries(snapshot.hosts));
      build.update([buildEntry(driver, snapshot)]);
      versions.update([only(undefined, versionLabels(driver.pluginInfo().pluginVersion))]);
    },
    count: (at) => ofPlace(at, (table, place) => table.count(place)) ?? 0,
    write: (at, page) => ofPlace(at, (table, place) => table.write(place, page)),
    values: (at) => ofPlace(at, (table, place) => table.values(place)) ?? [],
  };
}

const NO_LABELS: Labels = {};

function only<Row>(row: Row, labels = NO_LABELS): Entry<Row> {
  return { key: '', labels, row };
}

/** The counts of a task stay the same object while they are kept, and so does their entry. */
function createCountEntries(): (counters: Iterable<TaskCounts>) => readonly Entry<TaskCounts>[] {
  const entries = new WeakMap<TaskCounts, Entry<TaskCounts>>();
  const entryOf = (row: TaskCounts): Entry<TaskCounts> => {
    const { task, job, taskGroup, host } = row;
    const labels = { task, host, job, task_group: taskGroup };
    return { key: JSON.stringify([host, job, taskGroup, task]), labels, row };
  };
  return (counters) =>
    Array.from(counters, (row) => {
      const entry = entries.get(row) ?? entryOf(row);
      entries.set(row, entry);
      return entry;
    });
}

function hostEntries(hosts: Snapshot['hosts']): readonly Entry<FleetHost>[] {
  return hosts.map((row) => ({ key: row.host, labels: { host: row.host }, row }));
}

function diskEntries(
  host: Snapshot['host'],
): readonly Entry<NonNullable<Snapshot['host']>['disks'][number]>[] {
  // A directory can be mounted over; the last one is what is seen.
  const disks = new Map((host?.disks ?? []).map((disk) => [disk.mount, disk]));
  return [...disks].map(([mount, row]) => ({ key: mount, labels: { mountpoint: mount }, row }));
}

function buildEntry(driver: Driver, { fingerprint }: Snapshot): Entry<unknown> {
  const word = (name: string): string | undefined => {
    const value = fingerprint?.attributes[`driver.rkt.${name}`];
    return value === undefined ? undefined : String(value);
  };
  const labels = {
    version: driver.pluginInfo().pluginVersion,
    node_version: process.version,
    runtime: word('runtime'),
    rkt_version: word('version'),
    cgroup: word('cgroup.version'),
  };
  return only(undefined, labels);
}
