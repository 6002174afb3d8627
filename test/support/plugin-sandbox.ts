import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { TaskConfig } from '../../src/nomad/generated/hashicorp/nomad/plugins/drivers/proto/TaskConfig.ts';
import { installPlugin } from '../../src/nomad/install.ts';
import { encodeMsgpack } from '../../src/nomad/msgpack.ts';
import { startPlugin, type HostOptions, type NomadHost } from './nomad-host.ts';

/** Where the plugin works: a test's sandbox, or what a bench has of it. */
interface PluginBase {
  readonly base: string;
  readonly image: string;
  readonly options: { readonly [Name in 'rkt' | 'rktDir' | 'dataDir' | 'cgroupParent']?: string | undefined };
}

/** An agent's plugin directory in a sandbox, with the plugin in it as `npm run build` left it. */
export interface PluginSandbox {
  readonly pluginDir: string;
  readonly launcher: string;
  /** Starts the plugin and configures it for the sandbox. Ended ones are no trouble to `killAll`. */
  start(options?: Partial<HostOptions>): Promise<NomadHost>;
  /** A task that runs a shell script in the sandbox's image. */
  task(id: string, script: string, more?: TaskConfig): TaskConfig;
  killAll(): void;
}

export async function openPluginSandbox({ base, image, options }: PluginBase): Promise<PluginSandbox> {
  const pluginDir = join(base, 'plugins');
  await mkdir(pluginDir);
  const { path } = await installPlugin(pluginDir);
  const started: NomadHost[] = [];
  const config = encodeMsgpack({
    rkt_path: options.rkt,
    rkt_dir: options.rktDir,
    data_dir: options.dataDir,
    cgroup_parent: options.cgroupParent,
  });
  return {
    pluginDir,
    launcher: path,
    async start(more = {}) {
      const plugin = await startPlugin({ command: [path], ...more });
      started.push(plugin);
      await plugin.base.unary('SetConfig', { msgpack_config: config, plugin_api_version: 'v0.1.0' });
      return plugin;
    },
    task: (id, script, more = {}) => ({
      id,
      name: id,
      msgpack_driver_config: encodeMsgpack({ image, command: '/bin/sh', args: ['-c', script] }),
      ...more,
    }),
    killAll() {
      started.forEach((plugin) => {
        plugin.close();
        plugin.child.kill('SIGKILL');
      });
    },
  };
}
