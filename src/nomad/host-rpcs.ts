import type { Capabilities } from '../model/plugin.ts';
import type { DriverCapabilities } from './generated/hashicorp/nomad/plugins/drivers/proto/DriverCapabilities.ts';
import type { DriverHandlers } from './generated/hashicorp/nomad/plugins/drivers/proto/Driver.ts';
import { hclSpec } from './hclspec.ts';
import type { RpcContext } from './rpc-context.ts';
import { unary } from './unary.ts';

type HostRpcs = Pick<
  DriverHandlers,
  'TaskConfigSchema' | 'Capabilities' | 'Init' | 'Shutdown' | 'CreateNetwork' | 'DestroyNetwork'
>;

/** The calls about the driver as a whole. */
export function hostRpcs({ driver }: RpcContext): HostRpcs {
  return {
    TaskConfigSchema: unary(() => ({ spec: hclSpec(driver.taskConfigSchema()) })),
    Capabilities: unary(() => ({ capabilities: capabilities(driver.capabilities()) })),
    Init: unary(() => ({})),
    // The exit itself comes with the controller's Shutdown: streams that end earlier would be opened again
    // repeatedly.
    Shutdown: unary(() => ({})),
    CreateNetwork: unary(() => notSupported('CreateNetwork')),
    DestroyNetwork: unary(() => notSupported('DestroyNetwork')),
  };
}

type IsolationMode = 'HOST' | 'GROUP' | 'TASK' | 'NONE';
const FS_ISOLATION = { none: 'NONE', chroot: 'CHROOT', image: 'IMAGE' } as const;

function capabilities(can: Capabilities): DriverCapabilities {
  return {
    send_signals: can.sendSignals,
    exec: can.exec,
    fs_isolation: FS_ISOLATION[can.fsIsolation],
    network_isolation_modes: can.networkIsolationModes.map((mode) => mode.toUpperCase() as IsolationMode),
    must_create_network: can.mustInitiateNetwork,
  };
}

/** As a driver in Go that makes no networks: a plain error. No host asks, since the capabilities say so. */
function notSupported(method: string): never {
  throw new Error(`${method} is not supported by this driver`);
}
