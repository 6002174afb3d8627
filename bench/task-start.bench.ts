import { monitorEventLoopDelay } from 'node:perf_hooks';

import { firstValueFrom } from 'rxjs';

import { createRktRunner } from '../src/rkt/command-runner.ts';
import { resolveRkt } from '../src/rkt/resolve-binary.ts';
import { fetchImages } from '../src/rkt/rkt-fetch.ts';
import { median, summary, type Benchmark, type Row, type Threshold } from './support/benchmark.ts';
import { cpuTimes } from './support/cpu-times.ts';
import { openPodman, type Podman } from './support/podman.ts';
import { openSandbox, type Sandbox } from './support/sandbox.ts';

const SCRIPT = 'exit 0';
const AT_ONCE = [4, 16] as const;

/** Somebody who runs tasks. */
interface Contender {
  start(name: string): Promise<void>;
  /** Waits for the end, and removes everything. */
  destroy(name: string): Promise<void>;
}

interface Life {
  readonly startMs: number;
  readonly lifeMs: number;
  readonly cpuMs: number;
}

export const taskStart: Benchmark = {
  name: 'task-start',
  asks: 'What does a task cost from its start to its removal, over podman with the same program?',
  async run({ quick }) {
    const sandbox = await openSandbox();
    const podman = await openPodman();
    try {
      const ours = await driverContender(sandbox);
      const contenders = podman === undefined ? [ours] : [podmanContender(podman), ours];
      const lives = await inTurn(contenders, quick ? 2 : 20);
      const rates: number[][] = [];
      const delays: number[] = [];
      for (const atOnce of AT_ONCE) {
        const row: number[] = [];
        for (const [index, contender] of contenders.entries()) {
          const delay = monitorEventLoopDelay({ resolution: 1 });
          delay.enable();
          row.push(
            await livesPerSecond(contender, `${atOnce}-${index}`, atOnce, quick ? atOnce : 4 * atOnce),
          );
          delay.disable();
          if (index === contenders.length - 1) delays.push(delay.percentile(99) / 1e6);
        }
        rates.push(row);
      }
      return rowsOf({ lives, rates, delays, podman });
    } finally {
      await podman?.close();
      await sandbox.close();
    }
  },
};

/** The image is in the store, and the task names it by its id, as a deployment does that pulls first. */
async function driverContender({ driver, image, rktDir: dir }: Sandbox): Promise<Contender> {
  const runner = createRktRunner({ binary: await resolveRkt('embedded'), dir });
  const [id = ''] = await fetchImages(runner, [image], { insecureOptions: ['image'] });
  await runner.close();
  return {
    start: async (name) => {
      await driver.startTask({ id: name, config: { image: id, command: '/bin/sh', args: ['-c', SCRIPT] } });
    },
    destroy: async (name) => {
      await firstValueFrom(driver.waitTask(name));
      await driver.destroyTask(name);
    },
  };
}

function podmanContender(podman: Podman): Contender {
  return { start: (name) => podman.start(name, SCRIPT), destroy: (name) => podman.destroy(name) };
}

/** One life of each in turn, so that what else the machine does affects both alike; the first round does not count. */
async function inTurn(contenders: readonly Contender[], rounds: number): Promise<readonly Life[][]> {
  const lives: Life[][] = contenders.map(() => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      const life = await oneLife(contender, `life-${index}-${round + 1}`);
      if (round >= 0) lives[index]?.push(life);
    }
  }
  return lives;
}

async function oneLife(contender: Contender, name: string): Promise<Life> {
  const cpu = cpuTimes().allUs;
  const began = performance.now();
  await contender.start(name);
  const startMs = performance.now() - began;
  await contender.destroy(name);
  return { startMs, lifeMs: performance.now() - began, cpuMs: (cpuTimes().allUs - cpu) / 1_000 };
}

async function livesPerSecond(
  contender: Contender,
  name: string,
  atOnce: number,
  count: number,
): Promise<number> {
  const began = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await oneLife(contender, `many-${name}-${next}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return (1_000 * count) / (performance.now() - began);
}

interface Measured {
  readonly lives: readonly Life[][];
  /** By the number at once, then by contender. */
  readonly rates: readonly (readonly number[])[];
  readonly delays: readonly number[];
  readonly podman: Podman | undefined;
}

function rowsOf({ lives, rates, delays, podman }: Measured): readonly Row[] {
  const ours = lives.at(-1) ?? [];
  const theirs = podman === undefined ? undefined : lives[0];
  const name = `podman ${podman?.version ?? ''}`;
  const pair = (what: string, key: keyof Life, unit: string, threshold?: Threshold): readonly Row[] => {
    const own = ours.map((life) => life[key]);
    const peer = theirs?.map((life) => life[key]);
    if (peer === undefined) return [{ what, ...summary(own), unit }];
    const compared = { ratio: median(own) / median(peer), ratioTo: name, ...(threshold && { threshold }) };
    return [
      { what: `${name}: ${what}`, ...summary(peer), unit },
      { what, ...summary(own), unit, ...compared },
    ];
  };
  const many = AT_ONCE.flatMap((atOnce, index): readonly Row[] => {
    const what = `lives a second, ${atOnce} at once`;
    const [own = NaN, peer] = [...(rates[index] ?? [])].reverse();
    if (peer === undefined) return [{ what, median: own, unit: '/s' }];
    const threshold = atOnce === 16 ? { threshold: { atLeast: 1.5 } } : {};
    return [
      { what: `${name}: ${what}`, median: peer, unit: '/s' },
      { what, median: own, unit: '/s', ratio: own / peer, ratioTo: name, ...threshold },
    ];
  });
  return [
    ...pair('start', 'startMs', 'ms', { atMost: 0.8 }),
    ...pair('life, from start to removed', 'lifeMs', 'ms'),
    ...pair('CPU of a life, with all processes', 'cpuMs', 'ms', { atMost: 0.7 }),
    ...many,
    ...AT_ONCE.map((atOnce, index) => ({
      what: `event loop delay, p99, ${atOnce} at once`,
      median: delays[index] ?? NaN,
      unit: 'ms',
    })),
  ];
}
