/**
 * OpenTelemetry's names, all in one place: most of those for containers are still in development there.
 *
 * Names without a convention begin with `rkt.` or `nomad.`.
 */
export const METRIC = {
  cpuTime: 'container.cpu.time',
  cpuUsage: 'container.cpu.usage',
  memoryUsage: 'container.memory.usage',
  memoryWorkingSet: 'container.memory.working_set',
  memoryRss: 'container.memory.rss',
  diskIo: 'container.disk.io',
  networkIo: 'container.network.io',
  uptime: 'container.uptime',
  filesystemUsage: 'container.filesystem.usage',
  filesystemCapacity: 'container.filesystem.capacity',
  memoryReservation: 'rkt.container.memory.reservation',
  cpuQuota: 'rkt.container.cpu.quota',
  cpuPeriod: 'rkt.container.cpu.period',
  cpusetCores: 'rkt.container.cpu.cpuset_cores',
  memoryLimit: 'rkt.container.memory.limit',
  oomKills: 'rkt.container.oom_kills',
  throttledTime: 'rkt.container.cpu.throttled_time',
  threads: 'rkt.container.threads',
  samples: 'rkt.streams.samples',
  skippedTicks: 'rkt.streams.skipped_ticks',
  driverHealthy: 'rkt.streams.driver_healthy',
} as const;

export const ATTRIBUTE = {
  serviceName: 'service.name',
  serviceVersion: 'service.version',
  hostName: 'host.name',
  containerId: 'container.id',
  containerName: 'container.name',
  imageName: 'container.image.name',
  allocId: 'nomad.alloc.id',
  jobName: 'nomad.job.name',
  taskGroupName: 'nomad.task_group.name',
  taskName: 'nomad.task.name',
  cpuMode: 'cpu.mode',
  diskDirection: 'disk.io.direction',
  networkDirection: 'network.io.direction',
  /** The same for an event that is sent again: consumers should count each id once. */
  eventId: 'rkt.task.event_id',
  eventRepeated: 'rkt.task.event_repeated',
} as const;

/** The name of the log records of an event, and of its attributes. */
export const TASK_EVENT_PREFIX = 'rkt.task.';
