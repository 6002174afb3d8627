import { isFailure } from '../../../model/exit-text.ts';
import type { TaskEvent } from '../../../model/task-event.ts';
import type { Alert } from '../../alerts/alert.ts';
import { loopText, type CrashLoop } from './crash-loops.ts';

/** An event of the driver, or an alert of a rule. */
export type FeedItem =
  | { readonly kind: 'event'; readonly id: string; readonly timeMs: number; readonly event: TaskEvent }
  | { readonly kind: 'alert'; readonly id: string; readonly timeMs: number; readonly alert: Alert }
  /** A crash loop, in place of all that happened to its tasks. */
  | { readonly kind: 'loop'; readonly id: string; readonly timeMs: number; readonly loop: CrashLoop }
  /** The agent, or the page's connection to it. */
  | { readonly kind: 'note'; readonly id: string; readonly timeMs: number; readonly message: string };

/** The last things that happened, newest first. */
export interface Feed {
  /** Adds one; the same id twice is one. */
  add(item: FeedItem): void;
  items(filter?: FeedFilter): readonly FeedItem[];
  /** Rises with every change. */
  readonly version: number;
}

export interface FeedFilter {
  readonly taskId?: string | undefined;
  /** In any letter case, in the task's id, the kind or the message. */
  readonly text?: string;
}

export const FEED_LENGTH = 500;

/** No two states have the same version, whatever was forgotten between them. */
let versions = 0;

export function createFeed(length = FEED_LENGTH): Feed {
  let items: readonly FeedItem[] = [];
  let version = (versions += 1);
  return {
    add(item) {
      if (items.some((other) => isSame(other, item))) return;
      items = [item, ...items].slice(0, length);
      version = versions += 1;
    },
    items: (filter = {}) => items.filter((item) => fits(item, filter)),
    get version() {
      return version;
    },
  };
}

/** An event that is published again has its id, and another time. */
function isSame(one: FeedItem, other: FeedItem): boolean {
  if (one.kind !== other.kind || one.id !== other.id) return false;
  return one.kind === 'event' || one.timeMs === other.timeMs;
}

/** The task of an item, the latest of a loop; a note has none. */
export function taskOf(item: FeedItem): string | undefined {
  if (item.kind === 'note') return undefined;
  if (item.kind === 'loop') return item.loop.taskIds.at(-1);
  return item.kind === 'event' ? item.event.taskId : item.alert.taskId;
}

/** Replaces what happened to the tasks of a crash loop by one item, at the time of its latest. */
export function foldFeed(items: readonly FeedItem[], loops: Iterable<CrashLoop>): readonly FeedItem[] {
  const loopOf = new Map<string, CrashLoop>();
  for (const loop of loops) loop.taskIds.forEach((taskId) => loopOf.set(taskId, loop));
  const seen = new Set<CrashLoop>();
  return items.flatMap((item) => {
    const loop = loopOf.get(taskOf(item) ?? '');
    if (loop === undefined || item.timeMs < loop.firstMs) return [item];
    if (seen.has(loop)) return [];
    seen.add(loop);
    return [{ kind: 'loop', id: loop.key, timeMs: item.timeMs, loop }];
  });
}

/** One word for what happened. */
export function wordOf(item: FeedItem): string {
  switch (item.kind) {
    case 'event':
      return item.event.kind;
    case 'alert':
      return `${item.alert.rule} ${item.alert.state === 'raised' ? 'alert' : 'cleared'}`;
    case 'loop':
      return 'crash loop';
    case 'note':
      return 'agent';
  }
}

export function messageOf(item: FeedItem): string {
  if (item.kind === 'note') return item.message;
  if (item.kind === 'loop') return loopText(item.loop);
  return item.kind === 'event' ? item.event.message : item.alert.message;
}

export type Tone = 'good' | 'warn' | 'bad' | 'plain';

/** How much it should catch the eye. */
export function toneOf(item: FeedItem): Tone {
  if (item.kind === 'note') return 'warn';
  if (item.kind === 'loop') return 'bad';
  if (item.kind === 'alert') return item.alert.state === 'raised' ? 'bad' : 'good';
  const { kind, exitResult } = item.event;
  if (kind === 'failed' || exitResult?.oomKilled === true) return 'bad';
  if (exitResult !== undefined) return isFailure(exitResult) ? 'warn' : 'plain';
  if (kind === 'killed' || kind === 'stats-degraded') return 'warn';
  return kind === 'started' || kind === 'recovered' ? 'good' : 'plain';
}

function fits(item: FeedItem, { taskId, text = '' }: FeedFilter): boolean {
  if (taskId !== undefined && taskOf(item) !== taskId) return false;
  if (text === '') return true;
  const all = [taskOf(item) ?? '', wordOf(item), messageOf(item)].join(' ').toLowerCase();
  return all.includes(text.toLowerCase());
}
