import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { HostStats } from '../../../src/model/host-stats.ts';
import type { TaskEvent } from '../../../src/model/task-event.ts';
import type { TaskStatus } from '../../../src/model/task-status.ts';
import type { RecordedDocument } from '../../../src/drivers/recorded/recorded-document.ts';
import { openWriter, type RotationOptions } from '../../../src/drivers/recorded/recording-writer.ts';
import { tickOf, type RecordedTick } from '../../../src/drivers/recorded/stats-rows.ts';
import { workingSample } from './random-ticks.ts';

/** The time at which recordings of the tests begin: an ordinary one. */
export const BEGIN_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

export function status(id: string, more: Partial<TaskStatus> = {}): TaskStatus {
  return {
    id,
    name: id,
    allocId: undefined,
    jobName: 'shop',
    taskGroupName: undefined,
    phase: 'running',
    state: 'running',
    image: `example.com/${id}:1.0`,
    podId: `pod-of-${id}`,
    pid: 4_711,
    startedAtMs: BEGIN_MS - 1_000,
    completedAtMs: undefined,
    exitResult: undefined,
    network: undefined,
    cgroupPaths: [`/sys/fs/cgroup/test/${id}`],
    memoryLimitBytes: 64 * 1024 * 1024,
    cpusetCpus: undefined,
    stdoutPath: '/var/log/secret-place.log',
    stderrPath: undefined,
    driverAttributes: { pod: `pod-of-${id}` },
    ...more,
  };
}

export function exited(id: string, exitCode: number, completedAtMs: number): TaskStatus {
  const exitResult = { exitCode, oomKilled: false, completedAtMs, source: 'exit-file' } as const;
  return status(id, { phase: 'exited', state: 'exited', pid: undefined, completedAtMs, exitResult });
}

export function exitEvent({ id, exitResult }: TaskStatus, timeMs: number): TaskEvent {
  return {
    id: `exit-of-${id}`,
    kind: 'exited',
    taskId: id,
    taskName: id,
    timeMs,
    message: `Exited with code ${exitResult?.exitCode ?? '?'}`,
    annotations: { oom_killed: 'false', completed_at_ms: String(timeMs), source: 'exit-file' },
    ...(exitResult === undefined ? {} : { exitResult }),
  };
}

export function host(timeMs: number): HostStats {
  return {
    timestampMs: timeMs,
    cpu: { cores: 2, percent: (timeMs / 1_000) % 100 },
    memory: { totalBytes: 8e9, usedBytes: 4e9 + (timeMs % 1e6) },
    disks: [{ mount: '/', totalBytes: 1e11, usedBytes: 5e10 }],
    uptimeMs: timeMs - BEGIN_MS + 1e6,
  };
}

export interface Scenario {
  readonly taskIds?: readonly string[];
  readonly ticks?: number;
  readonly intervalMs?: number;
  readonly ticksPerBlock?: number;
  /** Records at the times of ticks, besides the samples. */
  readonly documents?: (tick: number, timeMs: number) => readonly RecordedDocument[];
  readonly rotation?: RotationOptions;
}

/** Writes a recording in which tasks run and are sampled. */
export async function writeRecording(file: string, scenario: Scenario): Promise<void> {
  const { taskIds = ['web', 'db'], ticks = 60, intervalMs = 1_000, ticksPerBlock = 5 } = scenario;
  const writer = await openWriter(file, scenario.rotation);
  let documents: RecordedDocument[] = [];
  let rows: RecordedTick[] = [];
  const list = (timeMs: number): readonly RecordedDocument[] => [
    { kind: 'tasks', timeMs, value: taskIds.map((id) => status(id)) },
    {
      kind: 'fingerprint',
      timeMs,
      value: { health: 'healthy', description: 'Healthy', attributes: { 'driver.rkt': true }, timeMs },
    },
    { kind: 'host', timeMs, value: host(timeMs) },
  ];
  for (let tick = 0; tick < ticks; tick += 1) {
    const timeMs = BEGIN_MS + tick * intervalMs;
    documents.push(...(scenario.documents?.(tick, timeMs) ?? []));
    rows.push(
      tickOf(
        timeMs,
        taskIds.map((id, index) => workingSample(id, tick, timeMs, index)),
      ),
    );
    if (rows.length < ticksPerBlock && tick < ticks - 1) continue;
    const firstMs = rows[0]?.timeMs ?? timeMs;
    await writer.append({ documents, ticks: rows }, () => list(firstMs));
    documents = [];
    rows = [];
  }
  await writer.close();
}

/** Calls back with a directory of its own, which is removed afterwards. */
export async function withDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
  try {
    await run(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}
