import { RktError } from '../model/rkt-error.ts';
import type { DriverConfig } from '../model/driver-config.ts';
import type { TaskConfig } from '../model/task-config.ts';
import { hasHostNetwork, mergedPortMap } from './arguments/port-arguments.ts';
import type { ChosenStage1 } from './chosen-stage1.ts';

/** The setting of the operator. */
type Policy = Pick<DriverConfig, 'allow_missing_isolation'>;

/**
 * Refuses, before anything is created, a task that requests more isolation than its pod can have, as far as rkt and
 * stage1 show.
 *
 * @throws {@link RktError} RKT_ERR_ISOLATION, RKT_ERR_NETWORK
 */
export function checkKnownIsolation(
  config: TaskConfig,
  policy: Policy,
  { name, flavor }: ChosenStage1,
): void {
  if (flavor === 'missing' && policy.allow_missing_isolation !== true)
    throw refused(`stage1 = ${JSON.stringify(name)}`, 'the embedded rkt has fly and oci');
  if (flavor === 'fly' || flavor === 'missing') checkChrooted(config, policy);
}

/**
 * Refuses a task that requests isolation in a pod that is only chrooted, by fly or the embedded rkt.
 *
 * @throws {@link RktError} RKT_ERR_ISOLATION for networks other than that of the host and for attributes without effect,
 * RKT_ERR_NETWORK for ports to map
 */
export function checkChrooted(config: TaskConfig, policy: Policy): void {
  const [ignored] = withoutEffect(config);
  if (ignored !== undefined && policy.allow_missing_isolation !== true) {
    const value = JSON.stringify(config[ignored]);
    const network = 'fly runs every app in the network of the host';
    throw refused(
      `${ignored} = ${value}`,
      ignored === 'net' ? network : 'fly only changes the root of an app',
    );
  }
  if (hasHostNetwork(config) || Object.keys(mergedPortMap(config)).length === 0) return;
  const what = 'The ports of port_map cannot be mapped: fly gives a pod no separate network';
  throw new RktError('RKT_ERR_NETWORK', what, { recoverable: false });
}

/** What fly has no means for, in the order in which it is reported. */
const ISOLATING = ['net', 'hostname', 'readonly_rootfs', 'cap_retain', 'cap_remove', 'seccomp'] as const;

/** The attributes of a task that have no effect in a pod that is only chrooted. */
export function withoutEffect(config: TaskConfig): readonly (typeof ISOLATING)[number][] {
  return ISOLATING.filter((name) => {
    if (name === 'net') return config.net.length > 0 && !hasHostNetwork(config);
    const value = config[name];
    return value !== undefined && value !== false;
  });
}

function refused(what: string, why: string): RktError {
  return new RktError('RKT_ERR_ISOLATION', `The task has ${what}, which would have no effect: ${why}`);
}
