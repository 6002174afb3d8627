import { catchError, defer, throwError, type Observable } from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import type { StartedTask } from '../../index.ts';
import type { DriverOp } from '../../model/driver-ops.ts';
import { RktError } from '../../model/rkt-error.ts';
import {
  fleetId,
  hostError,
  hostTaskOf,
  requireLive,
  requireOp,
  type FleetContext,
  type HostTask,
} from './fleet-link.ts';
import { fleetStatus } from './fleet-values.ts';

/** What is about one task: the host that its id names does it. */
export type RoutedMethods = Pick<
  Driver,
  | 'startTask'
  | 'stopTask'
  | 'restartTask'
  | 'destroyTask'
  | 'signalTask'
  | 'execTask'
  | 'execTaskStreaming'
  | 'recoverTask'
  | 'taskSpec'
  | 'describeTask'
  | 'readTaskLog'
  | 'inspectTask'
  | 'taskStats'
  | 'waitTask'
>;

/** @param untilShutdown rejects when the fleet is shut down before the op has ended */
export function createFleetOps(
  context: FleetContext,
  untilShutdown: <T>(op: () => Promise<T>) => Promise<T>,
): RoutedMethods {
  const look = <T>(taskId: string, call: (task: HostTask) => T): T => {
    const task = hostTaskOf(context, taskId);
    try {
      return call(task);
    } catch (error) {
      throw hostError(task, error);
    }
  };
  const route = <T>(op: DriverOp, taskId: string, call: (driver: Driver, id: string) => Promise<T>) =>
    untilShutdown(async () => {
      requireOp(context, op);
      const task = hostTaskOf(context, taskId);
      requireOp(context, op, task.link);
      requireLive(task);
      return await called(() => call(task.link.driver, task.id), task);
    });
  const stream = <T>(taskId: string, open: (driver: Driver, id: string) => Observable<T>): Observable<T> =>
    defer(() => {
      const task = hostTaskOf(context, taskId);
      return defer(() => open(task.link.driver, task.id)).pipe(
        catchError((error: unknown) => throwError(() => hostError(task, error))),
      );
    });
  return {
    ...startsOf(context, route),
    ...readsOf(route),
    stopTask: (taskId, options) => route('stopTask', taskId, (driver, id) => driver.stopTask(id, options)),
    restartTask: (taskId, options) =>
      route('restartTask', taskId, async (driver, id) =>
        fleetStart(await driver.restartTask(id, options), taskId),
      ),
    destroyTask: (taskId, options) =>
      route('destroyTask', taskId, (driver, id) => driver.destroyTask(id, options)),
    signalTask: (taskId, signal) =>
      route('signalTask', taskId, (driver, id) => driver.signalTask(id, signal)),
    execTask: (taskId, cmd, options) =>
      route('execTask', taskId, (driver, id) => driver.execTask(id, cmd, options)),
    execTaskStreaming: (taskId, options) =>
      route('execTaskStreaming', taskId, (driver, id) => driver.execTaskStreaming(id, options)),
    taskSpec(taskId) {
      requireOp(context, 'taskSpec');
      requireOp(context, 'taskSpec', hostTaskOf(context, taskId).link);
      return look(taskId, ({ link, id }) => ({ ...link.driver.taskSpec(id), id: taskId }));
    },
    inspectTask: (taskId) =>
      look(taskId, ({ link, id }) => {
        const status = fleetStatus(link.driver.inspectTask(id), link);
        if (status.id !== taskId)
          throw new RktError('RKT_ERR_UNEXPECTED', `the status of another task came: "${status.id}"`);
        return status;
      }),
    taskStats: (taskId, options) => stream(taskId, (driver, id) => driver.taskStats(id, options)),
    waitTask: (taskId) => stream(taskId, (driver, id) => driver.waitTask(id)),
  };
}

type Route = <T>(
  op: DriverOp,
  taskId: string,
  call: (driver: Driver, id: string) => Promise<T>,
) => Promise<T>;

function readsOf(route: Route): Pick<Driver, 'describeTask' | 'readTaskLog'> {
  return {
    describeTask: (taskId) =>
      route('describeTask', taskId, async (driver, id) => ({
        ...(await driver.describeTask(id)),
        id: taskId,
      })),
    readTaskLog: (taskId, options) =>
      route('readTaskLog', taskId, (driver, id) => driver.readTaskLog(id, options)),
  };
}

/** The ops that name their task by a specification or a handle. */
function startsOf(context: FleetContext, route: Route): Pick<Driver, 'startTask' | 'recoverTask'> {
  const isOfHost = (id: unknown): id is string =>
    typeof id === 'string' &&
    context.links.some(({ host }) => id.startsWith(`${host}/`) && id.length > host.length + 1);
  const example = (): string => `such as ${fleetId(context.links[0]?.host ?? 'host', 'web')}`;
  return {
    async startTask(task, streams) {
      const taskId: unknown = (task as Partial<typeof task> | undefined)?.id;
      return await route('startTask', String(taskId), async (driver, id) => {
        return fleetStart(await driver.startTask({ ...task, id }, streams), String(taskId));
      }).catch((error: unknown) => {
        if (isOfHost(taskId) || !isUnknownHost(error)) throw error;
        const what = `The id of a task to start names a host of the fleet and the task, ${example()}, not ${String(taskId)}`;
        throw new RktError('RKT_ERR_TASK_CONFIG', what, { cause: error });
      });
    },
    async recoverTask(handle) {
      const spec: { readonly id?: unknown } | undefined = (handle as Partial<typeof handle> | undefined)
        ?.state?.spec;
      await route('recoverTask', String(spec?.id), (driver, id) => {
        const { state } = handle;
        return driver.recoverTask({ ...handle, state: { ...state, spec: { ...state.spec, id } } });
      }).catch((error: unknown) => {
        if (isOfHost(spec?.id) || !isUnknownHost(error)) throw error;
        const what = `The handle is of no task of a host of the fleet, ${example()}`;
        throw new RktError('RKT_ERR_HANDLE', what, { cause: error });
      });
    },
  };
}

/** The handle of a task that a host has started, with its id in the fleet. */
function fleetStart(started: StartedTask, taskId: string): StartedTask {
  const { handle } = started;
  const { state } = handle;
  return { ...started, handle: { ...handle, state: { ...state, spec: { ...state.spec, id: taskId } } } };
}

const isUnknownHost = (error: unknown): boolean =>
  error instanceof RktError && error.code === 'RKT_ERR_TASK_NOT_FOUND';

async function called<T>(call: () => Promise<T>, task: HostTask): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw hostError(task, error);
  }
}
