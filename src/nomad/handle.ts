import { z } from 'zod';

import { RktError } from '../model/rkt-error.ts';
import { parseWith } from '../model/parse.ts';
import { taskHandleSchema, type TaskHandle } from '../model/task-state.ts';
import type { TaskConfig__Output } from './generated/hashicorp/nomad/plugins/drivers/proto/TaskConfig.ts';
import type {
  TaskHandle as WireHandle,
  TaskHandle__Output as WireHandleOutput,
} from './generated/hashicorp/nomad/plugins/drivers/proto/TaskHandle.ts';
import { decodeBytes, encodeMsgpack } from './msgpack.ts';

/** The version of what is in `driver_state`. 0 is what hosts made of tasks from before Nomad 0.9. */
export const WIRE_HANDLE_VERSION = 1;

/** Only `Handle` is used; the rest is for readers who know the original driver. */
const driverStateSchema = z.object({ Handle: taskHandleSchema });

/**
 * The handle of a task that the host keeps. After a restart of the agent it comes back without the task's `config`
 * block, so `driver_state` contains everything that recovery needs.
 */
export function toWireHandle(task: TaskConfig__Output, handle: TaskHandle): WireHandle {
  const { podId, process, startedAtMs } = handle.state;
  return {
    version: WIRE_HANDLE_VERSION,
    config: task,
    state: 'RUNNING',
    driver_state: encodeMsgpack({
      // There is no helper process between the plugin and the task.
      ReattachConfig: null,
      TaskConfig: { ID: task.id, Name: task.name, AllocID: task.alloc_id, JobName: task.job_name },
      Pid: process.pid,
      StartedAt: new Date(startedAtMs),
      UUID: podId,
      Handle: handle,
    }),
  };
}

/**
 * The driver handle inside the one that the host returns.
 *
 * @throws {@link RktError} RKT_ERR_HANDLE for one that is missing, of a version that is not known, of another task, or
 * cannot be read
 */
export function fromWireHandle(wire: WireHandleOutput | null): TaskHandle {
  if (wire === null) throw new RktError('RKT_ERR_HANDLE', 'A task cannot be recovered without its handle');
  if (wire.version !== WIRE_HANDLE_VERSION) {
    const known = `version ${WIRE_HANDLE_VERSION} is known`;
    throw new RktError('RKT_ERR_HANDLE', `The handle has the version ${wire.version}, and only ${known}`);
  }
  const state = decodeBytes(wire.driver_state, 'driver_state', 'RKT_ERR_HANDLE');
  const { Handle: handle } = parseWith(driverStateSchema, state, {
    what: 'driver_state',
    code: 'RKT_ERR_HANDLE',
  });
  const asked = wire.config?.id ?? '';
  if (asked !== '' && asked !== handle.state.spec.id) {
    throw new RktError(
      'RKT_ERR_HANDLE',
      `The handle of "${asked}" contains the state of "${handle.state.spec.id}"`,
    );
  }
  return handle;
}
