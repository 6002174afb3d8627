import { reasonOf } from '../model/reason-of.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import type { TaskCgroup } from '../sources/cgroup/cgroups.ts';
import type { CgroupLimits } from '../sources/cgroup/manager/limits.ts';
import type { OpsContext } from './ops-context.ts';

/** The directories that the cgroup of a task will have, noted down before they are made. */
export function plannedCgroup(ctx: OpsContext, task: TaskRecord): readonly string[] {
  return ctx.cgroups.pathsFor(nameOf(task), limitsOf(task));
}

/**
 * Makes the cgroup of a task. A machine where none can be made runs tasks without limits all the same, measured by
 * their processes; a limit that could not be held is an error.
 */
export async function createTaskCgroup(ctx: OpsContext, task: TaskRecord): Promise<TaskCgroup | undefined> {
  const limits = limitsOf(task);
  try {
    return await ctx.cgroups.create(nameOf(task), limits);
  } catch (error) {
    if (Object.keys(limits).length > 0) throw error;
    const message = reasonOf(error);
    ctx.registry.emit('stats-degraded', task, `The task has no cgroup: ${message}`, {
      error: message,
    });
    return undefined;
  }
}

/** Those that the task was given, and no key for the others. */
function limitsOf({ spec: { resources } }: TaskRecord): CgroupLimits {
  const { memoryLimitBytes, memoryReservationBytes, cpuShares, cpuQuotaUs, cpuPeriodUs } = resources;
  const { cpusetCpus, cpusetMems } = resources;
  return {
    ...(memoryLimitBytes !== undefined && { memoryLimitBytes }),
    ...(memoryReservationBytes !== undefined && { memoryReservationBytes }),
    ...(cpuShares !== undefined && { cpuShares }),
    ...(cpuQuotaUs !== undefined && { cpuQuotaUs }),
    ...(cpuPeriodUs !== undefined && { cpuPeriodUs }),
    ...(cpusetCpus !== undefined && { cpusetCpus }),
    ...(cpusetMems !== undefined && { cpusetMems }),
  };
}

/** A name a person recognises, and that no other start shares. */
function nameOf({ name, startToken }: TaskRecord): string {
  return `${name.replaceAll(/[^A-Za-z0-9_-]+/g, '-').slice(0, 40)}-${startToken}`;
}
