import type { HrTime } from '@opentelemetry/api';
import type { DataPoint, MetricData, MetricProducer } from '@opentelemetry/sdk-metrics';

import type { Driver } from '../../driver-interface.ts';
import { MS_PER_SECOND, NS_PER_MS } from '../../model/units.ts';
import { type Snapshot, type SnapshotFeed } from '../snapshot.ts';
import type { Peers } from './peers.ts';
import { METRIC } from './semantic-names.ts';
import { taskAttributes } from './task-attributes.ts';
import { TASK_METRICS, type TaskMetric } from './task-metrics.ts';

/** The input of the metrics. */
export interface ProducerDeps {
  readonly driver: Driver;
  readonly feed: SnapshotFeed;
  readonly peers: Peers;
  /** When the driver began to count. */
  readonly beganAtMs: number;
}

type Metric = Omit<TaskMetric, 'read'>;

/**
 * Passes the latest snapshot to the SDK whenever it collects.
 *
 * A producer and not asynchronous instruments: the SDK would report the last value of an instrument's attributes
 * forever, but a task's series must end with the task. Counters here also start with their task.
 */
export function createMetricProducer(deps: ProducerDeps): MetricProducer {
  const { feed, peers } = deps;
  const scope = { name: 'rkt-streams', version: deps.driver.pluginInfo().pluginVersion };
  const resource = peers.resources.emptyResource();
  return {
    collect() {
      const metrics = [...taskMetrics(deps, feed.current), ...ownMetrics(deps, feed.current)];
      return Promise.resolve({
        resourceMetrics: { resource, scopeMetrics: [{ scope, metrics }] },
        errors: [],
      });
    },
  };
}

function taskMetrics({ peers }: ProducerDeps, { tasks, samples }: Snapshot): readonly MetricData[] {
  const running = new Map(tasks.filter(({ phase }) => phase !== 'exited').map((task) => [task.id, task]));
  const measured = samples.flatMap(({ taskId, usage }) => {
    const status = running.get(taskId);
    // A sample of an earlier task with this id does not belong to this one.
    if (status === undefined || usage.timestampMs < (status.startedAtMs ?? 0)) return [];
    const attributes = taskAttributes(status);
    const startTime = hrTime(status.startedAtMs ?? usage.timestampMs);
    return [{ status, usage, attributes, startTime, endTime: hrTime(usage.timestampMs) }];
  });
  return TASK_METRICS.flatMap((metric) => {
    const points = measured.flatMap((task) =>
      metric.read(task).flatMap(({ value, attributes: own }) => {
        if (value === undefined) return [];
        const attributes = own === undefined ? task.attributes : { ...task.attributes, ...own };
        return [{ startTime: task.startTime, endTime: task.endTime, attributes, value }];
      }),
    );
    return points.length === 0 ? [] : [metricData(peers, metric, points)];
  });
}

function ownMetrics({ peers, beganAtMs }: ProducerDeps, snapshot: Snapshot): readonly MetricData[] {
  const { sampling, fingerprint } = snapshot;
  const of = (metric: Metric, value: number | undefined, atMs: number | undefined): readonly MetricData[] => {
    if (value === undefined || atMs === undefined) return [];
    const point = { startTime: hrTime(beganAtMs), endTime: hrTime(atMs), attributes: {}, value };
    return [metricData(peers, metric, [point])];
  };
  const healthy = fingerprint === undefined ? undefined : Number(fingerprint.health === 'healthy');
  return [
    ...of(count(METRIC.samples, '{sample}', 'Samples taken.'), sampling?.samples, sampling?.timestampMs),
    ...of(
      count(METRIC.skippedTicks, '{tick}', 'Sampling rounds that were skipped.'),
      sampling?.skippedTicks,
      sampling?.timestampMs,
    ),
    ...of(
      { ...count(METRIC.driverHealthy, '1', '1 while the driver is healthy.'), kind: 'gauge' },
      healthy,
      fingerprint?.timeMs,
    ),
  ];
}

function count(name: string, unit: string, description: string): Metric {
  return { name, kind: 'counter', isInteger: true, unit, description };
}

function metricData(
  { api, sdkMetrics }: Peers,
  { name, kind, isInteger, unit, description }: Metric,
  dataPoints: DataPoint<number>[],
): MetricData {
  const valueType = isInteger ? api.ValueType.INT : api.ValueType.DOUBLE;
  const common = {
    descriptor: { name, unit, description, valueType },
    aggregationTemporality: sdkMetrics.AggregationTemporality.CUMULATIVE,
    dataPoints,
  };
  if (kind === 'gauge') return { ...common, dataPointType: sdkMetrics.DataPointType.GAUGE };
  return { ...common, dataPointType: sdkMetrics.DataPointType.SUM, isMonotonic: kind === 'counter' };
}

function hrTime(epochMs: number): HrTime {
  const seconds = Math.floor(epochMs / MS_PER_SECOND);
  return [seconds, Math.round((epochMs - seconds * MS_PER_SECOND) * NS_PER_MS)];
}
