import type { FleetHost } from '../../../model/fleet-host.ts';
import { MS_PER_SECOND } from '../../../model/units.ts';
import type { SamplingStats } from '../../../model/sampling-stats.ts';
import { TASK_PHASES } from '../../../model/task-status.ts';
import type { Snapshot } from '../../snapshot.ts';
import { family, type Family, type Series, type Unit } from '../family.ts';

/** The driver as a whole. */
export interface SelfRow {
  readonly snapshot: Snapshot;
  /** The render time of the previous scrape. */
  readonly renderMs: number | undefined;
}

const HEALTHS = ['healthy', 'unhealthy', 'undetected'] as const;
const DELAYS = [
  ['mean', 'meanMs'],
  ['p50', 'p50Ms'],
  ['p99', 'p99Ms'],
  ['max', 'maxMs'],
] as const;

export const SELF_FAMILIES: readonly Family<SelfRow>[] = [
  {
    name: 'rkt_streams_driver_health',
    type: 'gauge',
    help: '1 for the health that the driver reports, 0 for the others.',
    source: 'health of the fingerprint',
    series: HEALTHS.map((health) => ({
      labels: { health },
      value: ({ snapshot: { fingerprint } }) =>
        fingerprint === undefined ? undefined : Number(fingerprint.health === health),
    })),
  },
  {
    name: 'rkt_streams_tasks',
    type: 'gauge',
    help: 'Tasks by phase.',
    source: 'the tasks',
    series: TASK_PHASES.map((phase) => ({
      labels: { phase },
      value: ({ snapshot }) => snapshot.tasks.filter((task) => task.phase === phase).length,
    })),
  },
  gauge({ name: 'sampled_tasks', help: 'Tasks that are sampled.', source: 'tasks', read: (s) => s.tasks }),
  counter({
    name: 'ticks',
    help: 'Sampling rounds that were started.',
    source: 'ticks',
    read: (s) => s.ticks,
  }),
  counter({
    name: 'skipped_ticks',
    help: 'Sampling rounds that were skipped.',
    source: 'skippedTicks',
    read: (s) => s.skippedTicks,
  }),
  counter({ name: 'samples', help: 'Samples that were taken.', source: 'samples', read: (s) => s.samples }),
  counter({
    name: 'failed_samples',
    help: 'Samples for which nothing could be read.',
    source: 'failedSamples',
    read: (s) => s.failedSamples,
  }),
  counter({
    name: 'dropped_samples',
    help: 'Samples dropped because a counter decreased.',
    source: 'droppedSamples',
    read: (s) => s.droppedSamples,
  }),
  counter({
    name: 'file_reads',
    help: 'Kernel files that were read.',
    source: 'fileReads',
    read: (s) => s.fileReads,
  }),
  counter({
    name: 'stale_reads',
    help: 'Kernel files that were not read because they could not have changed.',
    source: 'staleReads',
    read: (s) => s.staleReads,
  }),
  counter({
    name: 'sampling_seconds',
    help: 'Time spent sampling.',
    source: 'workMs',
    read: (s) => s.workMs / MS_PER_SECOND,
    unit: 'seconds',
  }),
  gauge({
    name: 'sample_duration_seconds',
    help: 'Duration of the last sampling round.',
    source: 'lastTick.durationMs',
    read: ({ lastTick }) => (lastTick === undefined ? undefined : lastTick.durationMs / MS_PER_SECOND),
    unit: 'seconds',
  }),
  gauge({
    name: 'longest_slice_seconds',
    help: 'Longest time that sampling blocked the event loop.',
    source: 'longestSliceMs',
    read: (s) => s.longestSliceMs / MS_PER_SECOND,
    unit: 'seconds',
  }),
  gauge({
    name: 'open_descriptors',
    help: 'Kernel files kept open.',
    source: 'descriptors.open',
    read: (s) => s.descriptors.open,
  }),
  gauge({
    name: 'descriptor_budget',
    help: 'Maximum number of kernel files kept open.',
    source: 'descriptors.budget',
    read: (s) => s.descriptors.budget,
  }),
  counter({
    name: 'opened_descriptors',
    help: 'Kernel files opened.',
    source: 'descriptors.opened',
    read: (s) => s.descriptors.opened,
  }),
  counter({
    name: 'evicted_descriptors',
    help: 'Kernel files closed to stay below the maximum.',
    source: 'descriptors.evicted',
    read: (s) => s.descriptors.evicted,
  }),
  {
    name: 'rkt_streams_event_loop_delay_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Event loop delay since the previous sample.',
    source: 'eventLoopDelay of the sampling',
    series: DELAYS.map(([stat, key]) => ({
      labels: { stat },
      value: ({ snapshot: { sampling } }) =>
        sampling?.eventLoopDelay === undefined ? undefined : sampling.eventLoopDelay[key] / MS_PER_SECOND,
    })),
  },
  {
    name: 'rkt_streams_rkt_command_duration_seconds',
    type: 'summary',
    unit: 'seconds',
    help: 'Commands of rkt, and their duration including the time in the queue.',
    source: 'rkt.calls, rkt.totalMs of the sampling',
    series: [
      {
        suffix: '_sum',
        value: sampled(({ rkt }) => (rkt === undefined ? undefined : rkt.totalMs / MS_PER_SECOND)),
      },
      { suffix: '_count', value: sampled(({ rkt }) => rkt?.calls) },
    ],
  },
  counter({
    name: 'rkt_command_failures',
    help: 'Commands of rkt that failed.',
    source: 'rkt.failures',
    read: ({ rkt }) => rkt?.failures,
  }),
  gauge({
    name: 'rkt_commands_waiting',
    help: 'Commands of rkt in the queue.',
    source: 'rkt.queueLength',
    read: ({ rkt }) => rkt?.queueLength,
  }),
  gauge({
    name: 'snapshot_timestamp_seconds',
    help: 'When the sampling statistics were last updated, since the epoch.',
    source: 'timestampMs',
    read: (s) => s.timestampMs / MS_PER_SECOND,
    unit: 'seconds',
  }),
  family(
    'rkt_streams_render_duration_seconds',
    'gauge',
    { help: 'Time spent on rendering the previous exposition.', source: 'the exporter', unit: 'seconds' },
    ({ renderMs }) => (renderMs === undefined ? undefined : renderMs / MS_PER_SECOND),
  ),
];

/** Of a fleet. */
export const HOST_STATE_FAMILIES: readonly Family<FleetHost>[] = [
  family(
    'rkt_streams_host_live',
    'gauge',
    {
      help: '1 while the agent of the host responds, 0 while its values are stale.',
      source: 'hosts of a fleet',
    },
    ({ connection }) => Number(connection.state === 'live'),
  ),
];

/** The information is in the labels. */
export const BUILD_FAMILIES: readonly Family<unknown>[] = [
  family(
    'rkt_streams_build_info',
    'info',
    { help: 'Version and fingerprint of this program; always 1.', source: 'the fingerprint' },
    () => 1,
  ),
];

/** For dashboards that begin with it. */
export const VERSION_FAMILIES: readonly Family<unknown>[] = [
  family(
    'cadvisor_version_info',
    'info',
    { help: 'This program and the machine, by the labels of cAdvisor; always 1.', source: 'the machine' },
    () => 1,
  ),
];

type ReadSampling = (sampling: SamplingStats) => number | undefined;

function sampled(read: ReadSampling): Series<SelfRow>['value'] {
  return ({ snapshot: { sampling } }) => (sampling === undefined ? undefined : read(sampling));
}

interface SamplingMetric {
  /** Without its prefix, and without the `_total` of counters. */
  readonly name: string;
  readonly help: string;
  /** The field of the statistics. */
  readonly source: string;
  readonly read: ReadSampling;
  readonly unit?: Unit;
}

function gauge(metric: SamplingMetric): Family<SelfRow> {
  return own(`rkt_streams_${metric.name}`, 'gauge', metric);
}

function counter(metric: SamplingMetric): Family<SelfRow> {
  return own(`rkt_streams_${metric.name}_total`, 'counter', metric);
}

function own(
  name: string,
  type: 'gauge' | 'counter',
  { help, source, read, unit }: SamplingMetric,
): Family<SelfRow> {
  const about = { help, source: `${source} of the sampling`, ...(unit === undefined ? {} : { unit }) };
  return family(name, type, about, sampled(read));
}
