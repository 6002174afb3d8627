import type { HostStats } from '../../model/host-stats.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import { exitText } from '../../model/exit-text.ts';
import { NOTHING } from '../humanize.ts';
import { memoryOf } from '../../model/headline.ts';
import type { Journal, PodJournal } from './demo-journal.ts';
import type { DemoPod } from './demo-pods.ts';

/** One pod at this moment. */
export interface PodRow {
  readonly id: string;
  readonly does: string;
  readonly phase: string;
  readonly cpuPercent: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly starts: number;
  /** How it exited, now or the last time. */
  readonly exit: string;
}

/** The whole demo at this moment. */
export interface View {
  readonly rows: readonly PodRow[];
  readonly host: HostStats | undefined;
}

export function viewOf(pods: readonly DemoPod[], statuses: readonly TaskStatus[], journal: Journal): View {
  const rows = pods.map(({ id, does }): PodRow => {
    const { latest, starts, exits, failure } = journal.pod(id);
    const phase = statuses.find((status) => status.id === id)?.phase;
    const isMeasured = phase === 'running' || phase === 'stopping';
    return {
      id,
      does,
      phase: phase ?? phaseWithout({ starts, failure }),
      cpuPercent: isMeasured ? latest?.cpu.percent : undefined,
      memoryBytes: isMeasured && latest !== undefined ? memoryOf(latest) : undefined,
      starts,
      exit: exits.at(-1)?.oomKilled === true ? 'OOM killer' : exitText(exits.at(-1)),
    };
  });
  return { rows, host: journal.host() };
}

/** A pod that the driver does not know yet, or no longer. */
function phaseWithout({ starts, failure }: Pick<PodJournal, 'starts' | 'failure'>): string {
  if (failure !== undefined) return 'failed';
  return starts === 0 ? NOTHING : 'destroyed';
}
