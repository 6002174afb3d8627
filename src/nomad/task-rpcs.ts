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

/** What is asked of a task that is there. */
export function taskRpcs({ driver }: RpcContext): TaskRpcs {
  return {
    // Many wait for one task at once, and each wait is open until the task ends or the host gives it up.
    WaitTask: unary(({ task_id }, signal) => {
      // An answer would tell the host that the task has ended: a plugin that is shut down gives none.
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
