export { createDriver } from './driver.ts';
export type { Driver, DriverOptions } from './driver-interface.ts';
export type { AuditFinding, AuditOptions, AuditReport, RemainKind } from './model/audit.ts';
export type { AgentConfig, DriverConfig, DriverConfigInput, GcConfig } from './model/driver-config.ts';
export type { Connection } from './model/driver-connection.ts';
export type { DriverNetwork } from './model/driver-network.ts';
export { DRIVER_OPS, type DriverOp } from './model/driver-ops.ts';
export { ERROR_CATALOGUE, type ErrorCode } from './model/error-catalogue.ts';
export { RktError, isRktError, type RktErrorDetails } from './model/rkt-error.ts';
export type { ExitResult } from './model/exit-result.ts';
export type { DriverHealth, Fingerprint, RktRuntime } from './model/fingerprint.ts';
export { DEFAULT_FIELD_GROUPS, FIELD_GROUPS, type FieldGroup } from './model/field-groups.ts';
export type { HostStats } from './model/host-stats.ts';
export type { Logger } from './model/logger.ts';
export { COMPUTED_METRICS, METRICS, type Metric, type MetricUnit } from './model/metrics.ts';
export { measuredCpuFields, measuredMemoryFields } from './model/nomad-fields.ts';
export {
  pluginLoader,
  type AttributeSpec,
  type AttributeType,
  type Capabilities,
  type PluginInfo,
} from './model/plugin.ts';
export type { NetInfo, Pod, PodApp, PodState } from './model/pod.ts';
export type { DescriptorStats, SamplingStats } from './model/sampling-stats.ts';
export type { ProcessId } from './model/process-id.ts';
export type { TaskConfig, TaskConfigInput } from './model/task-config.ts';
export type { TaskEvent, TaskEventAnnotations, TaskEventKind, TaskEventOf } from './model/task-event.ts';
export type {
  Device,
  GroupPort,
  LabeledPort,
  Mount,
  NetworkResource,
  TaskResources,
  TaskResourcesInput,
} from './model/task-resources.ts';
export type { Restart, RestartInput } from './model/restart-policy.ts';
export type { GroupDns, TaskSpec, TaskSpecInput } from './model/task-spec.ts';
export type { LogPiece, OutputStream, TaskLogOptions } from './model/task-log.ts';
export type { TaskHandle, TaskState } from './model/task-state.ts';
export type {
  CpuStats,
  DiskStats,
  IoStats,
  MemoryStats,
  NetworkStats,
  PidsStats,
  PressureValues,
  PressureStall,
  PressureStats,
  ProcessStates,
  ResourceUsage,
  TaskResourceUsage,
  TaskStatsSample,
} from './model/task-stats.ts';
export type { NomadTaskState, TaskPhase, TaskStatus } from './model/task-status.ts';
export type { DestroyOptions } from './ops/destroy-task.ts';
export type { AgentLockOptions } from './ops/lock-agent.ts';
export type { ExecResult, ExecStreamingOptions } from './ops/exec-streaming.ts';
export type { ExecOptions, ExecTaskResult } from './ops/exec-task.ts';
export type { Recovery } from './ops/recover-all.ts';
export type { StartedTask } from './ops/start-task.ts';
export type { StopOptions } from './ops/stop-task.ts';
export type { TaskStreams } from './ops/task-streams.ts';
export type { TerminalSize } from './ops/terminal.ts';
export { getAbsolutePath } from './rkt/resolve-binary.ts';
export type { AllTaskStatsOptions } from './streams/all-task-stats-stream.ts';
export type { HostStatsOptions } from './streams/host-stats-stream.ts';
export type { SamplingStatsOptions } from './streams/sampling-stats-stream.ts';
export { toAsyncIterable, type AsyncIterableOptions } from './streams/operators/to-async-iterable.ts';
export type { TaskEventsOptions } from './streams/task-events-stream.ts';
export type { TaskStatsOptions } from './streams/task-stats-stream.ts';
