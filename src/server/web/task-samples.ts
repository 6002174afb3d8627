import { openReconnecting } from '../../drivers/remote/reconnecting-stream.ts';
import { streamPath, type StreamQuery } from '../../drivers/remote/stream-query.ts';
import type { TaskResourceUsage, TaskStatsSample } from '../../model/task-stats.ts';
import { agent } from './api.ts';

const QUERY: StreamQuery = {
  topics: ['stats'],
  groups: ['cpu', 'throttling', 'memory', 'memoryDetail', 'limits', 'pids', 'io', 'network', 'pressure'],
  intervalMs: 1_000,
};

/** Every metric that the charts show of one task, each second, until it is closed or the task has ended. */
export function openTaskSamples(taskId: string, onUsage: (usage: TaskResourceUsage) => void): () => void {
  const query = { ...QUERY, task: taskId };
  return openReconnecting(
    agent,
    { pathFrom: (position) => streamPath(query, position), taskId, endsItself: true },
    {
      message({ topic, data }) {
        if (topic !== 'stats') return;
        const { samples } = data as { readonly samples: readonly TaskStatsSample[] };
        for (const sample of samples) if (sample.taskId === taskId) onUsage(sample.usage);
      },
      ended: () => undefined,
      failed: () => undefined,
    },
  );
}
