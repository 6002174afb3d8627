import { NEVER, concat, map, of, throttleTime, type Observable, type SchedulerLike } from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import type { FleetHost } from '../../model/fleet-host.ts';
import { positionsOf } from '../replay/replay-control.ts';
import type { SampleTopic, StreamRequest } from './topics.ts';

/** A thousand tasks that start at once are a thousand lists of a thousand tasks. */
const TASKS_SPACING_MS = 250;
/** Metrics of the machine cost processes and change slowly. */
const MIN_HOST_INTERVAL_MS = 1_000;

type SamplingOptions = Pick<StreamRequest, 'intervalMs' | 'groups' | 'task' | 'changes'>;

/** What a topic depends on: clients for whom it is the same share one subscription. */
export function channelKey(
  topic: SampleTopic,
  { intervalMs, groups, task, changes }: SamplingOptions,
): string {
  switch (topic) {
    case 'tasks':
      return JSON.stringify([topic, task]);
    case 'stats':
      return JSON.stringify([topic, intervalMs, [...new Set(groups)].sort(), task, changes]);
    case 'host':
      return JSON.stringify([topic, Math.max(intervalMs, MIN_HOST_INTERVAL_MS)]);
    case 'sampling':
      return JSON.stringify([topic, intervalMs]);
    case 'fingerprint':
    case 'pods':
    case 'hosts':
    case 'replay':
      return topic;
  }
}

/** True for topics whose options cost the driver something of their own. */
export function isSampling(topic: SampleTopic): boolean {
  return topic === 'stats' || topic === 'host' || topic === 'sampling';
}

/** The data of a topic's frames. */
export function sourceOf(
  driver: Driver,
  topic: SampleTopic,
  { intervalMs, groups, task }: SamplingOptions,
  scheduler: SchedulerLike,
): Observable<object> {
  switch (topic) {
    case 'tasks':
      return driver.tasks().pipe(
        throttleTime(TASKS_SPACING_MS, scheduler, { leading: true, trailing: true }),
        map((tasks) => ({ tasks: task === undefined ? tasks : tasks.filter(({ id }) => id === task) })),
      );
    case 'stats':
      if (task === undefined) {
        return driver
          .allTaskStats({ intervalMs, groups })
          .pipe(map((samples) => ({ timeMs: scheduler.now(), samples })));
      }
      return driver
        .taskStats(task, { intervalMs, groups })
        .pipe(map((usage) => ({ timeMs: usage.timestampMs, samples: [{ taskId: task, usage }] })));
    case 'fingerprint':
      return driver.fingerprint();
    case 'pods':
      return driver.pods().pipe(map((pods) => ({ pods })));
    case 'hosts':
      return hostsOf(driver);
    case 'host':
      return driver.hostStats({ intervalMs: Math.max(intervalMs, MIN_HOST_INTERVAL_MS) });
    case 'sampling':
      return driver.samplingStats({ intervalMs });
    case 'replay':
      return positionsOf(driver, scheduler);
    default:
      return NEVER;
  }
}

/** Of a driver of one machine an empty list. */
export function hostsOf(driver: Pick<Driver, 'hosts'>): Observable<{ readonly hosts: readonly FleetHost[] }> {
  const hosts$ = driver.hosts?.() ?? concat(of([]), NEVER);
  return hosts$.pipe(map((hosts) => ({ hosts })));
}
