import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { spawnPlugin, type NomadHost } from '../test/support/nomad-host.ts';
import { openPluginSandbox, type PluginSandbox } from '../test/support/plugin-sandbox.ts';
import { summary, type Benchmark, type Row } from './support/benchmark.ts';
import { openSandbox } from './support/sandbox.ts';

/**
 * The one executor process that Nomad 1.0.18 has for each task of its own drivers, measured on a machine like this one with
 * 20 tasks at the default interval of 1 s. The collector of the logs, a process of the agent, comes on top for both.
 */
const EXECUTOR = { residentMiB: 30.6, cpuMsPerS: 2.97 };
const KIB_PER_MIB = 1_024;
const MS_PER_TICK = 10;
const HANDSHAKE_MS = 400;
const RESIDENT_MIB = 90;

export const nomadPlugin: Benchmark = {
  name: 'nomad-plugin',
  asks: 'What does one plugin process for all tasks of a Nomad client cost, against an executor for each?',
  async run({ quick }) {
    const sandbox = await openSandbox();
    const plugins = await openPluginSandbox(sandbox);
    try {
      const handshakes = await starts(plugins, quick ? 3 : 20);
      const rows = await underLoad(plugins, quick ? 10 : 100, quick ? 3 : 20);
      return [
        {
          what: 'start to handshake',
          ...summary(handshakes),
          unit: 'ms',
          threshold: { atMost: HANDSHAKE_MS },
        },
        ...rows,
      ];
    } finally {
      plugins.killAll();
      await sandbox.close();
    }
  },
};

async function starts({ launcher }: PluginSandbox, rounds: number): Promise<readonly number[]> {
  const tookMs: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const began = performance.now();
    const { child, exited } = spawnPlugin({ command: [launcher] });
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    if (round > 0) tookMs.push(performance.now() - began);
    child.kill('SIGTERM');
    await exited;
  }
  return tookMs;
}

/** All that a Nomad client keeps open: both streams of the driver, and per task its metrics every second and its end. */
async function underLoad(plugins: PluginSandbox, tasks: number, seconds: number): Promise<readonly Row[]> {
  const plugin = await plugins.start();
  const pid = plugin.child.pid ?? 0;
  const samples = { count: 0 };
  watch(plugin.driver.stream('Fingerprint', {}));
  watch(plugin.driver.stream('TaskEvents', {}));
  for (let index = 0; index < tasks; index += 1) await startTask(plugins, plugin, `task-${index}`, samples);
  await delay(seconds * 500);
  const resident: number[] = [];
  const before = { cpuMs: cpuMs(pid), samples: samples.count, atMs: performance.now() };
  for (let second = 0; second < seconds; second += 1) {
    await delay(1_000);
    resident.push(residentMiB(pid));
  }
  const tookS = (performance.now() - before.atMs) / 1_000;
  const cpu = (cpuMs(pid) - before.cpuMs) / tookS;
  const theirs = { residentMiB: EXECUTOR.residentMiB * tasks, cpu: EXECUTOR.cpuMsPerS * tasks };
  await plugin.shutdown();
  return [
    {
      what: `memory with ${tasks} tasks sampled each second`,
      ...summary(resident),
      unit: 'MiB resident',
      ratio: theirs.residentMiB / summary(resident).median,
      ratioTo: `less than ${tasks} executors with ${theirs.residentMiB.toFixed(0)} MiB`,
      threshold: { atLeast: theirs.residentMiB / RESIDENT_MIB },
    },
    {
      what: 'CPU time for them',
      median: cpu,
      unit: 'ms/s',
      ratio: theirs.cpu / cpu,
      ratioTo: `less than ${tasks} executors with ${theirs.cpu.toFixed(0)} ms/s`,
    },
    {
      what: 'samples that reached the host',
      median: (samples.count - before.samples) / tookS / tasks,
      unit: 'a task and s',
      threshold: { atLeast: 0.95 },
    },
  ];
}

async function startTask(
  plugins: PluginSandbox,
  plugin: NomadHost,
  id: string,
  samples: { count: number },
): Promise<void> {
  await plugin.driver.unary('StartTask', { task: plugins.task(id, 'exec sleep 100000') });
  watch(
    plugin.driver.stream('TaskStats', { task_id: id, collection_interval: { seconds: 1, nanos: 0 } }),
    () => (samples.count += 1),
  );
  plugin.driver.unary('WaitTask', { task_id: id }).catch(() => undefined);
}

/** The stream breaks off with the plugin. */
function watch(stream: AsyncIterable<unknown>, onMessage: () => void = () => undefined): void {
  const follow = async (): Promise<void> => {
    for await (const _message of stream) onMessage();
  };
  follow().catch(() => undefined);
}

function residentMiB(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / KIB_PER_MIB;
}

function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1)?.trim().split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}
