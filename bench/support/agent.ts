import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { FieldGroup } from '../../src/model/field-groups.ts';
import type { DescriptorStats } from '../../src/model/sampling-stats.ts';
import type { SamplingOptions } from '../../src/streams/stats/sampling-options.ts';
import type { Workload } from './workload.ts';

/** What an agent shall do. */
export interface AgentOrder {
  readonly intervalMs?: number;
  readonly groups?: readonly FieldGroup[];
  readonly sampling?: SamplingOptions;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Watching the event loop costs CPU of its own. */
  readonly watchesLoop?: boolean;
  /** Writes a CPU profile into this directory. */
  readonly profileInto?: string;
  /** Reported the pid, for who looks at it from outside. */
  readonly onStart?: (pid: number) => void;
}

/** What it found out about itself, over the time that was measured. */
export interface AgentReport {
  readonly elapsedMs: number;
  readonly cpuUs: number;
  readonly samples: number;
  readonly arrays: number;
  readonly skippedTicks: number;
  readonly failedSamples: number;
  readonly fileReads: number;
  readonly staleReads: number;
  readonly workMs: number;
  readonly longestSliceMs: number;
  readonly descriptors: DescriptorStats;
  readonly loop?: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
  /** After garbage collections: with all tasks in the registry but nothing sampled, and after the sampling. */
  readonly before: AgentMemory;
  readonly after: AgentMemory;
  /** As it was while it worked. */
  readonly rssRunningBytes: number;
}

interface AgentMemory {
  /** Objects and the arrays of numbers that they hold. */
  readonly heapBytes: number;
  readonly rssBytes: number;
}

const AGENT = fileURLToPath(new URL('agent.js', import.meta.url));

/** Runs a process that samples a workload in real time. @throws Error when it fails */
export async function runAgent(workload: Workload, order: AgentOrder): Promise<AgentReport> {
  const { profileInto, onStart, ...rest } = order;
  const paths = Array.from({ length: workload.count }, (_, index) => workload.paths(index));
  const profiling = profileInto === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileInto}`];
  const child = fork(AGENT, [], { execArgv: ['--expose-gc', ...profiling], stdio: 'inherit' });
  if (child.pid !== undefined) onStart?.(child.pid);
  const answered = once(child, 'message');
  const ended = once(child, 'exit');
  child.send({ ...rest, intervalMs: order.intervalMs ?? 1_000, parent: workload.parent, paths });
  const answer = await Promise.race([answered, ended.then(() => undefined)]);
  if (answer === undefined) throw new Error('The agent ended without an answer');
  await ended;
  return answer[0] as AgentReport;
}

/** CPU of the whole process, in µs a task and second. */
export function cpuPerTask({ cpuUs, elapsedMs }: AgentReport, tasks: number): number {
  return cpuUs / (elapsedMs / 1_000) / tasks;
}
