import type { Driver } from '../driver-interface.ts';
import { RktError, isRktError } from '../model/rkt-error.ts';
import type { TaskSpecInput } from '../model/task-spec.ts';
import { startFailure } from './to-grpc-error.ts';
import type { DriverHandlers } from './generated/hashicorp/nomad/plugins/drivers/proto/Driver.ts';
import { fromWireHandle, toWireHandle } from './handle.ts';
import type { RpcContext } from './rpc-context.ts';
import { durationMs } from './times.ts';
import { toNetworkOverride } from './to-status.ts';
import { toTaskSpec } from './to-task-spec.ts';
import { unary } from './unary.ts';

type LifecycleRpcs = Pick<DriverHandlers, 'StartTask' | 'RecoverTask' | 'StopTask' | 'DestroyTask'>;

/** From the start of a task to its removal. */
export function lifecycleRpcs({ driver }: RpcContext): LifecycleRpcs {
  return {
    // Hosts ignore `result` and `driver_error_msg`: a start fails only by the status of the call.
    StartTask: unary(async ({ task }) => {
      if (task === null) throw new RktError('RKT_ERR_TASK_CONFIG', 'StartTask has come without a task');
      const { handle, network } = await startOnce(driver, toTaskSpec(task));
      return {
        result: 'SUCCESS',
        handle: toWireHandle(task, handle),
        ...(network && { network_override: toNetworkOverride(network) }),
      };
    }, startFailure),
    RecoverTask: unary(async ({ handle }) => {
      await driver.recoverTask(fromWireHandle(handle));
      return {};
    }),
    StopTask: unary(async ({ task_id, timeout, signal }) => {
      const timeoutMs = durationMs(timeout);
      await driver.stopTask(task_id, { signal, ...(timeoutMs !== undefined && { timeoutMs }) });
      return {};
    }),
    DestroyTask: unary(async ({ task_id, force }) => {
      await driver.destroyTask(task_id, { force });
      return {};
    }),
  };
}

/**
 * Starts a task. Hosts give every start a unique id, so an existing, unrecovered start with this id belongs to a call
 * whose response was lost with an earlier plugin: it is removed, and the host gets its task.
 */
async function startOnce(driver: Driver, spec: TaskSpecInput): ReturnType<Driver['startTask']> {
  try {
    return await driver.startTask(spec);
  } catch (error) {
    if (!isRktError(error, 'RKT_ERR_TASK_EXISTS') || isKnown(driver, spec.id)) throw error;
    await driver.destroyTask(spec.id, { force: true });
    return driver.startTask(spec);
  }
}

function isKnown(driver: Driver, taskId: string): boolean {
  try {
    return driver.inspectTask(taskId).id === taskId;
  } catch {
    return false;
  }
}
