import { once } from 'node:events';

import { resolveRkt } from '../src/rkt/resolve-binary.ts';
import { createRktRunner, type RktRunner } from '../src/rkt/command-runner.ts';
import { removePod } from '../src/rkt/rkt-rm.ts';
import { summary, type Benchmark } from './support/benchmark.ts';
import { openSandbox, type Sandbox } from './support/sandbox.ts';

export const startOverhead: Benchmark = {
  name: 'start-overhead',
  asks: 'What does startTask cost besides the two rkt commands that it needs?',
  async run({ quick }) {
    const sandbox = await openSandbox();
    try {
      const runner = createRktRunner({ binary: await resolveRkt('embedded'), dir: sandbox.rktDir });
      const driver: number[] = [];
      const byHand: number[] = [];
      for (let round = 0; round <= (quick ? 3 : 20); round += 1) {
        const theirs = await startByHand(sandbox, runner);
        const ours = await startByDriver(sandbox, `task-${round}`);
        if (round === 0) continue;
        byHand.push(theirs);
        driver.push(ours);
      }
      const overhead = driver.map((ms, round) => ms - (byHand[round] ?? NaN));
      return [
        { what: 'rkt prepare, then run-prepared until it runs', ...summary(byHand), unit: 'ms' },
        { what: 'startTask', ...summary(driver), unit: 'ms' },
        { what: 'difference', ...summary(overhead), unit: 'ms', threshold: { atMost: 15 } },
      ];
    } finally {
      await sandbox.close();
    }
  },
};

async function startByDriver({ driver, shell }: Sandbox, id: string): Promise<number> {
  const began = performance.now();
  await driver.startTask(shell(id, 'echo; exec sleep 1000'));
  const tookMs = performance.now() - began;
  await driver.destroyTask(id, { force: true });
  return tookMs;
}

/** From the first command to the first output of the app. */
async function startByHand({ image }: Sandbox, runner: RktRunner): Promise<number> {
  const began = performance.now();
  const prepare = [
    '--insecure-options=image',
    'prepare',
    image,
    '--exec=/bin/sh',
    '--',
    '-c',
    'echo; exec sleep 20',
  ];
  const { stdout } = await runner.run(prepare);
  const podId = stdout.trim();
  const argv = [...runner.binary.command, ...runner.globalArgs, 'run-prepared', podId];
  const child = await runner.spawn(argv, { stdout: 'pipe' });
  if (child.stdout === undefined) throw new Error('The pod has no output');
  await once(child.stdout, 'data');
  const tookMs = performance.now() - began;
  child.killGroup('SIGKILL');
  await child.exit;
  await removePod(runner, podId);
  return tookMs;
}
