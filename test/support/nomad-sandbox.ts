import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Context } from 'mocha';

import type { TaskConfig } from '../../src/nomad/generated/hashicorp/nomad/plugins/drivers/proto/TaskConfig.ts';
import type { TaskHandle__Output } from '../../src/nomad/generated/hashicorp/nomad/plugins/drivers/proto/TaskHandle.ts';
import { installPlugin } from '../../src/nomad/install.ts';
import { encodeMsgpack } from '../../src/nomad/msgpack.ts';
import { startPlugin, type NomadHost } from './nomad-host.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

/** A task as an agent hands it over: its directories are made. */
export interface HostedTask {
  readonly id: string;
  readonly config: TaskConfig;
}

/** A Nomad agent's part, in a sandbox of its own. */
export interface NomadSandbox {
  readonly sandbox: Sandbox;
  readonly plugin: () => NomadHost;
  /** Starts the plugin as an agent does, and configures it. */
  readonly launch: () => Promise<NomadHost>;
  readonly task: (script: string, config?: object) => Promise<HostedTask>;
  readonly start: (task: HostedTask) => Promise<TaskHandle__Output>;
  /** Starts a shell script, and returns the task's id. */
  readonly run: (script: string) => Promise<string>;
  readonly destroy: (id: string) => Promise<object>;
  readonly close: () => Promise<void>;
}

export const AGENT = { driver: { ClientMaxPort: 14_512, ClientMinPort: 14_000 } };

export async function openNomadSandbox(context: Context): Promise<NomadSandbox> {
  const sandbox = await openSandbox(context);
  const directory = join(sandbox.base, 'plugins');
  await mkdir(directory);
  const { path } = await installPlugin(directory);
  const { rkt, rktDir, dataDir, cgroupParent } = sandbox.options;
  const pluginConfig = {
    volumes_enabled: true,
    rkt_path: rkt,
    rkt_dir: rktDir,
    data_dir: dataDir,
    cgroup_parent: cgroupParent,
    concurrency: 8,
  };
  const hosts: NomadHost[] = [];
  const plugin = (): NomadHost => {
    const last = hosts.at(-1);
    if (last === undefined) throw new Error('no plugin was launched');
    return last;
  };
  const launch = async (): Promise<NomadHost> => {
    const host = await startPlugin({ command: [path] });
    hosts.push(host);
    await host.base.unary('SetConfig', {
      msgpack_config: encodeMsgpack(pluginConfig),
      nomad_config: AGENT,
      plugin_api_version: 'v0.1.0',
    });
    return host;
  };
  const task: NomadSandbox['task'] = (script, config) => hostedTask(sandbox, script, config);
  const start: NomadSandbox['start'] = async ({ config }) => {
    const { handle } = await plugin().driver.unary('StartTask', { task: config });
    if (handle === null) throw new Error('StartTask gave no handle');
    return handle;
  };
  return {
    sandbox,
    plugin,
    launch,
    task,
    start,
    async run(script) {
      const hosted = await task(script);
      await start(hosted);
      return hosted.id;
    },
    destroy: (id) => plugin().driver.unary('DestroyTask', { task_id: id, force: true }),
    async close() {
      for (const { child, kill } of hosts)
        if (child.exitCode === null && child.signalCode === null) await kill();
      await sandbox.close();
    },
  };
}

async function hostedTask(sandbox: Sandbox, script: string, config: object = {}): Promise<HostedTask> {
  const allocId = randomUUID();
  const allocDir = join(sandbox.base, 'allocs', allocId);
  for (const part of ['alloc/logs', 'web/local', 'web/secrets', 'web/tmp']) {
    await mkdir(join(allocDir, part), { recursive: true });
  }
  const id = `${allocId}/web/${randomUUID().slice(0, 8)}`;
  const block = { image: sandbox.image, command: '/bin/sh', args: ['-c', script], net: null, ...config };
  return {
    id,
    config: {
      id,
      name: 'web',
      alloc_id: allocId,
      job_name: 'job',
      task_group_name: 'group',
      alloc_dir: allocDir,
      env: { NOMAD_TASK_NAME: 'web', NOMAD_ALLOC_ID: allocId },
      resources: {
        allocated_resources: { cpu: { cpu_shares: 100 }, memory: { memory_mb: 64 } },
        linux_resources: { cpu_shares: 100, memory_limit_bytes: 64 * 2 ** 20, PercentTicks: 0.02 },
      },
      msgpack_driver_config: encodeMsgpack(block),
    },
  };
}

/** Collects the log of a task through a named pipe, as the agent's collector does. */
export async function collectLog(path: string): Promise<{ readonly text: () => string; close(): void }> {
  await promisify(execFile)('mkfifo', ['-m', '0600', path]);
  // Opened for both, as a reader alone would wait for the writer, or see the end before it has come.
  const socket = new Socket({ fd: openSync(path, constants.O_RDWR | constants.O_NONBLOCK), readable: true });
  let collected = '';
  socket.setEncoding('utf8').on('data', (text: string) => (collected += text));
  return { text: () => collected, close: () => socket.destroy() };
}
