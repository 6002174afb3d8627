import pidusage from 'pidusage';
import si from 'systeminformation';

import { cpuTimes } from './support/cpu-times.ts';
import { withWorkload, type Workload } from './support/workload.ts';
import { summary, type Benchmark } from './support/benchmark.ts';
import { engineContender, inTurn, ratio, type Contender } from './support/contenders.ts';

export const packages: Benchmark = {
  name: 'packages',
  asks: 'How much cheaper are CPU and memory of a task than those that packages report of a process?',
  run({ quick }) {
    const tasks = quick ? 100 : 1_000;
    return withWorkload(tasks, async (workload) => {
      const groups = ['cpu', 'memory'] as const;
      const engine = await engineContender(workload, 'engine', groups, { gate: false });
      const gated = await engineContender(workload, 'engine with its gate', groups);
      const contenders = [engine, gated, pidusageContender(workload)];
      const times = await inTurn(contenders, { tasks, rounds: quick ? 2 : 10, passes: 10 });
      const [open = [], cpu = [], pid = []] = times.map(({ cpuUs }) => cpuUs);
      const load = await systemInformation(tasks, quick ? 1 : 5);
      const unit = 'µs CPU a task';
      return [
        { what: `pidusage, ${tasks} pids in one call`, ...summary(pid), unit },
        { what: 'systeminformation.processLoad', ...summary(load), unit },
        {
          what: 'cpu and memory',
          ...summary(cpu),
          unit,
          ratio: ratio(pid, cpu),
          ratioTo: 'cheaper than pidusage',
          threshold: { atLeast: 5 },
        },
        {
          what: 'the same, gate off',
          ...summary(open),
          unit,
          ratio: ratio(pid, open),
          ratioTo: 'cheaper than pidusage',
        },
        {
          what: 'cpu and memory',
          ...summary(cpu),
          unit,
          ratio: summary(load).median / summary(cpu).median,
          ratioTo: 'cheaper than systeminformation',
          threshold: { atLeast: 150 },
        },
      ];
    });
  },
};

function pidusageContender({ pids }: Workload): Contender {
  return {
    name: 'pidusage',
    begin: () => undefined,
    async pass() {
      const usages = await pidusage([...pids], { maxage: 60_000 });
      if (Object.keys(usages).length !== pids.length) throw new Error('pidusage has lost a process');
    },
    end: () => undefined,
  };
}

/** It starts processes: what those cost counts as well. */
async function systemInformation(tasks: number, rounds: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const before = cpuTimes();
    await si.processLoad('sleep');
    if (round > 0) times.push((cpuTimes().allUs - before.allUs) / tasks);
  }
  return times;
}
