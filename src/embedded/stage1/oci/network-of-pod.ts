import type { Flags } from '../../command-line/args.ts';
import { RktFailure, type RktContext } from '../../embedded-context.ts';
import type { LaunchScript } from '../../pods/launch-script.ts';
import type { PodNetworkNamespace } from './oci-bundle.ts';

/** A pod that gets its network namespace. */
export interface NetworkOrder {
  /** The pod's directory while it runs. */
  readonly podDir: string;
  readonly uuid: string;
  readonly flags: Flags;
}

/**
 * Adds the lines that make the pod's network, and ends with the namespace that the app is put into. They run in the pod's mount
 * namespace and working directory.
 *
 * @throws RktFailure for networks that cannot be had
 */
export function podNetwork(
  _ctx: RktContext,
  _script: LaunchScript,
  { flags }: NetworkOrder,
): PodNetworkNamespace {
  const names = flags
    .string('net')
    .split(',')
    .map((entry) => entry.split(':')[0] ?? '');
  if (names.includes('host')) return 'host';
  if (names.includes('none')) return 'own';
  throw new RktFailure(
    `stage1: failed to setup network: networks not found: ${names.join(', ')} (--net=host and --net=none work)`,
  );
}
