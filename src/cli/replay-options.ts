import { InvalidArgumentError, type Command } from 'commander';

import type { RecordedDriver } from '../drivers/recorded/index.ts';
import { RktError } from '../model/rkt-error.ts';
import { durationMs } from './flag-values.ts';

/** The options of a command that can play a recording instead. */
export interface ReplayFlags {
  /** `true` is `events --replay` without a file, which is something else. */
  readonly replay?: string | boolean;
  readonly speed?: number;
  readonly from?: ReplayTime;
  readonly to?: ReplayTime;
  readonly loop?: boolean;
}

/** A time in a recording: an absolute one, or one that counts from its begin. */
type ReplayTime = { readonly atMs: number } | { readonly afterMs: number };

/** Adds `--replay` and the options that go with it. */
export function addReplayOptions(command: Command): Command {
  const isKnown = command.options.some(({ long }) => long === '--replay');
  if (!isKnown) command.option('--replay <file>', 'play a recording instead of watching this machine');
  return command
    .option('--speed <n>', 'with --replay: how many times faster than recorded (1)', speed)
    .option(
      '--from <time>',
      'with --replay: where to begin, as 10m after the begin or 2026-01-31T12:00:00Z',
      time,
    )
    .option('--to <time>', 'with --replay: where to end, in the same way', time)
    .option('--loop', 'with --replay: begin again at the end');
}

/** The flags of a command, checked against each other. @throws RKT_ERR_OPTIONS */
export function replayFlagsOf(command: Command): ReplayFlags & { readonly file: string | undefined } {
  // Other commands have options of these names too.
  if (!command.options.some(({ long }) => long === '--speed')) return { file: undefined };
  const flags = command.opts<ReplayFlags>();
  const file = typeof flags.replay === 'string' ? flags.replay : undefined;
  const [alone] = (['speed', 'from', 'to', 'loop'] as const).filter((name) => flags[name] !== undefined);
  if (file === undefined && alone !== undefined)
    throw new RktError('RKT_ERR_OPTIONS', `--${alone} needs --replay with the file of a recording`);
  return { ...flags, file };
}

/**
 * The driver of the recording that a command is to play; undefined when there is none to play.
 *
 * @param end `complete`: streams end with the recording; `hold`: they keep the last values; `last`: it begins at its end
 * @throws RKT_ERR_RECORDING, RKT_ERR_OPTIONS
 */
export async function openReplay(
  command: Command,
  end: 'complete' | 'hold' | 'last',
): Promise<RecordedDriver | undefined> {
  const { file, speed: times = 1, from, to, loop = false } = replayFlagsOf(command);
  if (file === undefined) return undefined;
  const { createRecordedDriver, recordingSummary } = await import('../drivers/recorded/index.ts');
  const { fromMs, toMs } = recordingSummary(file);
  const first = msOf(from, fromMs) ?? (end === 'last' ? (msOf(to, fromMs) ?? toMs) : fromMs);
  return createRecordedDriver(file, {
    ...{ speed: times, loop, end: end === 'complete' ? 'complete' : 'hold' },
    ...{ from: first, to: msOf(to, fromMs) ?? toMs },
  });
}

function msOf(wanted: ReplayTime | undefined, beginMs: number): number | undefined {
  if (wanted === undefined) return undefined;
  return 'atMs' in wanted ? wanted.atMs : beginMs + wanted.afterMs;
}

function speed(text: string): number {
  const value = Number(text.replace(/x$/, ''));
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('A speed is a number above 0, as in 60 or 0.5.');
}

function time(text: string): ReplayTime {
  if (/^\d{4}-\d\d-\d\d/.test(text)) {
    const atMs = Date.parse(text);
    if (!Number.isNaN(atMs)) return { atMs };
  } else if (/^\d/.test(text)) return { afterMs: durationMs('s')(text) };
  throw new InvalidArgumentError(
    'A time is a duration after the begin, as in 90s or 10m, or a date, as in 2026-01-31T12:00:00Z.',
  );
}
