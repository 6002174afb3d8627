import { RktError } from '../../model/errors.ts';
import type { MemoryStats, TaskResourceUsage } from '../../model/task-stats.ts';
import type { TaskRecord } from '../../registry/task-record.ts';
import type { Cgroups } from '../../sources/cgroup/cgroups.ts';
import type { CpuFigures } from '../../sources/cgroup/figures.ts';
import { isAlive, processTree } from '../../sources/process-info.ts';
import type { ProcessFigures, Processes } from '../../sources/processes.ts';

/** What one look at a task tells: counters and sizes, no rates. */
export interface RawFigures {
  readonly source: TaskResourceUsage['source'];
  /** Empty when the source is pidusage: then the CPU time is that of `processes`. */
  readonly cpu: CpuFigures;
  readonly memory: MemoryStats;
  /** Of every process of the task; undefined when nobody asked and the source does not need them. */
  readonly processes?: ReadonlyMap<number, ProcessFigures>;
  /** Why the cgroup of the task was of no use. */
  readonly degradedBy?: unknown;
}

/** Reads one task's figures. */
export interface TaskSampler {
  /** @throws RKT_ERR_STATS when no source tells anything */
  sample(record: TaskRecord, options?: { readonly perProcess?: boolean }): Promise<RawFigures>;
}

export interface TaskSamplerDeps {
  readonly cgroups: Cgroups | Promise<Cgroups>;
  readonly processes: Processes;
  readonly procRoot?: string;
}

/** A sampler that reads the cgroup of a task, and where it has none or it cannot be read, the task's process tree. */
export function createTaskSampler({ cgroups, processes, procRoot = '/proc' }: TaskSamplerDeps): TaskSampler {
  const readCgroup = async (record: TaskRecord, perProcess: boolean): Promise<RawFigures> => {
    const cgroup = (await cgroups).open(record.cgroupPaths);
    // The cgroup comes last, so that its figures are as fresh as the time that is taken after them.
    const each = perProcess ? { processes: await processes.sample(await cgroup.pids()) } : {};
    const { version, cpu, memory } = await cgroup.read();
    return { source: `cgroup-${version}`, cpu, memory, ...each };
  };

  const readProcesses = async (record: TaskRecord, degradedBy: unknown): Promise<RawFigures> => {
    const { process } = record;
    const tree =
      process !== undefined && (await isAlive(process, procRoot))
        ? await processTree(process.pid, procRoot)
        : [];
    const figures = await processes.sample(tree);
    if (figures.size === 0) {
      throw new RktError('RKT_ERR_STATS', `Could not measure task ${record.id}: it has no living process`, {
        taskId: record.id,
        cause: degradedBy,
      });
    }
    let rssBytes = 0;
    for (const figure of figures.values()) rssBytes += figure.rssBytes;
    const raw: RawFigures = { source: 'pidusage', cpu: {}, memory: { rssBytes }, processes: figures };
    return degradedBy === undefined ? raw : { ...raw, degradedBy };
  };

  return {
    async sample(record, { perProcess = false } = {}) {
      if (record.cgroupPaths.length === 0) return readProcesses(record, undefined);
      try {
        return await readCgroup(record, perProcess);
      } catch (error) {
        return readProcesses(record, error);
      }
    },
  };
}
