import { statSync, type Stats } from 'node:fs';

import type { TaskStatus } from '../../model/task-status.ts';
import type { OutputStream } from '../../model/task-log.ts';
import { watchGrowth } from './log-growth.ts';
import { createLogMarks, type LogMark, type LogMarks } from './log-marks.ts';

/** The outputs of one start of a task, and when they have grown. */
export interface WatchedLog {
  readonly startedAtMs: number | undefined;
  readonly paths: Readonly<Partial<Record<OutputStream, string>>>;
  readonly marks: LogMarks;
  /** Measures both outputs now. */
  measure(): void;
  /** Calls back after each growth, until the returned function is called. */
  onGrowth(listener: () => void): () => void;
  /** Measures once more; what follows is not noticed any more. */
  close(): void;
}

export const OUTPUTS = ['stdout', 'stderr'] as const satisfies readonly OutputStream[];
const BLOCK_BYTES = 512;

type Outputs = Pick<TaskStatus, 'startedAtMs' | 'stdoutPath' | 'stderrPath'>;

/**
 * Watches the outputs of a task. Order and time are as precise as the kernel's notifications; what is written to both
 * outputs before the first of them is handled counts as written to stdout first.
 */
export function watchLog({ startedAtMs, stdoutPath, stderrPath }: Outputs): WatchedLog {
  const paths = {
    ...(stdoutPath !== undefined && { stdout: stdoutPath }),
    ...(stderrPath !== undefined && stderrPath !== stdoutPath && { stderr: stderrPath }),
  };
  const marks = firstMarks(paths);
  const listeners = new Set<() => void>();
  const measure = (): void => {
    const before = marks.sizes();
    const sizes = sizesOf(paths);
    const timeMs = Date.now();
    for (const stream of OUTPUTS) {
      if (sizes[stream] < before[stream]) marks.restart(stream);
      marks.add({ stream, endsAt: sizes[stream], timeMs });
    }
    if (OUTPUTS.some((stream) => sizes[stream] !== before[stream])) listeners.forEach((notify) => notify());
  };
  const watches = OUTPUTS.flatMap((stream) => {
    const path = paths[stream];
    return path === undefined ? [] : [watchGrowth(path, measure)];
  });
  return {
    startedAtMs,
    paths,
    marks,
    measure,
    onGrowth(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      watches.forEach((end) => end());
      measure();
    },
  };
}

/** The last byte of a file was written when the file was last changed, unless the log was truncated. */
function firstMarks(paths: WatchedLog['paths']): LogMarks {
  const untimed = { stdout: 0, stderr: 0 };
  const last: LogMark[] = [];
  for (const stream of OUTPUTS) {
    const stat = statOf(paths[stream]);
    if (stat === undefined) continue;
    const { size, mtimeMs, blocks } = stat;
    const isWhole = size > 0 && blocks * BLOCK_BYTES >= size;
    untimed[stream] = isWhole ? size - 1 : size;
    if (isWhole) last.push({ stream, endsAt: size, timeMs: mtimeMs });
  }
  const marks = createLogMarks(untimed);
  last.sort((one, other) => one.timeMs - other.timeMs).forEach((mark) => marks.add(mark));
  return marks;
}

function sizesOf(paths: WatchedLog['paths']): Record<OutputStream, number> {
  return { stdout: statOf(paths.stdout)?.size ?? 0, stderr: statOf(paths.stderr)?.size ?? 0 };
}

/** Of a regular file; pipes have no size. */
function statOf(path: string | undefined): Stats | undefined {
  try {
    const stat = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() === true ? stat : undefined;
  } catch {
    return undefined;
  }
}
