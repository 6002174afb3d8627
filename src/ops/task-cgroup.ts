import { reasonOf } from '../model/reason-of.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import type { TaskCgroup } from '../sources/cgroup/cgroups.ts';
import type { OpsContext } from './context.ts';

/** The directories that the cgroup of a task will have, noted down before they are made. */
export function plannedCgroup(ctx: OpsContext, task: TaskRecord): readonly string[] {
  return ctx.cgroups.pathsFor(nameOf(task));
}

/**
 * Makes the cgroup of a task. A machine where none can be made runs tasks without limits all the same, measured by
 * their processes; a limit that could not be held is an error.
 */
export async function createTaskCgroup(ctx: OpsContext, task: TaskRecord): Promise<TaskCgroup | undefined> {
  const { memoryLimitBytes, cpuShares } = task.spec.resources;
  try {
    return await ctx.cgroups.create(nameOf(task), {
      ...(memoryLimitBytes !== undefined && { memoryLimitBytes }),
      ...(cpuShares !== undefined && { cpuShares }),
    });
  } catch (error) {
    if (memoryLimitBytes !== undefined || cpuShares !== undefined) throw error;
    const message = reasonOf(error);
    ctx.registry.emit('stats-degraded', task, `No cgroup of its own: ${message}`, {
      error: message,
    });
    return undefined;
  }
}

/** A name a person recognises, and that no other start shares. */
function nameOf({ name, startToken }: TaskRecord): string {
  return `${name.replaceAll(/[^A-Za-z0-9_-]+/g, '-').slice(0, 40)}-${startToken}`;
}
