import { exitText, isFailure } from '../../../model/exit-text.ts';
import type { ExitResult } from '../../../model/exit-result.ts';
import type { TaskStatus } from '../../../model/task-status.ts';
import type { Alert } from '../../alerts/alert.ts';
import type { FeedItem, Tone } from './feed-items.ts';

/** Something that happened to a task, as charts mark it. */
export interface ChartMarker {
  readonly timeMs: number;
  readonly kind: 'start' | 'exit' | 'OOM' | 'alert' | 'cleared';
  readonly text: string;
  readonly tone: Tone;
}

/** The same thing is known from an event and from the status of the task, at slightly different times. */
const SAME_MS = 2_000;

/** Starts, exits and alerts of one task, oldest first. */
export function chartMarkers(
  status: Pick<TaskStatus, 'startedAtMs' | 'completedAtMs' | 'exitResult'> | undefined,
  alerts: readonly Alert[],
  items: readonly FeedItem[],
): readonly ChartMarker[] {
  const known = [
    ...(status?.startedAtMs === undefined ? [] : [startOf(status.startedAtMs)]),
    ...(status?.exitResult === undefined
      ? []
      : [exitOf(status.completedAtMs ?? status.exitResult.completedAtMs, status.exitResult)]),
    ...alerts.map(alertOf),
    ...items.flatMap(itemMarkers),
  ];
  const markers: ChartMarker[] = [];
  for (const marker of known) if (!markers.some((other) => isSame(other, marker))) markers.push(marker);
  return markers.sort((one, other) => one.timeMs - other.timeMs);
}

function isSame(one: ChartMarker, other: ChartMarker): boolean {
  return (
    one.kind === other.kind &&
    Math.abs(one.timeMs - other.timeMs) < SAME_MS &&
    (one.kind === 'start' || one.text === other.text)
  );
}

function itemMarkers(item: FeedItem): readonly ChartMarker[] {
  if (item.kind === 'alert') return [alertOf(item.alert)];
  if (item.kind !== 'event') return [];
  const { kind, timeMs, exitResult } = item.event;
  if (kind === 'started') return [startOf(timeMs)];
  return kind === 'exited' && exitResult !== undefined ? [exitOf(exitResult.completedAtMs, exitResult)] : [];
}

function startOf(timeMs: number): ChartMarker {
  return { timeMs, kind: 'start', text: 'start', tone: 'good' };
}

function exitOf(timeMs: number, exit: ExitResult): ChartMarker {
  const text = `exit ${exitText(exit)}`;
  if (exit.oomKilled) return { timeMs, kind: 'OOM', text: 'killed, out of memory', tone: 'bad' };
  return { timeMs, kind: 'exit', text, tone: isFailure(exit) ? 'bad' : 'plain' };
}

function alertOf({ timeMs, state, rule, message }: Alert): ChartMarker {
  if (state === 'cleared') return { timeMs, kind: 'cleared', text: `${rule} cleared`, tone: 'good' };
  return { timeMs, kind: 'alert', text: `${rule}: ${message}`, tone: 'warn' };
}
