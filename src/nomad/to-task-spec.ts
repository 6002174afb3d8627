import type { TaskSpecInput } from '../model/task-spec.ts';
import type { DNSConfig__Output } from './generated/hashicorp/nomad/plugins/drivers/proto/DNSConfig.ts';
import type { TaskConfig__Output } from './generated/hashicorp/nomad/plugins/drivers/proto/TaskConfig.ts';
import { decodeConfig } from './msgpack.ts';
import { toTaskResources } from './to-task-resources.ts';

/**
 * The task that a host wants to be started. What proto3 sends as empty was not given.
 *
 * @throws {@link RktError} RKT_ERR_TASK_CONFIG for a `config` block that cannot be read; all else is checked by the driver
 */
export function toTaskSpec(task: TaskConfig__Output): TaskSpecInput {
  const config = decodeConfig(task.msgpack_driver_config, 'the config of the task', 'RKT_ERR_TASK_CONFIG');
  return {
    id: task.id,
    ...text('name', task.name),
    ...text('allocId', task.alloc_id),
    ...text('jobName', task.job_name),
    ...text('taskGroupName', task.task_group_name),
    // The driver checks it against the schema of a task.
    config: config as unknown as TaskSpecInput['config'],
    resources: toTaskResources(task),
    env: task.env,
    ...(Object.keys(task.device_env).length > 0 && { deviceEnv: task.device_env }),
    ...dnsOf(task.dns),
    ...text('networkNamespace', task.network_isolation_spec?.path ?? ''),
    ...text('user', task.user),
    ...text('allocDir', task.alloc_dir),
    ...text('stdoutPath', task.stdout_path),
    ...text('stderrPath', task.stderr_path),
  };
}

function text<Name extends string>(name: Name, value: string): { readonly [N in Name]?: string } {
  return value === '' ? {} : ({ [name]: value } as { readonly [N in Name]: string });
}

function dnsOf(dns: DNSConfig__Output | null): Pick<TaskSpecInput, 'dns'> {
  if (dns === null || [...dns.servers, ...dns.searches, ...dns.options].length === 0) return {};
  return { dns: { servers: dns.servers, searches: dns.searches, options: dns.options } };
}
