import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { summary, type Benchmark, type Row } from './support/benchmark.ts';
import { writeHours } from './support/recorded-day.ts';

const READER = fileURLToPath(new URL('support/recording-scan.js', import.meta.url));
const TASKS = 100;
const MIB = 2 ** 20;

interface Reading {
  readonly samples: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

export const recording: Benchmark = {
  name: 'recording',
  asks: 'How large is the recording of a day of 100 tasks at 5 s, and what does it take to read all of it?',
  async run({ quick }) {
    const directory = await mkdtemp(join(tmpdir(), 'rkt-streams-bench-recording-'));
    try {
      const file = join(directory, 'day.rec');
      await writeHours(file, quick ? 1 : 24, TASKS);
      const readings: Reading[] = [];
      for (let round = 0; round < (quick ? 2 : 9); round += 1) readings.push(await read(file));
      return rows((await stat(file)).size, readings);
    } finally {
      await rm(directory, { recursive: true });
    }
  },
};

function rows(sizeBytes: number, readings: readonly Reading[]): readonly Row[] {
  const samples = readings[0]?.samples ?? NaN;
  const of = (value: (reading: Reading) => number): Pick<Row, 'median' | 'range'> =>
    summary(readings.map(value));
  return [
    {
      what: 'size',
      median: sizeBytes / samples,
      unit: 'bytes a task and sample',
      threshold: { atMost: 12 },
    },
    { what: 'reading', ...of(({ wallMs }) => wallMs / 1_000), unit: 's', threshold: { atMost: 2 } },
    { what: 'CPU of it', ...of(({ cpuMs }) => cpuMs / 1_000), unit: 's' },
    {
      what: 'peak resident memory',
      ...of(({ peakBytes }) => peakBytes / MIB),
      unit: 'MiB',
      threshold: { atMost: 100 },
    },
  ];
}

/** A process that only reads. @throws Error when it fails */
async function read(file: string): Promise<Reading> {
  const child = fork(READER, [file], { execArgv: [], stdio: 'inherit' });
  const answered = once(child, 'message');
  const ended = once(child, 'exit');
  const answer = await Promise.race([answered, ended.then(() => undefined)]);
  if (answer === undefined) throw new Error('The reader ended without an answer');
  await ended;
  return answer[0] as Reading;
}
