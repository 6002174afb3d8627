import { reasonOf } from '../model/reason-of.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import type { TaskCgroup } from '../sources/cgroup/cgroups.ts';
import type { CgroupLimits } from '../sources/cgroup/manager/limits.ts';
import type { OpsContext } from './ops-context.ts';

/** The directories that the cgroup of a task will have, recorded before they are created. */
export function plannedCgroup(ctx: OpsContext, task: TaskRecord): readonly string[] {
  return ctx.cgroups.pathsFor(nameOf(task), limitsOf(task));
}

/**
 * Creates the cgroup of a task. On a machine where that is impossible, tasks run without limits and are measured by
 * their processes; a limit that cannot be enforced is an error.
 */
export async function createTaskCgroup(ctx: OpsContext, task: TaskRecord): Promise<TaskCgroup | undefined> {
  const limits = limitsOf(task);
  try {
    return await ctx.cgroups.create(nameOf(task), limits);
  } catch (error) {
    if (Object.keys(limits).length > 0) throw error;
    const message = reasonOf(error);
    ctx.registry.emit('stats-degraded', task, {
      message: `The task has no cgroup: ${message}`,
      annotations: {
        error: message,
      },
    });
    return undefined;
  }
}

/** The limits of the task, without keys for the others. */
function limitsOf({ spec: { resources } }: TaskRecord): CgroupLimits {
  const { memoryLimitBytes, memoryReservationBytes, cpuShares, cpuQuotaUs, cpuPeriodUs } = resources;
  const { cpusetCpus, cpusetMems, pidsLimit } = resources;
  return {
    ...(memoryLimitBytes !== undefined && { memoryLimitBytes }),
    ...(memoryReservationBytes !== undefined && { memoryReservationBytes }),
    ...(cpuShares !== undefined && { cpuShares }),
    ...(cpuQuotaUs !== undefined && { cpuQuotaUs }),
    ...(cpuPeriodUs !== undefined && { cpuPeriodUs }),
    ...(cpusetCpus !== undefined && { cpusetCpus }),
    ...(cpusetMems !== undefined && { cpusetMems }),
    ...(pidsLimit !== undefined && { pidsLimit }),
  };
}

/** A readable name that no other start has. */
function nameOf({ name, startToken }: TaskRecord): string {
  return `${name.replaceAll(/[^A-Za-z0-9_-]+/g, '-').slice(0, 40)}-${startToken}`;
}
