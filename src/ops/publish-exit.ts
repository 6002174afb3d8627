import type { ExitResult } from '../model/exit-result.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import type { OpsContext } from './context.ts';
import { exitAnnotations, exitSentence } from '../model/exit-text.ts';
import { notePublished } from './published-exits.ts';

/**
 * Publishes the end of a task, unless an earlier driver of this name has done so; and notes that it was published. In this
 * order: a driver that is killed in between leaves an end that the next one publishes again.
 */
export async function publishExit(ctx: OpsContext, task: TaskRecord, exit: ExitResult): Promise<void> {
  if (task.recovery?.isExitPublished === true) return;
  const { registry } = ctx;
  registry.emit('exited', task, exitSentence(exit), exitAnnotations(exit), {
    exitResult: exit,
    ...(mayBeRepeated(ctx, task, exit) && { repeated: true as const }),
  });
  await notePublished(ctx, task.startToken);
}

/** An earlier driver can have published no end that came after it. Without an exit file the time of the end is not known. */
function mayBeRepeated(
  { beganAtMs }: OpsContext,
  { recovery }: TaskRecord,
  { source, completedAtMs }: ExitResult,
): boolean {
  return recovery !== undefined && (source !== 'exit-file' || completedAtMs < beganAtMs);
}
