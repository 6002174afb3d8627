import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

import { RktFailure, type RktContext } from '../embedded-context.ts';
import { storePaths } from '../store/paths.ts';
import { removeTemporary, temporaryPath } from '../store/temporary.ts';
import { mountsWithin, readMounts } from './mountinfo.ts';
import type { PodEntry } from './phases.ts';
import { podFile } from './pod-info.ts';
import { namespaceWords, privilegesOf } from './privileges.ts';

/** Shows the layers read-only, so nothing of the pod changes; ends with its input. Paths are relative: none needs quoting. */
const MOUNT = `cd -- "$1" && mount -t overlay -o "ro,lowerdir=$2" overlay "$3" && echo && exec cat`;

/**
 * Calls with the directory in which the files of an app are as it has left them. Where it ran on an overlay, that is mounted
 * for the time of the call, in a mount namespace of its own, so that this machine has no mount more.
 *
 * @throws RktFailure when other mounts hide files of the pod, or the overlay cannot be mounted
 */
export async function withAppRootfs<T>(
  ctx: RktContext,
  pod: PodEntry,
  appName: string,
  use: (rootfsDir: string) => T | Promise<T>,
): Promise<T> {
  const tree = podFile(pod, join('appsinfo', appName, 'treeStoreID'));
  if (podFile(pod, 'overlay-prepared') === undefined || tree === undefined) {
    const rootfs = join(pod.dir, 'stage1/rootfs/opt/stage2', appName, 'rootfs');
    if (mountsWithin(readMounts(), realpathSync(rootfs)).length > 0)
      throw new RktFailure(
        'pod has remaining mountpoints. Only pods using overlayfs or with no mountpoints can be exported',
      );
    return use(rootfs);
  }
  const lower = `../../../cas/tree/${tree}/rootfs`;
  const upper = `overlay/${tree}/upper/${appName}`;
  // killed before it was mounted: the app has changed nothing
  if (!existsSync(join(pod.dir, upper))) return use(join(pod.dir, lower));
  return withOverlay(ctx, pod, `${upper}:${lower}`, use);
}

async function withOverlay<T>(
  ctx: RktContext,
  pod: PodEntry,
  layers: string,
  use: (rootfsDir: string) => T | Promise<T>,
): Promise<T> {
  const target = temporaryPath(storePaths(ctx), 'rootfs');
  mkdirSync(target, { mode: 0o700 });
  const [unshare = '', ...words] = namespaceWords(ctx, privilegesOf(ctx));
  const script = ['/bin/sh', '-c', MOUNT, 'sh', pod.dir, layers, target];
  const child = spawn(unshare, [...words, ...script], { stdio: ['pipe', 'pipe', 'pipe'] });
  try {
    await mounted(child, target);
    return await use(`/proc/${child.pid}/root${target}`);
  } finally {
    await end(child);
    removeTemporary(target);
  }
}

async function mounted(child: ChildProcess, target: string): Promise<void> {
  let stderr = '';
  child.stdin?.on('error', () => undefined);
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ready = once(child.stdout ?? child, 'data').then(() => true);
  const ended = once(child, 'close').then(() => false);
  if (await Promise.race([ready, ended])) return;
  throw new RktFailure(`couldn't mount directory at ${target}`, [
    'problem mounting overlayfs directory',
    stderr.trim(),
  ]);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'close');
  child.stdin?.end();
  await ended;
}
