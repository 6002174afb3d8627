import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { resolveRkt } from '../src/rkt/resolve-binary.ts';
import { createRktRunner, type RktRunner } from '../src/rkt/command-runner.ts';
import { podStatus } from '../src/rkt/rkt-status.ts';
import { cpuTimes } from './support/cpu-times.ts';
import { median, summary, type Benchmark } from './support/benchmark.ts';
import { openSandbox, type Sandbox } from './support/sandbox.ts';

const PODS = 200;
const WATCHER = fileURLToPath(new URL('support/pod-watcher.js', import.meta.url));
const US_PER_MS = 1_000;

export const podWatch: Benchmark = {
  name: 'pod-watch',
  asks: 'What does it cost to know the state of 200 pods, against one rkt status a pod and second?',
  async run({ quick }) {
    const sandbox = await openSandbox();
    try {
      const runner = createRktRunner({ binary: await resolveRkt('embedded'), dir: sandbox.rktDir });
      const podId = await preparePods(sandbox, runner);
      const { pods, cpuUsPerSecond } = await watch(sandbox, quick ? 5_000 : 60_000);
      if (pods !== PODS) throw new Error(`${pods} of ${PODS} pods were found`);
      const status = await statusTimes(runner, podId, quick ? 3 : 20);
      const oneEachUs = median(status) * US_PER_MS * PODS;
      const unit = 'ms CPU';
      return [
        { what: 'one rkt status', ...summary(status), unit },
        { what: '200 of them', median: oneEachUs / US_PER_MS, unit: 'ms CPU a s' },
        {
          what: 'watching 200 pods',
          median: cpuUsPerSecond / US_PER_MS,
          unit: 'ms CPU a s',
          ratio: oneEachUs / cpuUsPerSecond,
          ratioTo: 'cheaper than rkt status',
          threshold: { atLeast: 100 },
        },
      ];
    } finally {
      await sandbox.close();
    }
  },
};

/** One is prepared by rkt, the others are copies of it. */
async function preparePods({ rktDir, image }: Sandbox, runner: RktRunner): Promise<string> {
  const { stdout } = await runner.run(['--insecure-options=image', 'prepare', image]);
  const podId = stdout.trim();
  const directory = join(rktDir, 'pods', 'prepared');
  for (let copies = 1; copies < PODS; copies += 1) {
    await cp(join(directory, podId), join(directory, randomUUID()), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
  return podId;
}

async function watch(
  { options }: Sandbox,
  measureMs: number,
): Promise<{ readonly pods: number; readonly cpuUsPerSecond: number }> {
  const child = fork(WATCHER);
  const answered = once(child, 'message');
  child.send({ options, warmUpMs: 5_000, measureMs });
  const [cost] = (await answered) as [{ pods: number; cpuUsPerSecond: number }];
  return cost;
}

/** CPU of one `rkt status`, in ms: of the command itself, without what it costs to start it from here. */
async function statusTimes(runner: RktRunner, podId: string, rounds: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { childrenUs } = cpuTimes();
    await podStatus(runner, podId);
    times.push((cpuTimes().childrenUs - childrenUs) / US_PER_MS);
  }
  return times;
}
