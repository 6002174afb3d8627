import type { ExitResult } from '../model/exit-result.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import type { OpsContext } from './ops-context.ts';
import { exitAnnotations, exitSentence } from '../model/exit-text.ts';
import { notePublished } from './published-exits.ts';

/**
 * Publishes the exit of a task immediately, unless an earlier driver of this publisher name has done so. {@link
 * noteExitPublished} follows: if the driver is killed in between, the next one publishes the exit again.
 */
export function publishExit(ctx: OpsContext, task: TaskRecord, exit: ExitResult): void {
  if (isPublished(task)) return;
  const { registry } = ctx;
  registry.emit('exited', task, {
    message: exitSentence(exit),
    annotations: exitAnnotations(exit),
    exitResult: exit,
    ...(mayBeRepeated(ctx, task, exit) && { repeated: true as const }),
  });
}

/** Records for later drivers of this name that the exit of a task was published. */
export async function noteExitPublished(ctx: OpsContext, task: TaskRecord): Promise<void> {
  if (!isPublished(task)) await notePublished(ctx, task.startToken);
}

const isPublished = ({ recovery }: TaskRecord): boolean => recovery?.isExitPublished === true;

/**
 * An earlier driver cannot have published an exit that came after it. Without an exit file the time of the exit is
 * unknown.
 */
function mayBeRepeated(
  { beganAtMs }: OpsContext,
  { recovery }: TaskRecord,
  { source, completedAtMs }: ExitResult,
): boolean {
  return recovery !== undefined && (source !== 'exit-file' || completedAtMs < beganAtMs);
}
