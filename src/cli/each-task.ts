import { printable } from '../model/printable.ts';
import { findTaskIds } from './find-task.ts';
import { errorText } from './cli-output.ts';
import type { OpsSession } from './command-session.ts';

/**
 * Applies an action to several tasks in parallel and prints the id of each when it is done. All are tried; the last
 * failure ends the command, and the others are printed before it.
 */
export async function eachTask(
  session: OpsSession,
  wanted: readonly string[],
  act: (taskId: string) => Promise<void>,
): Promise<undefined> {
  const ids = await findTaskIds(session, wanted);
  const results = await Promise.allSettled(
    ids.map(async (id) => {
      await act(id);
      session.output.print({ id }, () => printable(id));
    }),
  );
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as Error] : [],
  );
  const last = failures.pop();
  failures.forEach((error) =>
    process.stderr.write(errorText(error, { json: session.output.isJson, debug: false })),
  );
  if (last !== undefined) throw last;
  return undefined;
}
