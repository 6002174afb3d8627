import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { resolveRkt } from '../src/rkt/resolve-binary.ts';
import { createRktRunner, type RktRunner } from '../src/rkt/command-runner.ts';
import { removePod } from '../src/rkt/rkt-rm.ts';
import { summary, type Benchmark } from './support/benchmark.ts';
import { openSandbox, type Sandbox } from './support/sandbox.ts';

const STAGE1 = ['fly', 'oci'] as const;

/** The time from start to end, and what it took of the CPU, with all processes; in ms. */
interface Run {
  readonly wall: number;
  readonly cpu: number;
}

export const stage1Start: Benchmark = {
  name: 'stage1-start',
  asks: 'What does a pod of the stage1 oci cost to run, over one of fly?',
  async run({ quick }) {
    const sandbox = await openSandbox();
    try {
      const runner = createRktRunner({ binary: await resolveRkt('embedded'), dir: sandbox.rktDir });
      const runs: Record<(typeof STAGE1)[number], Run[]> = { fly: [], oci: [] };
      for (let round = 0; round <= (quick ? 3 : 20); round += 1)
        for (const stage1 of STAGE1) {
          const run = await runPod(sandbox, runner, stage1);
          // The first round warms the caches.
          if (round > 0) runs[stage1].push(run);
        }
      const more = runs.oci.map(({ wall, cpu }, round) => ({
        wall: wall - (runs.fly[round]?.wall ?? NaN),
        cpu: cpu - (runs.fly[round]?.cpu ?? NaN),
      }));
      return [
        ...STAGE1.map((stage1) => ({
          what: `rkt run-prepared of a shell that exits, ${stage1}`,
          ...summary(runs[stage1].map(({ wall }) => wall)),
          unit: 'ms',
        })),
        {
          what: 'difference',
          ...summary(more.map(({ wall }) => wall)),
          unit: 'ms',
          threshold: { atMost: 60 },
        },
        { what: 'difference in CPU time', ...summary(more.map(({ cpu }) => cpu)), unit: 'ms' },
      ];
    } finally {
      await sandbox.close();
    }
  },
};

async function runPod({ image }: Sandbox, runner: RktRunner, stage1: string): Promise<Run> {
  const app = [image, '--exec=/bin/sh', '--', '-c', 'exit 0'];
  const prepared = await runner.run([
    '--insecure-options=image',
    'prepare',
    `--stage1-name=${stage1}`,
    ...app,
  ]);
  const podId = prepared.stdout.trim();
  const command = [...runner.binary.command, ...runner.globalArgs, 'run-prepared', '--net=host', podId];
  // In a mount namespace of its own, as the driver runs it; `times` prints what the shell and its children took.
  const words = [
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-c',
    '"$@" >/dev/null && times',
    'run',
    ...command,
  ];
  const began = performance.now();
  const { stdout } = await promisify(execFile)('unshare', words);
  const wall = performance.now() - began;
  await removePod(runner, podId);
  return { wall, cpu: childrenMs(stdout) };
}

/** The second line has the user and system time of the children, as `0m0.120000s`. */
function childrenMs(times: string): number {
  const values = [...(times.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  return values.reduce(
    (ms, [, minutes, seconds]) => ms + Number(minutes) * 60_000 + Number(seconds) * 1_000,
    0,
  );
}
