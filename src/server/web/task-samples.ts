import type { TaskResourceUsage, TaskStatsSample } from '../../model/task-stats.ts';

const GROUPS = 'cpu,throttling,memory,memoryDetail,limits,pids,io,network,pressure';

/** Every metric that the charts show of one task, each second, until it is closed. A browser connects again by itself. */
export function openTaskSamples(taskId: string, onUsage: (usage: TaskResourceUsage) => void): () => void {
  const query = new URLSearchParams({ task: taskId, groups: GROUPS, intervalMs: '1000' });
  const source = new EventSource(`v1/streams/stats?${query.toString()}`);
  source.addEventListener('stats', (event: MessageEvent<string>) => {
    const { samples } = JSON.parse(event.data) as { readonly samples: readonly TaskStatsSample[] };
    for (const sample of samples) if (sample.taskId === taskId) onUsage(sample.usage);
  });
  return () => source.close();
}
