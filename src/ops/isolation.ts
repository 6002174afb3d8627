import { RktError } from '../model/rkt-error.ts';
import type { DriverConfig } from '../model/driver-config.ts';
import type { RktRuntime } from '../model/fingerprint.ts';
import type { TaskConfig } from '../model/task-config.ts';
import { hasHostNetwork, mergedPortMap } from './arguments/port-arguments.ts';

/** The setting of the operator. */
type Policy = Pick<DriverConfig, 'allow_missing_isolation' | 'stage1'>;

/** Stage1 images whose apps are only chrooted. */
const FLY = /(?:^|[/-])(?:fly|embedded)\b/;

/**
 * Refuses, before anything is created, a task that requests more isolation than its pod can have, as far as rkt and
 * stage1 show.
 *
 * @throws {@link RktError} RKT_ERR_ISOLATION, RKT_ERR_NETWORK
 */
export function checkKnownIsolation(config: TaskConfig, policy: Policy, runtime: RktRuntime): void {
  const stage1 = config.stage1 ?? policy.stage1;
  if (runtime !== 'embedded') {
    if (stage1 !== undefined && FLY.test(stage1)) checkChrooted(config, policy);
    return;
  }
  if (stage1 !== undefined && !FLY.test(stage1) && policy.allow_missing_isolation !== true) {
    throw refused(`stage1 = ${JSON.stringify(stage1)}`, 'the embedded rkt has only one of its own, like fly');
  }
  checkChrooted(config, policy);
}

/**
 * Refuses a task that requests a network in a pod that is only chrooted, by fly or the embedded rkt.
 *
 * @throws {@link RktError} RKT_ERR_ISOLATION for networks other than that of the host, RKT_ERR_NETWORK for ports to
 * map
 */
export function checkChrooted(config: TaskConfig, policy: Policy): void {
  if (hasHostNetwork(config)) return;
  if (config.net.length > 0 && policy.allow_missing_isolation !== true) {
    const why = 'fly and the embedded rkt run every app in the network of the host';
    throw refused(`net = ${JSON.stringify(config.net)}`, why);
  }
  if (Object.keys(mergedPortMap(config)).length === 0) return;
  const what =
    'The ports of port_map cannot be mapped: fly and the embedded rkt give a pod no separate network';
  throw new RktError('RKT_ERR_NETWORK', what, { recoverable: false });
}

/** The attributes of a task that have no effect in a pod that is only chrooted: such a task runs nevertheless. */
export function withoutEffect(config: TaskConfig): readonly string[] {
  const { net, hostname, readonly_rootfs, cap_retain, cap_remove, seccomp } = config;
  const own = net.length > 0 && !hasHostNetwork(config) ? net : undefined;
  const asked = { net: own, hostname, readonly_rootfs, cap_retain, cap_remove, seccomp };
  return Object.entries(asked).flatMap(([name, value]) =>
    value === undefined || value === false ? [] : [name],
  );
}

function refused(what: string, why: string): RktError {
  return new RktError('RKT_ERR_ISOLATION', `The task has ${what}, which would have no effect: ${why}`);
}
