import type { Fingerprint } from '../../model/fingerprint.ts';
import type { HostStats } from '../../model/host-stats.ts';
import type { TaskEvent } from '../../model/task-event.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import type { RecordedAlert } from './recorded-alert.ts';
import type { RecordedDocument } from './recorded-document.ts';
import type { RecordedTick } from './stats-rows.ts';

/** One record of a recording. */
export type ReplayRecord =
  | { readonly timeMs: number; readonly document: RecordedDocument }
  | { readonly timeMs: number; readonly tick: RecordedTick };

/** What was the case at the current time of a replay. */
export interface ReplayState {
  readonly tasks: ReadonlyMap<string, TaskStatus>;
  /** Oldest first, at most {@link EVENT_LIMIT}. */
  readonly events: readonly TaskEvent[];
  readonly tick: RecordedTick | undefined;
  readonly host: HostStats | undefined;
  readonly fingerprint: Fingerprint | undefined;
}

/** As many events as a local driver keeps. */
export const EVENT_LIMIT = 1_000;

/** Receives what is new when a record is applied. */
export interface ReplayListener {
  /** After all records of one time, if one of them changed a task. */
  tasks(): void;
  event(event: TaskEvent): void;
  tick(tick: RecordedTick): void;
  host(host: HostStats): void;
  fingerprint(fingerprint: Fingerprint): void;
  alert(alert: RecordedAlert): void;
}

/** The state, and how records change it. */
export interface ReplayStore {
  readonly state: ReplayState;
  /** Forgets everything. */
  reset(): void;
  /** Replaces the events so far. */
  resetEvents(events: readonly TaskEvent[]): void;
  /** Returns true when it changed a task. */
  apply(record: ReplayRecord, listener?: Omit<ReplayListener, 'tasks'>): boolean;
}

export function createReplayStore(): ReplayStore {
  const tasks = new Map<string, TaskStatus>();
  const events: TaskEvent[] = [];
  const state = {
    tasks,
    events,
    tick: undefined as RecordedTick | undefined,
    host: undefined as HostStats | undefined,
    fingerprint: undefined as Fingerprint | undefined,
  };
  const applyDocument = (document: RecordedDocument, listener?: Omit<ReplayListener, 'tasks'>): boolean => {
    switch (document.kind) {
      case 'tasks':
        tasks.clear();
        for (const task of document.value) tasks.set(task.id, task);
        return true;
      case 'task':
        tasks.set(document.value.id, document.value);
        return true;
      case 'removed':
        return tasks.delete(document.value);
      case 'event':
        events.push(document.value);
        if (events.length > EVENT_LIMIT) events.shift();
        listener?.event(document.value);
        return false;
      case 'host':
        state.host = document.value;
        listener?.host(document.value);
        return false;
      case 'fingerprint':
        state.fingerprint = document.value;
        listener?.fingerprint(document.value);
        return false;
      default:
        if (document.kind === 'alert') listener?.alert(document.value);
        return false;
    }
  };
  return {
    state,
    reset() {
      tasks.clear();
      events.length = 0;
      state.tick = undefined;
      state.host = undefined;
      state.fingerprint = undefined;
    },
    resetEvents(before) {
      events.splice(0, events.length, ...before);
    },
    apply(record, listener) {
      if ('document' in record) return applyDocument(record.document, listener);
      state.tick = record.tick;
      listener?.tick(record.tick);
      return false;
    },
  };
}
