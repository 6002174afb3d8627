import type { Defaulted } from './defaulted.ts';
import type { ExitResult } from './exit-result.ts';

/** As docker names them; a task without a policy is not restarted. */
export const RESTART_POLICIES = ['on-failure', 'always', 'unless-stopped'] as const;

/**
 * Whether a task is started again when it has exited. Who restarts it is an agent of the data directory; a driver alone does not.
 *
 * An exit that was requested ends the restarts. `always` begins them again when an agent starts.
 */
export interface Restart {
  readonly policy: (typeof RESTART_POLICIES)[number];
  /** Of `on-failure`: the number of restarts after which the task stays exited; absent for no limit. */
  readonly maxRetries?: number | undefined;
  /** How often the task was restarted. */
  readonly count: number;
  /** The delay before the last restart in ms; absent without one. */
  readonly delayMs?: number | undefined;
}

/** A policy to start a task with. */
export type RestartInput = Defaulted<Restart, 'count'>;

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 60_000;
/** A task that has run for so long was no failed start. */
const HEALTHY_MS = 10_000;

/** An exit that a policy decides about. */
export interface ExitedTask {
  readonly exit: ExitResult;
  readonly startedAtMs: number | undefined;
  /** True for an exit that an agent finds when it starts. */
  readonly isFound: boolean;
}

/**
 * The restart that follows an exit; undefined when none does. The delay is docker's: 100 ms, doubled up to one minute, and 100 ms
 * again after a run of ten seconds.
 */
export function nextRestart(
  restart: Restart,
  { exit, startedAtMs, isFound }: ExitedTask,
): (Restart & { readonly delayMs: number }) | undefined {
  const { policy, maxRetries = Number.POSITIVE_INFINITY, count, delayMs: last } = restart;
  if (exit.requested === true && !(policy === 'always' && isFound)) return undefined;
  if (policy === 'on-failure' && (exit.exitCode === 0 || count >= maxRetries)) return undefined;
  const ranMs = startedAtMs === undefined ? 0 : exit.completedAtMs - startedAtMs;
  const isFirst = last === undefined || ranMs >= HEALTHY_MS;
  const delayMs = isFirst ? FIRST_DELAY_MS : Math.min(2 * last, LONGEST_DELAY_MS);
  return { ...restart, count: count + 1, delayMs };
}

/** `no`, `on-failure`, `on-failure:3`, `always` or `unless-stopped`; undefined for anything else. */
export function parseRestart(text: string): RestartInput | 'no' | undefined {
  if (text === 'no') return 'no';
  const [, name = '', number] = /^([a-z-]+)(?::([1-9]\d{0,8}))?$/.exec(text) ?? [];
  const policy = RESTART_POLICIES.find((known) => known === name);
  if (policy === undefined || (number !== undefined && policy !== 'on-failure')) return undefined;
  return { policy, ...(number !== undefined && { maxRetries: Number(number) }) };
}

/** `on-failure:3`. */
export function restartText({ policy, maxRetries }: Pick<Restart, 'policy' | 'maxRetries'>): string {
  return maxRetries === undefined ? policy : `${policy}:${maxRetries}`;
}
