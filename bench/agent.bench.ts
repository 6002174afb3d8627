import { cpuPerTask, runAgent, type AgentOrder } from './support/agent.ts';
import { SIX_FILE_GROUPS } from './support/engine.ts';
import { withWorkload } from './support/workload.ts';
import { summary, type Benchmark, type Row } from './support/benchmark.ts';

const MIB = 2 ** 20;

export const agent: Benchmark = {
  name: 'agent',
  asks: 'What does a whole process cost that samples 1,000 tasks every second?',
  async run({ quick }) {
    const tasks = quick ? 100 : 1_000;
    const rounds = quick ? 1 : 3;
    const order = { warmUpMs: quick ? 2_000 : 12_000, measureMs: quick ? 3_000 : 20_000 };
    const measure = (
      what: string,
      everyNthIsBusy: number,
      more: Partial<AgentOrder>,
    ): Promise<readonly Row[]> =>
      withWorkload(
        tasks,
        async (workload) => {
          const cpu: number[] = [];
          const rss: number[] = [];
          for (let round = 0; round < rounds; round += 1) {
            const report = await runAgent(workload, { ...order, ...more });
            cpu.push(cpuPerTask(report, tasks));
            rss.push(report.rssRunningBytes / MIB);
          }
          const threshold = { atMost: 35 };
          return [
            { what, ...summary(cpu), unit: 'µs CPU a task and s', threshold },
            { what: `${what}: memory`, ...summary(rss), unit: 'MiB resident', threshold: { atMost: 100 } },
          ];
        },
        { everyNthIsBusy },
      );
    return [
      ...(await measure('all idle, all default groups', 0, {})),
      ...(await measure('a tenth busy, all default groups', 10, {})),
      ...(await measure('six files, gate off', 0, { groups: SIX_FILE_GROUPS, sampling: { gate: false } })),
    ];
  },
};
