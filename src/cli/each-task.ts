import { printable } from '../model/printable.ts';
import { findTask } from './find-task.ts';
import { errorText } from './cli-output.ts';
import type { OpsSession } from './command-session.ts';

/**
 * Applies an action to several tasks in parallel and prints the id of each when it is done. All are tried, also beside one that
 * does not exist; the last failure ends the command, and the others are printed before it.
 */
export async function eachTask(
  session: OpsSession,
  wanted: readonly string[],
  act: (taskId: string) => Promise<void>,
): Promise<undefined> {
  const { output } = session;
  const tasks = await session.listTasks();
  const found = wanted.map((text) => idOf(tasks, text));
  const ids = new Set(found.flatMap(({ id }) => (id === undefined ? [] : [id])));
  const results = await Promise.allSettled(
    [...ids].map(async (id) => {
      await act(id);
      output.print({ id }, () => printable(id));
    }),
  );
  const failures = [
    ...found.flatMap(({ error }) => (error === undefined ? [] : [error])),
    ...results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : [])),
  ];
  throwLast(failures, output.isJson);
  return undefined;
}

/** Prints all failures but the last one, which it throws. */
export function throwLast(failures: readonly Error[], json: boolean): void {
  const last = failures.at(-1);
  failures.slice(0, -1).forEach((error) => process.stderr.write(errorText(error, { json, debug: false })));
  if (last !== undefined) throw last;
}

function idOf(
  tasks: Awaited<ReturnType<OpsSession['listTasks']>>,
  text: string,
): { readonly id?: string; readonly error?: Error } {
  try {
    return { id: findTask(tasks, text).id };
  } catch (error) {
    return { error: error as Error };
  }
}
