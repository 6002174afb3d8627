import type { Fingerprint } from '../../model/fingerprint.ts';
import type { HostStats } from '../../model/host-stats.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import type { BlockContent } from './block-codec.ts';
import type { RecordedDocument } from './recorded-document.ts';
import type { RecordedTick } from './stats-rows.ts';

/** More rows than these are written at once. */
const MAX_ROWS = 16_384;

/** What is to be written with the next block. */
export interface RecordBuffer {
  add(document: RecordedDocument): void;
  /** Adds the differences from the list before. */
  tasks(timeMs: number, tasks: readonly TaskStatus[]): void;
  /** Returns true when it is time to write. */
  tick(tick: RecordedTick): boolean;
  /** Empties the buffer; the snapshot is the state before its first record. */
  take(): { readonly content: BlockContent; readonly snapshot: readonly RecordedDocument[] };
}

interface Latest {
  readonly tasks: readonly TaskStatus[];
  readonly fingerprint?: Fingerprint;
  readonly host?: HostStats;
}

export function createRecordBuffer(): RecordBuffer {
  let documents: RecordedDocument[] = [];
  let ticks: RecordedTick[] = [];
  let rows = 0;
  let latest: Latest = { tasks: [] };
  let before: Latest = latest;

  const add = (document: RecordedDocument): void => {
    documents.push(document);
    if (document.kind === 'fingerprint') latest = { ...latest, fingerprint: document.value };
    if (document.kind === 'host') latest = { ...latest, host: document.value };
  };
  return {
    add,
    tasks(timeMs, tasks) {
      const known = new Map(latest.tasks.map((task) => [task.id, task]));
      for (const task of tasks) {
        // The status of a task is the same object until it changes.
        if (known.get(task.id) !== task) documents.push({ kind: 'task', timeMs, value: task });
        known.delete(task.id);
      }
      for (const id of known.keys()) documents.push({ kind: 'removed', timeMs, value: id });
      latest = { ...latest, tasks };
    },
    tick(tick) {
      ticks.push(tick);
      rows += tick.taskIds.length;
      return rows >= MAX_ROWS;
    },
    take() {
      const content = { documents, ticks };
      const timeMs = [...documents, ...ticks].reduce(
        (least, record) => Math.min(least, record.timeMs),
        Infinity,
      );
      const snapshot = snapshotOf(before, timeMs);
      documents = [];
      ticks = [];
      rows = 0;
      before = latest;
      return { content, snapshot };
    },
  };
}

function snapshotOf({ tasks, fingerprint, host }: Latest, timeMs: number): readonly RecordedDocument[] {
  return [
    { kind: 'tasks', timeMs, value: tasks },
    ...(fingerprint === undefined ? [] : [{ kind: 'fingerprint' as const, timeMs, value: fingerprint }]),
    ...(host === undefined ? [] : [{ kind: 'host' as const, timeMs, value: host }]),
  ];
}
