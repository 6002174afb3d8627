import type { HistoryColumns } from '../../history/history.ts';
import { getJson } from '../api.ts';

type Resolution = HistoryColumns['resolution'];

const REFETCH_MS = 60_000;

/** The history of a task, as the agent has it. */
export interface HistoryFetch {
  /** What is there, and asks for it when it is old or of another resolution. */
  get(resolution: Resolution, nowMs: number): HistoryColumns | undefined;
  readonly reload: () => void;
}

export function createHistoryFetch(taskId: string, redraw: () => void): HistoryFetch {
  let columns: HistoryColumns | undefined;
  let wanted: Resolution = 'fine';
  let fetchedMs = 0;
  const reload = (): void => {
    fetchedMs = Date.now();
    const query = new URLSearchParams({ task: taskId, resolution: wanted });
    getJson<HistoryColumns>(`v1/history?${query.toString()}`)
      .then((found) => (columns = found))
      // The charts live on by what comes in; that the agent is away is said elsewhere.
      .catch(() => undefined)
      .finally(redraw);
  };
  return {
    get(resolution, nowMs) {
      const isOther = resolution !== wanted;
      wanted = resolution;
      if (isOther || nowMs - fetchedMs > REFETCH_MS) reload();
      return columns?.resolution === wanted ? columns : undefined;
    },
    reload,
  };
}
