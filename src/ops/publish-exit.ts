import type { ExitResult } from '../model/exit-result.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import type { OpsContext } from './ops-context.ts';
import { exitAnnotations, exitSentence } from '../model/exit-text.ts';
import { notePublished } from './published-exits.ts';

/**
 * Publishes the end of a task at once, unless an earlier driver of this name has done so. {@link noteExitPublished} comes
 * after it: a driver that is killed in between leaves an end that the next one publishes again.
 */
export function publishExit(ctx: OpsContext, task: TaskRecord, exit: ExitResult): void {
  if (isPublished(task)) return;
  const { registry } = ctx;
  registry.emit('exited', task, exitSentence(exit), exitAnnotations(exit), {
    exitResult: exit,
    ...(mayBeRepeated(ctx, task, exit) && { repeated: true as const }),
  });
}

/** Notes for later drivers of this name that the end of a task was published. */
export async function noteExitPublished(ctx: OpsContext, task: TaskRecord): Promise<void> {
  if (!isPublished(task)) await notePublished(ctx, task.startToken);
}

const isPublished = ({ recovery }: TaskRecord): boolean => recovery?.isExitPublished === true;

/** An earlier driver can have published no end that came after it. Without an exit file the time of the end is not known. */
function mayBeRepeated(
  { beganAtMs }: OpsContext,
  { recovery }: TaskRecord,
  { source, completedAtMs }: ExitResult,
): boolean {
  return recovery !== undefined && (source !== 'exit-file' || completedAtMs < beganAtMs);
}
