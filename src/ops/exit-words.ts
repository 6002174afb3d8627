import type { ExitResult } from '../model/exit-result.ts';
import { signalName } from '../model/signals.ts';

/** An exit in one sentence, for people. */
export function describeExit({ exitCode, signal, oomKilled, error }: ExitResult): string {
  if (error !== undefined) return `Ended, ${error}`;
  if (oomKilled) return 'Killed by the OOM killer at its memory limit';
  if (signal !== undefined) return `Ended by ${signalName(signal) ?? `signal ${signal}`}`;
  return `Exited with ${exitCode ?? 'an unknown code'}`;
}

/** The same for programs: `exit_code`, `signal`, `oom_killed`, `source`, `error`. */
export function exitAnnotations({
  exitCode,
  signal,
  oomKilled,
  source,
  error,
}: ExitResult): Record<string, string> {
  return {
    ...(exitCode !== undefined && { exit_code: String(exitCode) }),
    ...(signal !== undefined && { signal: String(signal) }),
    oom_killed: String(oomKilled),
    source,
    ...(error !== undefined && { error }),
  };
}
