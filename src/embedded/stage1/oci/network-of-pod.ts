import { posix } from 'node:path';

import type { Flags } from '../../command-line/args.ts';
import { RktFailure, type RktContext } from '../../embedded-context.ts';
import { netMode, parseNetList, type NetList } from '../../net/net-list.ts';
import { attachWords, detachWords } from '../../net/network-words.ts';
import { NETWORK_RESOLV_CONF, PIN } from '../../net/pod-namespace.ts';
import type { NameFiles } from '../../pods/dns.ts';
import type { LaunchScript } from '../../pods/launch-script.ts';
import type { Privileges } from '../../pods/privileges.ts';
import type { MountSite } from '../../pods/mount-target.ts';
import { commandLine, hostTool, quote } from '../../pods/shell.ts';
import type { PodNetworkNamespace } from './oci-bundle.ts';
import type { OciHook } from './runtime-config-types.ts';

/** A pod that gets its network namespace. */
export interface NetworkOrder {
  readonly privileges: Privileges;
  /** The pod's directory while it runs. */
  readonly podDir: string;
  readonly uuid: string;
  readonly flags: Flags;
  readonly names: NameFiles;
  readonly hasPorts: boolean;
  /** The roots of the apps, mounted. */
  readonly roots: readonly AppRoot[];
}

type AppRoot = Pick<MountSite, 'view' | 'root'>;

/** The network of a pod. */
export interface PodNetwork {
  readonly namespace: PodNetworkNamespace;
  /** Takes down what the pod has in the network of the host, when it has ended. */
  readonly poststop: OciHook | undefined;
}

/**
 * Adds the lines that make the pod's network, and ends with the namespace that the app is put into. They run in the pod's mount
 * namespace and working directory.
 *
 * @throws RktFailure for networks that cannot be had
 */
export function podNetwork(ctx: RktContext, script: LaunchScript, order: NetworkOrder): PodNetwork {
  const list = parseNetList(order.flags.string('net'));
  if (typeof list === 'string') throw new RktFailure(list);
  const mode = netMode(list);
  if (mode === 'host') return { namespace: 'host', poststop: undefined };
  if (mode === 'none') {
    if (order.hasPorts) throw new RktFailure('ports cannot be mapped: --net=none gives the pod no network');
    script.raw("printf '%s\\n' 'networking: networking namespace with loopback only' >&2");
    return { namespace: 'own', poststop: undefined };
  }
  if (order.privileges !== 'root')
    throw new RktFailure(
      `--net=${order.flags.string('net') || 'default'} needs root: without it a pod has --net=host or --net=none`,
    );
  attach(ctx, script, order, list);
  return { namespace: { path: `${order.podDir}/${PIN}` }, poststop: detachHook(ctx, order.uuid) };
}

/** A mount that is visible only in the pod's mount namespace holds the namespace, which ends with it. */
function attach(ctx: RktContext, script: LaunchScript, order: NetworkOrder, list: NetList): void {
  const { names, uuid, roots } = order;
  script.raw(`: >${PIN}`);
  const failure = 'stage1: failed to setup network: cannot make a network namespace';
  script.attempt(failure, hostTool(ctx.env, 'unshare'), `--net=${PIN}`, 'true');
  const words = attachWords(ctx, uuid, { list, ignoreDns: names.resolvConf.kind === 'none' });
  script.raw(`${commandLine(...words)} || exit 254`);
  if (names.resolvConf.kind === 'default') roots.forEach((root) => copyResolvConf(script, root));
}

/** The name servers of networks are known when the pod is attached; as with fly, a file on a volume is left alone. */
function copyResolvConf(script: LaunchScript, { view, root }: AppRoot): void {
  const { path = '' } = view.resolve('/etc/resolv.conf') ?? {};
  const parent = path.slice(0, path.lastIndexOf('/'));
  if (view.kindOf(path) !== 'image' || view.resolve(parent)?.stat?.isDirectory() !== true) return;
  const write = [
    'attempt',
    `run: cannot write ${root}${path}`,
    'within',
    parent,
    '',
    'copy',
    posix.basename(path),
  ];
  script.raw(`root=$PWD/${quote(root)}`);
  script.raw(`if [ -e ${NETWORK_RESOLV_CONF} ]; then`);
  script.raw(`  text=$(cat ${NETWORK_RESOLV_CONF} && echo .) && ${commandLine(...write)} "\${text%.}"`);
  script.raw('fi');
}

/**
 * Runs when the app has ended and its namespace still exists. The exit of the pod does not wait for it: it goes on in the
 * background, without the descriptors of the runtime, one of which is the lock of the pod.
 */
function detachHook(ctx: RktContext, uuid: string): OciHook {
  const script = 'exec 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-; "$@" </dev/null >/dev/null 2>&1 &';
  return { path: '/bin/sh', args: ['sh', '-c', script, 'net-detach', ...detachWords(ctx, uuid)] };
}
