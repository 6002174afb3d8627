import type { TaskConfig } from '../../../../src/nomad/generated/hashicorp/nomad/plugins/drivers/proto/TaskConfig.ts';
import type { TaskHandle__Output } from '../../../../src/nomad/generated/hashicorp/nomad/plugins/drivers/proto/TaskHandle.ts';
import { encodeMsgpack } from '../../../../src/nomad/msgpack.ts';
import type { NomadHost } from '../../../support/nomad-host.ts';
import { openPluginSandbox } from '../../../support/plugin-sandbox.ts';
import type { Sandbox } from '../../../support/sandbox.ts';
import type { ReportedEvent, Session, SoakTask, Target } from '../session.ts';

/** What a Nomad agent keeps of its tasks. */
type Handles = Map<string, TaskHandle__Output>;

/** On a busy machine a start can take long, and is no fault. */
const OPEN_MS = 300_000;

/** The plugin process, asked as a Nomad agent asks: it keeps the handles, and recovers by them. */
export async function pluginTarget(sandbox: Sandbox): Promise<Target> {
  const plugins = await openPluginSandbox(sandbox);
  const handles: Handles = new Map();
  return {
    name: 'plugin',
    async open(onExited) {
      const plugin = await plugins.start({ handshakeMs: OPEN_MS });
      void reportExits(plugin, onExited);
      return sessionOf(plugin, sandbox, handles);
    },
  };
}

/** Nomad's events carry neither the id nor the mark: one process publishes each end once. */
async function reportExits({ driver }: NomadHost, onExited: (event: ReportedEvent) => void): Promise<void> {
  try {
    for await (const { task_id, annotations } of driver.stream('TaskEvents', {})) {
      const { kind, exit_code, signal } = annotations;
      if (kind !== 'exited') continue;
      const exit = { exitCode: numberIn(exit_code), signal: numberIn(signal) };
      onExited({ id: undefined, taskId: task_id, isRepeated: false, exit });
    }
  } catch {
    // The stream ends with the plugin.
  }
}

const numberIn = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

function sessionOf(plugin: NomadHost, sandbox: Sandbox, handles: Handles): Session {
  const { driver } = plugin;
  const recovered = new Set<string>();
  const destroy = async (id: string, force: boolean): Promise<void> => {
    await driver.unary('DestroyTask', { task_id: id, force });
    handles.delete(id);
  };
  return {
    child: plugin.child,
    ended: plugin.exited,
    async start(task) {
      const { handle, driver_error_msg } = await driver.unary('StartTask', { task: configOf(sandbox, task) });
      if (!handle) throw new Error(driver_error_msg);
      recovered.add(task.id);
      handles.set(task.id, handle);
    },
    async knows(id) {
      if (recovered.has(id)) return handles.has(id);
      const handle = handles.get(id);
      try {
        // An agent that never got a handle, or cannot recover by it, destroys what there may be.
        if (handle === undefined) await destroy(id, true);
        else await driver.unary('RecoverTask', { task_id: id, handle });
      } catch (error) {
        if (!String(error).includes('task not found')) throw error;
        return false;
      }
      recovered.add(id);
      return handle !== undefined;
    },
    async wait(id) {
      const { result, err } = await driver.unary('WaitTask', { task_id: id });
      const { exit_code = 0, signal = 0 } = result ?? {};
      return { exitCode: err === '' ? exit_code : undefined, signal: signal || undefined };
    },
    destroy: (id) => destroy(id, false),
    async close() {
      await plugin.shutdown();
    },
  };
}

function configOf(sandbox: Sandbox, { id, script, recordDir }: SoakTask): TaskConfig {
  const args = ['-c', script];
  const volumes = [`${recordDir}:/record`];
  const config = { image: sandbox.image, command: '/bin/sh', args, volumes };
  return { id, name: id, msgpack_driver_config: encodeMsgpack(config) };
}
