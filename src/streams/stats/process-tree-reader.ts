import { GROUP } from '../../model/field-groups.ts';
import { RktError } from '../../model/rkt-error.ts';
import type { TaskRecord } from '../../registry/task-record.ts';
import { COLUMN, ROW_LENGTH } from '../../sources/cgroup/readers/cgroup-row.ts';
import { isAlive, processTree } from '../../sources/process-info.ts';
import type { ProcessUsage, Processes } from '../../sources/processes.ts';
import { putProcessStates, readStates } from './extra-columns.ts';
import { createProcessTotals } from './process-totals.ts';
import type { ReadOrder, ReadingState } from './task-reading.ts';

/**
 * Measures a task by the processes of its tree, without a cgroup.
 *
 * @throws RKT_ERR_STATS, with `degradedBy` as its cause, when it has no running process
 */
export async function readProcessTree(
  { processes, procRoot }: { readonly processes: Processes; readonly procRoot: string },
  state: ReadingState,
  { record, order }: { readonly record: TaskRecord; readonly order: ReadOrder },
  degradedBy: unknown,
): Promise<void> {
  const { process } = record;
  const isThere = process !== undefined && (await isAlive(process, procRoot));
  const measured = await processes.sample(isThere ? await processTree(process.pid, procRoot) : []);
  if (measured.size === 0) {
    throw new RktError('RKT_ERR_STATS', `Could not measure task ${record.id}: it has no running process`, {
      taskId: record.id,
      cause: degradedBy,
    });
  }
  const isStateWanted = (order.groups & GROUP.processes) !== 0;
  const states = isStateWanted ? await readStates(measured.keys(), procRoot) : undefined;
  fromProcesses(state, measured, degradedBy);
  if (states !== undefined) putProcessStates(state.row, states);
}

/** CPU time is what the processes used while they were seen, from the first of these reads on. */
function fromProcesses(
  state: ReadingState,
  processes: ReadonlyMap<number, ProcessUsage>,
  degradedBy: unknown,
): void {
  if (state.source !== 'pidusage' || state.totals === undefined) {
    state.totals = createProcessTotals();
    state.row = { page: new Float64Array(ROW_LENGTH).fill(NaN), base: 0 };
  }
  let rssBytes = 0;
  for (const process of processes.values()) rssBytes += process.rssBytes;
  state.row.page[COLUMN.cpu.totalNs] = state.totals.add(processes);
  state.row.page[COLUMN.memory.rssBytes] = rssBytes;
  state.source = 'pidusage';
  state.version += 1;
  state.fresh = GROUP.cpu | GROUP.memory | GROUP.memoryDetail | GROUP.processes;
  state.processes = processes;
  state.degradedBy = degradedBy;
}
