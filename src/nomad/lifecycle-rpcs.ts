import { RktError } from '../model/errors.ts';
import { startFailure } from './errors.ts';
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
    // Hosts do not look at `result` and `driver_error_msg`: a start fails by the status of the call alone.
    StartTask: unary(async ({ task }) => {
      if (task === null) throw new RktError('RKT_ERR_TASK_CONFIG', 'StartTask has come without a task');
      const { handle, network } = await driver.startTask(toTaskSpec(task));
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
