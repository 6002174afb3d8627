import { PassThrough, type Readable } from 'node:stream';

import { RktError } from '../model/rkt-error.ts';
import type { OpsContext } from './ops-context.ts';
import { checkDuration } from './check-duration.ts';
import { execTaskStreaming, shownCommand, type ExecResult } from './exec-streaming.ts';

export interface ExecOptions {
  /** Timeout of the command; default 60 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface ExecTaskResult extends ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in order of arrival; Nomad's output. */
  readonly output: string;
  /** True if one of the three was truncated at 16 MiB. */
  readonly truncated: boolean;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/**
 * Runs a command in a task and returns its output, each stream up to 16 MiB. Background processes of the command are
 * not waited for.
 *
 * @throws {@link RktError} RKT_ERR_TASK_NOT_FOUND, RKT_ERR_TASK_NOT_RUNNING, RKT_ERR_EXEC_COMMAND, or
 * RKT_ERR_EXEC_TIMEOUT after which the command was killed
 */
export async function execTask(
  ctx: OpsContext,
  taskId: string,
  cmd: readonly string[],
  options: ExecOptions = {},
): Promise<ExecTaskResult> {
  const timeoutMs = checkDuration('timeoutMs of an exec', options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const all = collect(stdout, stderr);
  const out = collect(stdout);
  const err = collect(stderr);
  const result = await execTaskStreaming(ctx, taskId, {
    cmd,
    stdout,
    stderr,
    signal,
    lingerMs: 0,
  });
  if (timeout.aborted) {
    const what = `${shownCommand(cmd)} in task "${taskId}" was killed after ${timeoutMs} ms`;
    throw new RktError('RKT_ERR_EXEC_TIMEOUT', what, { taskId, stderr: err.text().slice(-2048) });
  }
  const truncated = [out, err, all].some(({ isCut }) => isCut());
  return { ...result, stdout: out.text(), stderr: err.text(), output: all.text(), truncated };
}

interface Collected {
  readonly text: () => string;
  readonly isCut: () => boolean;
}

function collect(...streams: readonly Readable[]): Collected {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for (const stream of streams) {
    stream.on('data', (chunk: Buffer) => {
      if (bytes < MAX_OUTPUT_BYTES) chunks.push(chunk.subarray(0, MAX_OUTPUT_BYTES - bytes));
      bytes += chunk.length;
    });
  }
  return { text: () => Buffer.concat(chunks).toString('utf8'), isCut: () => bytes > MAX_OUTPUT_BYTES };
}
