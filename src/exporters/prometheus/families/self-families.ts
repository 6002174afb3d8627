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
  gauge('sampled_tasks', 'Tasks that are sampled.', 'tasks', (s) => s.tasks),
  counter('ticks', 'Sampling rounds that were started.', 'ticks', (s) => s.ticks),
  counter('skipped_ticks', 'Sampling rounds that were skipped.', 'skippedTicks', (s) => s.skippedTicks),
  counter('samples', 'Samples that were taken.', 'samples', (s) => s.samples),
  counter(
    'failed_samples',
    'Samples for which nothing could be read.',
    'failedSamples',
    (s) => s.failedSamples,
  ),
  counter(
    'dropped_samples',
    'Samples dropped because a counter decreased.',
    'droppedSamples',
    (s) => s.droppedSamples,
  ),
  counter('file_reads', 'Kernel files that were read.', 'fileReads', (s) => s.fileReads),
  counter(
    'stale_reads',
    'Kernel files that were not read because they could not have changed.',
    'staleReads',
    (s) => s.staleReads,
  ),
  counter('sampling_seconds', 'Time spent sampling.', 'workMs', (s) => s.workMs / MS_PER_SECOND, 'seconds'),
  gauge(
    'sample_duration_seconds',
    'Duration of the last sampling round.',
    'lastTick.durationMs',
    ({ lastTick }) => (lastTick === undefined ? undefined : lastTick.durationMs / MS_PER_SECOND),
    'seconds',
  ),
  gauge(
    'longest_slice_seconds',
    'Longest time that sampling blocked the event loop.',
    'longestSliceMs',
    (s) => s.longestSliceMs / MS_PER_SECOND,
    'seconds',
  ),
  gauge('open_descriptors', 'Kernel files kept open.', 'descriptors.open', (s) => s.descriptors.open),
  gauge(
    'descriptor_budget',
    'Maximum number of kernel files kept open.',
    'descriptors.budget',
    (s) => s.descriptors.budget,
  ),
  counter('opened_descriptors', 'Kernel files opened.', 'descriptors.opened', (s) => s.descriptors.opened),
  counter(
    'evicted_descriptors',
    'Kernel files closed to stay below the maximum.',
    'descriptors.evicted',
    (s) => s.descriptors.evicted,
  ),
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
  counter('rkt_command_failures', 'Commands of rkt that failed.', 'rkt.failures', ({ rkt }) => rkt?.failures),
  gauge(
    'rkt_commands_waiting',
    'Commands of rkt in the queue.',
    'rkt.queueLength',
    ({ rkt }) => rkt?.queueLength,
  ),
  gauge(
    'snapshot_timestamp_seconds',
    'When the sampling statistics were last updated, since the epoch.',
    'timestampMs',
    (s) => s.timestampMs / MS_PER_SECOND,
    'seconds',
  ),
  family(
    'rkt_streams_render_duration_seconds',
    'gauge',
    { help: 'Time spent on rendering the previous exposition.', source: 'the exporter', unit: 'seconds' },
    ({ renderMs }) => (renderMs === undefined ? undefined : renderMs / MS_PER_SECOND),
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

function gauge(name: string, help: string, source: string, read: ReadSampling, unit?: Unit): Family<SelfRow> {
  return own(`rkt_streams_${name}`, 'gauge', help, source, read, unit);
}

function counter(
  name: string,
  help: string,
  source: string,
  read: ReadSampling,
  unit?: Unit,
): Family<SelfRow> {
  return own(`rkt_streams_${name}_total`, 'counter', help, source, read, unit);
}

function own(
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  source: string,
  read: ReadSampling,
  unit?: Unit,
): Family<SelfRow> {
  const about = { help, source: `${source} of the sampling`, ...(unit === undefined ? {} : { unit }) };
  return family(name, type, about, sampled(read));
}
