import type { Fingerprint } from '../../model/fingerprint.ts';
import type { HostStats } from '../../model/host-stats.ts';
import type { TaskEvent, TaskEventKind } from '../../model/task-event.ts';
import type { TaskResourceUsage } from '../../model/task-stats.ts';
import type { BuiltImage } from '../image-build.ts';

/** Which driver emitted an event: that of the demo, or the second one that recovers a task. */
export type Witness = 'first driver' | 'second driver';

/** `no`: other than expected; `unseen`: could not be observed in the time or on this machine. */
export type Verdict = 'yes' | 'no' | 'unseen';

/** The expected and the observed behaviour of a pod. */
export interface PodSummary {
  readonly id: string;
  readonly does: string;
  readonly expected: string;
  readonly seen: string;
  readonly asExpected: Verdict;
}

/** One check for leftovers. */
export interface Check {
  readonly what: 'processes' | 'mounts' | 'cgroups' | 'networks' | 'pods' | 'files' | 'directory';
  /** How many items were checked. */
  readonly looked: number;
  readonly left: readonly string[];
}

export interface DemoSummary {
  readonly ranMs: number;
  readonly interrupted: boolean;
  readonly pods: readonly PodSummary[];
  readonly events: Readonly<Partial<Record<TaskEventKind, number>>>;
  /** Kinds of events that the demo should cause and that were not seen. */
  readonly missing: readonly TaskEventKind[];
  readonly checks: readonly Check[];
  readonly failures: readonly string[];
  /** Nothing is left. */
  readonly clean: boolean;
  readonly ok: boolean;
}

/** All output of the demo; with `--json` one line each. */
export type DemoRecord =
  | { readonly type: 'note'; readonly message: string }
  | ({ readonly type: 'image' } & BuiltImage)
  | ({ readonly type: 'fingerprint' } & Fingerprint)
  | ({ readonly type: 'event'; readonly by: Witness } & TaskEvent)
  | ({ readonly type: 'stats'; readonly taskId: string } & TaskResourceUsage)
  | ({ readonly type: 'host' } & HostStats)
  | { readonly type: 'output'; readonly taskId: string; readonly lines: readonly string[] }
  | {
      readonly type: 'exec';
      readonly taskId: string;
      readonly command: readonly string[];
      readonly exitCode: number;
      readonly output: string;
    }
  /** What a pod answered on a port of the host. */
  | { readonly type: 'answer'; readonly taskId: string; readonly address: string; readonly answer: string }
  | ({ readonly type: 'check' } & Check)
  | ({ readonly type: 'summary' } & DemoSummary);

export type Report = (record: DemoRecord) => void;
