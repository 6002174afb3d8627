import { expect } from 'chai';
import type { z } from 'zod';

import type {
  agentConfigSchema,
  AgentConfig,
  driverConfigSchema,
  DriverConfig,
} from '../../src/model/driver-config.ts';
import type { DriverConfigInput } from '../../src/model/driver-config.ts';
import type { DriverNetwork, networkSchema } from '../../src/model/driver-network.ts';
import type { DriverOptionsInput, driverOptionsSchema } from '../../src/model/driver-options.ts';
import type { ExitResult, exitResultSchema } from '../../src/model/exit-result.ts';
import type { NetInfo, netInfoSchema, Pod, PodApp, appStatusSchema, podSchema } from '../../src/model/pod.ts';
import type { ProcessId, processIdSchema } from '../../src/model/process-id.ts';
import type { TaskConfig, TaskConfigInput, taskConfigSchema } from '../../src/model/task-config.ts';
import type {
  TaskEvent,
  TaskEventAnnotations,
  TaskEventKind,
  taskEventSchema,
} from '../../src/model/task-event.ts';
import type {
  Device,
  GroupPort,
  Mount,
  NetworkResource,
  TaskResources,
  TaskResourcesInput,
  deviceSchema,
  groupPortSchema,
  mountSchema,
  networkResourceSchema,
  taskResourcesSchema,
} from '../../src/model/task-resources.ts';
import type { TaskSpec, TaskSpecInput, taskSpecSchema } from '../../src/model/task-spec.ts';
import type { TaskHandle, TaskState, taskHandleSchema, taskStateSchema } from '../../src/model/task-state.ts';

/** A type with every member there, which says whether it is optional; without `readonly` and intersections. */
type Shape<T> = T extends readonly (infer Item)[]
  ? { readonly list: Shape<Item> }
  : T extends object
    ? {
        -readonly [Key in keyof T]-?: readonly [
          Shape<T[Key]>,
          object extends Pick<T, Key> ? 'optional' : 'required',
        ];
      }
    : T;

/** True when two types have the same members, at every depth. */
type Same<A, B> = [Shape<A>, Shape<B>] extends [Shape<B>, Shape<A>] ? true : false;

type Out<Schema extends z.ZodType> = z.output<Schema>;
type In<Schema extends z.ZodType> = z.input<Schema>;

/** Each line compiles only where an interface says what its schema accepts, member by member. */
const AGREE: {
  exitResult: Same<ExitResult, Out<typeof exitResultSchema>>;
  network: Same<DriverNetwork, Out<typeof networkSchema>>;
  processId: Same<ProcessId, Out<typeof processIdSchema>>;
  netInfo: Same<NetInfo, Out<typeof netInfoSchema>>;
  podApp: Same<PodApp, Out<typeof appStatusSchema>>;
  pod: Same<Pod, Out<typeof podSchema>>;
  taskConfig: Same<TaskConfig, Out<typeof taskConfigSchema>>;
  taskConfigInput: Same<TaskConfigInput, In<typeof taskConfigSchema>>;
  networkResource: Same<NetworkResource, Out<typeof networkResourceSchema>>;
  groupPort: Same<GroupPort, Out<typeof groupPortSchema>>;
  device: Same<Device, Out<typeof deviceSchema>>;
  mount: Same<Mount, Out<typeof mountSchema>>;
  taskResources: Same<TaskResources, Out<typeof taskResourcesSchema>>;
  taskResourcesInput: Same<TaskResourcesInput, In<typeof taskResourcesSchema>>;
  taskSpec: Same<TaskSpec, Out<typeof taskSpecSchema>>;
  taskSpecInput: Same<TaskSpecInput, In<typeof taskSpecSchema>>;
  taskState: Same<TaskState, Out<typeof taskStateSchema>>;
  taskHandle: Same<TaskHandle, Out<typeof taskHandleSchema>>;
  driverConfig: Same<DriverConfig, Out<typeof driverConfigSchema>>;
  driverConfigInput: Same<DriverConfigInput, In<typeof driverConfigSchema>>;
  agentConfig: Same<AgentConfig, Out<typeof agentConfigSchema>>;
  driverOptions: Same<DriverOptionsInput, In<typeof driverOptionsSchema>>;
  /** The schema of an event does not distinguish annotations. */
  event: Same<
    Omit<TaskEvent, 'annotations' | 'kind' | 'exitResult'>,
    Omit<Out<typeof taskEventSchema>, 'annotations' | 'kind' | 'exitResult'>
  >;
  eventKinds: Same<TaskEventKind, Out<typeof taskEventSchema>['kind']>;
  annotationKinds: Same<keyof TaskEventAnnotations, TaskEventKind>;
} = {
  exitResult: true,
  network: true,
  processId: true,
  netInfo: true,
  podApp: true,
  pod: true,
  taskConfig: true,
  taskConfigInput: true,
  networkResource: true,
  groupPort: true,
  device: true,
  mount: true,
  taskResources: true,
  taskResourcesInput: true,
  taskSpec: true,
  taskSpecInput: true,
  taskState: true,
  taskHandle: true,
  driverConfig: true,
  driverConfigInput: true,
  agentConfig: true,
  driverOptions: true,
  event: true,
  eventKinds: true,
  annotationKinds: true,
};

/** What the comparison must find. */
const DIFFER: {
  missing: Same<Omit<ExitResult, 'signal'>, ExitResult>;
  more: Same<ExitResult & { readonly why?: string }, ExitResult>;
  otherType: Same<Omit<ExitResult, 'signal'> & { readonly signal?: string | undefined }, ExitResult>;
  required: Same<Omit<ExitResult, 'signal'> & { readonly signal: number | undefined }, ExitResult>;
  nested: Same<Omit<TaskState, 'process'> & { readonly process: { readonly pid: number } }, TaskState>;
} = { missing: false, more: false, otherType: false, required: false, nested: false };

describe('the public interfaces', () => {
  it('say what the schemas accept', () => {
    expect(Object.values(AGREE)).to.not.include(false);
    expect(Object.values(DIFFER)).to.not.include(true);
  });
});
