import type { ExitResult } from '../model/exit-result.ts';
import { signalName } from '../model/signals.ts';

/** An exit in one sentence, for people. */
export function describeExit({ exitCode, signal, oomKilled, error }: ExitResult): string {
  if (error !== undefined) return `Ended, ${error}`;
  const why = oomKilled ? ' (out of memory)' : '';
  if (signal !== undefined) return `Ended by ${signalName(signal) ?? `signal ${signal}`}${why}`;
  return `${exitCode === undefined ? 'Exited with an unknown code' : `Exited with code ${exitCode}`}${why}`;
}

/** The same for programs: `exit_code`, `signal`, `oom_killed`, `requested`, `completed_at_ms`, `source`, `error`. */
export function exitAnnotations({
  exitCode,
  signal,
  oomKilled,
  requested,
  completedAtMs,
  source,
  error,
}: ExitResult): Record<string, string> {
  return {
    ...(exitCode !== undefined && { exit_code: String(exitCode) }),
    ...(signal !== undefined && { signal: String(signal) }),
    oom_killed: String(oomKilled),
    ...(requested !== undefined && { requested: String(requested) }),
    completed_at_ms: String(completedAtMs),
    source,
    ...(error !== undefined && { error }),
  };
}
