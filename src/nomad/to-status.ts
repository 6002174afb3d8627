import type { DriverNetwork } from '../model/driver-network.ts';
import type { ExitResult } from '../model/exit-result.ts';
import type { TaskStatus } from '../model/task-status.ts';
import type { ExitResult as WireExit } from './generated/hashicorp/nomad/plugins/drivers/proto/ExitResult.ts';
import type { InspectTaskResponse } from './generated/hashicorp/nomad/plugins/drivers/proto/InspectTaskResponse.ts';
import type { NetworkOverride } from './generated/hashicorp/nomad/plugins/drivers/proto/NetworkOverride.ts';
import type { WaitTaskResponse } from './generated/hashicorp/nomad/plugins/drivers/proto/WaitTaskResponse.ts';
import { GO_ZERO_TIME, wireTime } from './times.ts';

const STATES = { unknown: 'UNKNOWN', running: 'RUNNING', exited: 'EXITED' } as const;
/** For an exit with an unknown code; `err` is set too. */
const UNSEEN_EXIT_CODE = -1;

/** The exit of a task. The result is always set: hosts before Nomad 1.11.3 crash without it. */
export function toWaitResponse(exit: ExitResult): WaitTaskResponse {
  return { result: toWireExit(exit), err: exit.error ?? '' };
}

/** The status of a task; its result and both times are always set, because hosts crash or fail without them. */
export function toInspectResponse(status: TaskStatus): InspectTaskResponse {
  const { id, name, state, startedAtMs, completedAtMs, exitResult, network, driverAttributes } = status;
  return {
    task: {
      id,
      name,
      state: STATES[state],
      started_at: startedAtMs === undefined ? GO_ZERO_TIME : wireTime(startedAtMs),
      completed_at: completedAtMs === undefined ? GO_ZERO_TIME : wireTime(completedAtMs),
      result: exitResult === undefined ? {} : toWireExit(exitResult),
    },
    driver: { attributes: { ...driverAttributes } },
    network_override: network === undefined ? null : toNetworkOverride(network),
  };
}

export function toNetworkOverride({ ip, portMap, autoAdvertise }: DriverNetwork): NetworkOverride {
  return { addr: ip, port_map: portMap, auto_advertise: autoAdvertise };
}

function toWireExit({ exitCode = UNSEEN_EXIT_CODE, signal = 0, oomKilled }: ExitResult): WireExit {
  return { exit_code: exitCode, signal, oom_killed: oomKilled };
}
