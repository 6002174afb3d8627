import { NEVER, catchError, firstValueFrom, fromEvent, map, takeUntil, throwError } from 'rxjs';

import { isRktError } from '../model/rkt-error.ts';
import type { DriverHandlers } from './generated/hashicorp/nomad/plugins/drivers/proto/Driver.ts';
import type { WaitTaskResponse } from './generated/hashicorp/nomad/plugins/drivers/proto/WaitTaskResponse.ts';
import type { RpcContext } from './rpc-context.ts';
import { LONGEST_MS, durationMs } from './times.ts';
import { toInspectResponse, toWaitResponse } from './to-status.ts';
import { unary } from './unary.ts';

/** The host has no field for it. */
const CUT = 'rkt-streams: the output was cut after 16 MiB';

type TaskRpcs = Pick<DriverHandlers, 'WaitTask' | 'InspectTask' | 'SignalTask' | 'ExecTask'>;

/** The calls about an existing task. */
export function taskRpcs({ driver }: RpcContext): TaskRpcs {
  return {
    // Many calls can wait for one task, and each stays open until the task exits or the host cancels it.
    WaitTask: unary(({ task_id }, signal) => {
      // A response would mean that the task has exited: a plugin that is shut down sends none.
      const exit$ = driver.waitTask(task_id).pipe(
        catchError((error: unknown) =>
          isRktError(error, 'RKT_ERR_SHUTDOWN') ? NEVER : throwError(() => error),
        ),
        map(toWaitResponse),
        takeUntil(fromEvent(signal, 'abort')),
      );
      return firstValueFrom<WaitTaskResponse, WaitTaskResponse>(exit$, {
        defaultValue: { result: {}, err: 'the wait was cancelled' },
      });
    }),
    InspectTask: unary(({ task_id }) => toInspectResponse(driver.inspectTask(task_id))),
    SignalTask: unary(async ({ task_id, signal }) => {
      await driver.signalTask(task_id, signal);
      return {};
    }),
    ExecTask: unary(async ({ task_id, command, timeout }, signal) => {
      // 0 is no limit.
      const timeoutMs = durationMs(timeout) || LONGEST_MS;
      const {
        exitCode,
        signal: death = 0,
        ...output
      } = await driver.execTask(task_id, command, {
        timeoutMs,
        signal,
      });
      return {
        stdout: Buffer.from(output.stdout),
        stderr: Buffer.from(output.truncated ? `${output.stderr}\n${CUT}\n` : output.stderr),
        result: { exit_code: exitCode, signal: death },
      };
    }),
  };
}
