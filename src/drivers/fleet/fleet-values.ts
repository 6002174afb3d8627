import { RktError } from '../../model/rkt-error.ts';
import type { Driver } from '../../driver-interface.ts';
import type { Fingerprint } from '../../model/fingerprint.ts';
import type { HostStats } from '../../model/host-stats.ts';
import type { Pod } from '../../model/pod.ts';
import type { TaskEvent } from '../../model/task-event.ts';
import type { TaskStatsSample } from '../../model/task-stats.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import { fleetId, type FleetLink } from './fleet-link.ts';

/** As `recoverTasks` returns it. */
export type Recovery = Awaited<ReturnType<Driver['recoverTasks']>>;

/** Statuses, by those that the host has emitted: one that has not changed stays the same object. */
const converted = new WeakMap<TaskStatus, { readonly host: string; readonly status: TaskStatus }>();

/** The status of a task of a host, with its id in the fleet. */
export function fleetStatus(status: TaskStatus, { host }: FleetLink): TaskStatus {
  const known = converted.get(status);
  if (known?.host === host) return known.status;
  const own = Object.freeze({ ...status, id: checkedId(host, status.id), host: hostOf(host, status.host) });
  converted.set(status, { host, status: own });
  return own;
}

export function fleetStatuses(statuses: readonly TaskStatus[], link: FleetLink): readonly TaskStatus[] {
  const tasks = statuses.map((status) => fleetStatus(status, link));
  if (new Set(tasks.map(({ id }) => id)).size !== tasks.length) throw lie('two tasks have the same id');
  return tasks;
}

/** The ids of the event and of its task begin with the host. */
export function fleetEvent(event: TaskEvent, { host }: FleetLink): TaskEvent {
  return Object.freeze({ ...event, id: checkedId(host, event.id), taskId: checkedId(host, event.taskId) });
}

export function fleetSamples(
  samples: readonly TaskStatsSample[],
  { host }: FleetLink,
): readonly TaskStatsSample[] {
  return samples.map(({ taskId, usage }) =>
    Object.freeze({ taskId: checkedId(host, taskId), usage: checkedUsage(usage) }),
  );
}

/** So much as everything that shows a sample relies on. */
function checkedUsage(usage: TaskStatsSample['usage'] | undefined): TaskStatsSample['usage'] {
  if (
    typeof usage?.timestampMs !== 'number' ||
    typeof usage.cpu !== 'object' ||
    typeof usage.memory !== 'object'
  )
    throw lie('a sample has no time, CPU or memory');
  return usage;
}

/** Pods keep their UUID, by which tasks name them, and say which host they are on. */
export function fleetPods(pods: readonly Pod[], { host }: FleetLink): readonly Pod[] {
  return pods.map((pod) => Object.freeze({ ...pod, host: hostOf(host, pod['host']) }));
}

/** Ids begin with the host; a failure names it. */
export function fleetRecovery({ recovered, undone, failures }: Recovery, { host }: FleetLink): Recovery {
  return Object.freeze({
    recovered: recovered.map((id) => checkedId(host, id)),
    undone: undone.map((id) => checkedId(host, id)),
    failures: failures.map(({ file, error }) => ({ file: `${host}: ${file}`, error })),
  });
}

/** So much as the fleet relies on. */
export function checkedFingerprint(print: Fingerprint): Fingerprint {
  if (typeof print.health !== 'string' || typeof print.attributes !== 'object')
    throw lie('a value has no health');
  return print;
}

export function checkedHostStats(stats: HostStats): HostStats {
  if (!Number.isFinite(stats.cpu.cores) || !Array.isArray(stats.disks))
    throw lie('a value has no cores or disks');
  return stats;
}

/** A fleet of fleets has hosts such as `rack-1/node-1`. */
function hostOf(host: string, inner: unknown): string {
  return typeof inner === 'string' ? fleetId(host, inner) : host;
}

function checkedId(host: string, id: unknown): string {
  if (typeof id !== 'string' || id === '') throw lie('a value has no id');
  return fleetId(host, id);
}

/** A driver has emitted what no driver may. */
function lie(what: string): RktError {
  return new RktError('RKT_ERR_UNEXPECTED', what);
}
