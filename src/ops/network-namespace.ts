import { statfs } from 'node:fs/promises';

import { RktError } from '../model/rkt-error.ts';
import type { TaskSpec } from '../model/task-spec.ts';
import { mergedPortMap } from './arguments/port-arguments.ts';

/** Type of the kernel's file system of namespaces. */
const NSFS = 0x6e_73_66_73;

/**
 * Refuses, before anything is created, a task whose network namespace does not exist, or that requests networks or
 * ports in addition.
 *
 * @throws {@link RktError} RKT_ERR_NETWORK, RKT_ERR_TASK_CONFIG, RKT_ERR_PORT_MAP
 */
export async function checkNetworkNamespace(spec: TaskSpec): Promise<void> {
  const { networkNamespace: path, config } = spec;
  if (path === undefined) return;
  if (config.net.length > 0) {
    throw new RktError(
      'RKT_ERR_TASK_CONFIG',
      `config.net is ${JSON.stringify(config.net)}, but the task is in the network of its group (${path}); leave net out`,
    );
  }
  if (Object.keys(mergedPortMap(config)).length > 0) {
    throw new RktError(
      'RKT_ERR_PORT_MAP',
      `port_map is set, but the task is in the network of its group (${path}), which maps its ports itself; leave port_map out`,
    );
  }
  const found = await statfs(path).catch((error: unknown) => error as NodeJS.ErrnoException);
  const why =
    found instanceof Error
      ? (found.code ?? found.message)
      : found.type === NSFS
        ? undefined
        : 'it is a file of another kind';
  if (why === undefined) return;
  throw new RktError('RKT_ERR_NETWORK', `${path} is not a network namespace: ${why}`, { recoverable: false });
}

/**
 * Switches the loopback interface on: the namespace of a group of Nomad comes without, and docker's driver leaves that to docker.
 * Perl does it where there is no ip; a namespace whose loopback stays off is no reason not to start.
 */
const WITH_LOOPBACK = `
ip link set lo up 2>/dev/null || perl -e '
  socket(S, 2, 2, 0);
  my $lo = pack("a16 s x22", "lo", 0);
  ioctl(S, 0x8913, $lo);
  ioctl(S, 0x8914, pack("a16 s x22", "lo", 1 | unpack("x16 s", $lo)))' 2>/dev/null
exec "$@"`;

/** A command line that runs in the network namespace of a group, where tasks reach one another over loopback. */
export function inGroupNetwork(path: string | undefined, command: readonly string[]): readonly string[] {
  return path === undefined ? command : inNetwork(path, ['sh', '-c', WITH_LOOPBACK, 'sh', ...command]);
}

/** The prefix of a command line that runs it in a network namespace. */
export function inNetwork(path: string | undefined, command: readonly string[]): readonly string[] {
  return path === undefined ? command : ['nsenter', `--net=${path}`, '--', ...command];
}
