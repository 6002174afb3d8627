import { median, type Benchmark, type Row } from './support/benchmark.ts';
import { CLIENTS, sseCourse, type Course, type Measured } from './support/sse-course.ts';
import { withWorkload, type Workload } from './support/workload.ts';

const PATH = '/v1/streams?topics=stats&intervalMs=1000';
const MS_PER_SECOND = 1_000;

/** How the server sends samples. */
const FORMS = [
  { name: 'whole', path: PATH },
  { name: 'changes', path: `${PATH}&changes=true` },
] as const;

interface Cost {
  /** Of a client, task and second. */
  readonly bytes: number;
  /** Of the server. */
  readonly cpuMsPerSecond: number;
}

export const sseChanges: Benchmark = {
  name: 'sse-changes',
  asks: 'What do 100 clients of the samples cost that get what has changed, against whole samples?',
  async run({ quick }) {
    const tasks = quick ? 100 : 1_000;
    const course = quick
      ? { rounds: 1, everyMs: 3_000, warmUpMs: 2_000 }
      : { rounds: 3, everyMs: 10_000, warmUpMs: 10_000 };
    const of = (everyNthIsBusy: number, what: string, cpuRatio: number): Promise<readonly Row[]> =>
      withWorkload(tasks, (workload) => compared(workload, { what, cpuRatio }, course), { everyNthIsBusy });
    // With busy tasks, most of the time goes to the sampling itself.
    return [...(await of(0, 'all idle', 0.8)), ...(await of(1, 'all busy', 1))];
  },
};

async function compared(
  workload: Workload,
  { what, cpuRatio }: { readonly what: string; readonly cpuRatio: number },
  course: Omit<Course, 'path'>,
): Promise<readonly Row[]> {
  const costs: Cost[] = [];
  for (const { path } of FORMS)
    costs.push(costOf(await sseCourse(workload, { ...course, path }), course.everyMs, workload.count));
  const [whole, changes] = costs as [Cost, Cost];
  const against = (value: (cost: Cost) => number, atMost: number): Partial<Row> => ({
    ...{ ratio: value(changes) / value(whole), ratioTo: 'whole samples', threshold: { atMost } },
  });
  return [
    { what: `${what}: whole samples`, median: whole.bytes, unit: 'bytes a client, task and s' },
    {
      ...{ what: `${what}: changes`, median: changes.bytes, unit: 'bytes a client, task and s' },
      ...against(({ bytes }) => bytes, 0.2),
    },
    { what: `${what}: CPU of the server, whole samples`, median: whole.cpuMsPerSecond, unit: 'ms/s' },
    {
      ...{ what: `${what}: CPU of the server, changes`, median: changes.cpuMsPerSecond, unit: 'ms/s' },
      ...against(({ cpuMsPerSecond }) => cpuMsPerSecond, cpuRatio),
    },
  ];
}

function costOf(rounds: readonly Measured[], everyMs: number, tasks: number): Cost {
  const seconds = everyMs / MS_PER_SECOND;
  return {
    bytes: median(rounds.map(({ bytes }) => bytes / seconds / CLIENTS / tasks)),
    cpuMsPerSecond: median(rounds.map(({ cpu }) => (cpu.user + cpu.system) / MS_PER_SECOND / seconds)),
  };
}
