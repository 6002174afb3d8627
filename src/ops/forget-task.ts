import type { TaskRecord } from '../registry/task-record.ts';
import type { OpsContext } from './ops-context.ts';

/**
 * Removes from the registry a task that no longer exists on the machine; does nothing if that has already happened,
 * and leaves a later start of the same id alone.
 */
export function forgetTask(ctx: OpsContext, task: TaskRecord, words = 'Removed pod, cgroup and files'): void {
  const last = ctx.registry.get(task.id);
  if (last?.startToken !== task.startToken) return;
  ctx.registry.remove(last.id);
  ctx.registry.emit('destroyed', last, {
    message: words,
    annotations: {
      ...(last.podId !== undefined && { pod: last.podId }),
    },
  });
}
