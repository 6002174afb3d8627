import { AsyncSubject, BehaviorSubject, type Observable, type SchedulerLike } from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import { unsupportedOp, type DriverOp } from '../../model/driver-ops.ts';
import type { Connection } from '../../model/driver-connection.ts';
import type { Logger } from '../../model/logger.ts';
import { RktError, taskNotFound } from '../../model/rkt-error.ts';
import { toRktError } from '../../model/to-rkt-error.ts';

/** What is wrong with one stream of a host. */
export interface HostFault {
  readonly sinceMs: number;
  readonly reason: string;
}

/** One host of a fleet. */
export interface FleetLink {
  readonly host: string;
  readonly driver: Driver;
  /** By subscription; empty while all streams that are subscribed are as they should be. */
  readonly faults$: BehaviorSubject<ReadonlyMap<object, HostFault>>;
  /** What the driver reports, while anyone watches the hosts; otherwise undefined. */
  readonly connection$: BehaviorSubject<Connection | undefined>;
  /** Emits, and completes, when the host has left the fleet. */
  readonly left$: AsyncSubject<void>;
}

/** What the parts of a fleet share. */
export interface FleetContext {
  /** The hosts at present. */
  readonly links: readonly FleetLink[];
  /** The hosts: immediately, unless they are not known yet, and after every change. Completes when they stay. */
  readonly links$: Observable<readonly FleetLink[]>;
  readonly responseTimeoutMs: number;
  readonly scheduler: SchedulerLike;
  readonly logger: Logger;
}

export function createFleetLink(host: string, driver: Driver): FleetLink {
  const faults$ = new BehaviorSubject<ReadonlyMap<object, HostFault>>(new Map());
  const connection$ = new BehaviorSubject<Connection | undefined>(undefined);
  return { host, driver, faults$, connection$, left$: new AsyncSubject() };
}

/** The id of a task in the fleet. A host has no slash in its name; an id may have some. */
export function fleetId(host: string, id: string): string {
  return `${host}/${id}`;
}

/** A task of a host, by its id on that host. */
export interface HostTask {
  readonly link: FleetLink;
  readonly id: string;
}

/** @throws RKT_ERR_TASK_NOT_FOUND for an id that names no host of the fleet */
export function hostTaskOf({ links }: Pick<FleetContext, 'links'>, taskId: string): HostTask {
  const slash = taskId.indexOf('/');
  const host = taskId.slice(0, Math.max(0, slash));
  const id = taskId.slice(slash + 1);
  const link = links.find((each) => each.host === host);
  if (link === undefined || id === '') throw taskNotFound(taskId);
  return { link, id };
}

/** True when the driver of the host names the op; one whose capabilities cannot be had has none. */
export function hasOp({ driver }: FleetLink, op: DriverOp): boolean {
  try {
    return driver.capabilities().ops.includes(op);
  } catch {
    return false;
  }
}

/** @throws RKT_ERR_UNSUPPORTED where no host has the op, or this one has not */
export function requireOp({ links }: Pick<FleetContext, 'links'>, op: DriverOp, link?: FleetLink): void {
  if (!links.some((each) => hasOp(each, op))) throw unsupportedOp(op, 'fleet');
  if (link !== undefined && !hasOp(link, op))
    throw new RktError('RKT_ERR_UNSUPPORTED', `The driver of host "${link.host}" has no ${op}`);
}

/** An op waits for no host that is known to be lost. @throws RKT_ERR_AGENT_LOST */
export function requireLive({ link: { host, connection$ }, id }: HostTask): void {
  const connection = connection$.value;
  if (connection?.state !== 'stale') return;
  const { sinceMs, reason = 'no reason given' } = connection;
  const what = `host "${host}" is stale since ${new Date(sinceMs).toISOString()}: ${reason}`;
  throw new RktError('RKT_ERR_AGENT_LOST', what, { taskId: fleetId(host, id) });
}

/** The error of a host, with the id that the task has in the fleet. */
export function hostError({ link: { host }, id }: HostTask, error: unknown): RktError {
  const taskId = fleetId(host, id);
  const known = toRktError(error, 'the call');
  if (known.code === 'RKT_ERR_TASK_NOT_FOUND') return taskNotFound(taskId);
  const { code, what, details, recoverable } = known;
  return new RktError(code, `host "${host}": ${what}`, { ...details, taskId, recoverable });
}
