import { readFileSync, readdirSync } from 'node:fs';

import { runAgent } from './support/agent.ts';
import { withWorkload } from './support/workload.ts';
import { median, type Benchmark, type Row } from './support/benchmark.ts';

const KIB_PER_MIB = 1_024;
const LOOKS = 40;

export const soak: Benchmark = {
  name: 'soak',
  asks: 'Do memory and descriptors of an agent stay as they are over ten minutes at 1,000 tasks?',
  run({ quick }) {
    const tasks = quick ? 100 : 1_000;
    const warmUpMs = quick ? 2_000 : 60_000;
    const measureMs = quick ? 8_000 : 600_000;
    return withWorkload(
      tasks,
      async (workload) => {
        const course: Look[] = [];
        let timer: NodeJS.Timeout | undefined;
        const onStart = (pid: number): void => {
          const beganMs = performance.now();
          timer = setInterval(() => {
            if (performance.now() - beganMs > warmUpMs) course.push(lookAt(pid));
          }, measureMs / LOOKS);
        };
        try {
          const report = await runAgent(workload, { warmUpMs, measureMs, onStart });
          return rows(course.slice(0, -1), report.skippedTicks);
        } finally {
          clearInterval(timer);
        }
      },
      { everyNthIsBusy: 10 },
    );
  },
};

interface Look {
  readonly residentMib: number;
  readonly descriptors: number;
}

function lookAt(pid: number): Look {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { residentMib: Number(kib) / KIB_PER_MIB, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/** The last quarter of the time against the first: garbage comes and goes within a quarter. */
function rows(course: readonly Look[], skippedTicks: number): readonly Row[] {
  const quarter = Math.ceil(course.length / 4);
  const early = course.slice(0, quarter);
  const late = course.slice(-quarter);
  const row = (what: string, unit: string, of: (look: Look) => number): readonly Row[] => {
    const [first, last] = [median(early.map(of)), median(late.map(of))];
    return [
      { what: `${what}, first quarter`, median: first, unit },
      {
        what: `${what}, last quarter`,
        median: last,
        unit,
        ratioTo: 'the first quarter',
        ratio: last / first,
        threshold: { atMost: 1.05 },
      },
    ];
  };
  return [
    ...row('resident', 'MiB', ({ residentMib }) => residentMib),
    ...row('open descriptors', '', ({ descriptors }) => descriptors),
    { what: 'skipped ticks', median: skippedTicks, unit: 'ticks', threshold: { atMost: 0 } },
  ];
}
