import { Subject, type Observable } from 'rxjs';

import type { Fingerprint } from '../../model/fingerprint.ts';
import type { HostStats } from '../../model/host-stats.ts';
import type { TaskEvent } from '../../model/task-event.ts';
import type { RecordedAlert } from './recorded-alert.ts';
import type { ReplayListener } from './replay-state.ts';
import type { RecordedTick } from './stats-rows.ts';

/** What a replay delivers, as subjects that all subscribers share. */
export interface ReplayFeeds {
  readonly listener: ReplayListener;
  readonly tasks$: Observable<void>;
  readonly events$: Observable<TaskEvent>;
  readonly ticks$: Observable<RecordedTick>;
  readonly hosts$: Observable<HostStats>;
  readonly fingerprints$: Observable<Fingerprint>;
  readonly alerts$: Observable<RecordedAlert>;
}

export function createReplayFeeds(): ReplayFeeds {
  const tasks = new Subject<void>();
  const events = new Subject<TaskEvent>();
  const ticks = new Subject<RecordedTick>();
  const hosts = new Subject<HostStats>();
  const fingerprints = new Subject<Fingerprint>();
  const alerts = new Subject<RecordedAlert>();
  return {
    listener: {
      tasks: () => tasks.next(),
      event: (event) => events.next(event),
      tick: (tick) => ticks.next(tick),
      host: (host) => hosts.next(host),
      fingerprint: (fingerprint) => fingerprints.next(fingerprint),
      alert: (alert) => alerts.next(alert),
    },
    tasks$: tasks.asObservable(),
    events$: events.asObservable(),
    ticks$: ticks.asObservable(),
    hosts$: hosts.asObservable(),
    fingerprints$: fingerprints.asObservable(),
    alerts$: alerts.asObservable(),
  };
}
