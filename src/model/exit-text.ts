import type { ExitResult } from './exit-result.ts';
import type { TaskEventAnnotations } from './task-event.ts';
import { signalName } from './signals.ts';

/** Formats and classifies exits, for people and for programs; the only place for both. */

/** An exit in one sentence, for people. */
export function exitSentence({ exitCode, signal, oomKilled, error }: ExitResult): string {
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
}: ExitResult): TaskEventAnnotations['exited'] {
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

/** `0`, `3`, `SIGKILL (out of memory)`, `SIGTERM (requested)`: the short form of an exit, for tables. */
export function exitText(exit: ExitResult | undefined, nothing = '-'): string {
  if (exit === undefined) return nothing;
  const why = exit.oomKilled ? ' (out of memory)' : exit.requested === true ? ' (requested)' : '';
  if (exit.signal !== undefined) return `${signalName(exit.signal) ?? `signal ${exit.signal}`}${why}`;
  return `${exit.exitCode ?? 'unknown'}${why}`;
}

/** True for an exit with another code than 0 that was not requested, and for every OOM kill. */
export function isFailure({ exitCode, oomKilled, requested = false }: ExitResult): boolean {
  return oomKilled || (!requested && exitCode !== 0);
}
