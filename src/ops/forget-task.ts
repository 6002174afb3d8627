import type { OpsContext } from './context.ts';

/** Takes a task that is gone from the machine out of the registry; does nothing when somebody did already. */
export function forgetTask(ctx: OpsContext, taskId: string, words = 'Removed pod, cgroup and files'): void {
  const last = ctx.registry.get(taskId);
  if (last === undefined) return;
  ctx.registry.remove(taskId);
  ctx.registry.emit('destroyed', last, words, {
    ...(last.podId !== undefined && { pod: last.podId }),
  });
}
