import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { liveInit } from './live-init.ts';
import type { PodEntry } from './phases.ts';
import { podPid } from './pod-info.ts';

/** USER_HZ: 100 on every architecture Node runs on. */
const TICKS_PER_SECOND = 100;
const CLOCK_SLACK_MS = 2000;

/** The running main process of a pod; undefined when it has exited, even if its pid has been reused. */
export function livePid(pod: PodEntry): number | undefined {
  const pid = podPid(pod);
  if (pid === undefined) return undefined;
  const startedMs = processStartMs(pid);
  if (startedMs === undefined) return undefined;
  const writtenMs = statSync(join(pod.dir, 'pid'), { throwIfNoEntry: false })?.mtimeMs;
  if (liveInit(pod.dir) === pid) return pid;
  const isOurs =
    writtenMs === undefined || startedMs <= writtenMs + CLOCK_SLACK_MS || rootOf(pid).includes(pod.uuid);
  return isOurs ? pid : undefined;
}

/** When a process started, ms since the epoch; undefined when there is none. */
function processStartMs(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    const bootSeconds = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]);
    return bootSeconds * 1000 + (Number(fields[19]) * 1000) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}

function rootOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/root`);
  } catch {
    return '';
  }
}
