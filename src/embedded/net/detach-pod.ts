import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { currentBoot } from '../current-boot.ts';
import { RktFailure, printMessage, type RktContext } from '../embedded-context.ts';
import { holdLock } from '../pods/locks.ts';
import type { PodEntry } from '../pods/phases.ts';
import {
  NETWORK_DIR,
  readRecord,
  removeRecord,
  type AttachedPlugin,
  type Attachment,
} from './attachment-record.ts';
import { runPlugin } from './cni-plugin.ts';
import { NETWORKING } from './load-networks.ts';
import type { PluginConfig } from './network-config.ts';
import { withNetworkLock } from './network-lock.ts';
import { pinnedNamespace } from './pod-namespace.ts';
import { releasePorts } from './port-claims.ts';
import { sweepRules } from './sweep-rules.ts';

/** How long a plugin that still runs is waited for; one may have left a process that never ends. */
const PLUGIN_SECONDS = 10;

/**
 * Detaches a pod from its networks: addresses, links, rules and ports of the host are free again. What fails is printed,
 * and can be repeated as long as the pod exists; what is done already does no harm.
 *
 * @returns true when nothing is left
 */
export async function detachPod(ctx: RktContext, pod: PodEntry): Promise<boolean> {
  const dir = join(pod.dir, NETWORK_DIR);
  if (!existsSync(dir)) return true;
  // A plugin goes on when the helper that has called it is killed, and what it makes after its DEL would stay. It has a
  // shared lock; somebody else who detaches the pod has an exclusive one.
  const lock = await holdLock(dir, { wait: true, seconds: PLUGIN_SECONDS });
  try {
    return await detachLocked(ctx, pod);
  } finally {
    await lock?.release();
  }
}

async function detachLocked(ctx: RktContext, pod: PodEntry): Promise<boolean> {
  const problems: string[] = [];
  const attempt = async <T>(what: string, action: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof RktFailure)) throw error;
      problems.push(what);
      printMessage(ctx, `${what}: ${error.describe(false)}`, NETWORKING);
      return undefined;
    }
  };
  const record = await attempt('error reading the networks of the pod', () => readRecord(pod.dir));
  if (record === undefined) return problems.length === 0;
  const isThisBoot = record.bootId === currentBoot();
  const namespace = (isThisBoot ? pinnedNamespace(pod.dir) : undefined) ?? '';
  for (const attachment of record.attachments.toReversed()) {
    for (const plugin of attachment.plugins.toReversed()) {
      const config = withResult(attachment, plugin, isThisBoot);
      const { ifName } = attachment;
      const args = lenient(attachment.args);
      const call = { path: plugin.path, config, containerId: pod.uuid, namespace, ifName, args };
      const what = `error deleting ${JSON.stringify(attachment.netName)}`;
      await attempt(what, () => runPlugin(ctx, { command: 'DEL', ...call }));
    }
    rmSync(join(pod.dir, attachment.netConf), { force: true });
  }
  await attempt('error removing rules', () =>
    withNetworkLock(() => {
      sweepRules(ctx, pod.uuid);
      releasePorts(pod.uuid);
    }),
  );
  if (problems.length > 0) return false;
  removeRecord(pod.dir);
  return true;
}

/** Arguments that a plugin refused at ADD must not keep it from DEL. */
function lenient(args: string): string {
  return args === '' ? '' : `${args};IgnoreUnknown=1`;
}

/**
 * DEL gets what ADD answered, since 0.4.0 of CNI. Not after a reboot: a plugin that removes rules by address would remove
 * those of the pod that has the address now.
 */
function withResult(
  { cniVersion, result }: Attachment,
  { config }: AttachedPlugin,
  isThisBoot: boolean,
): PluginConfig {
  const [major = 0, minor = 0] = cniVersion.split('.').map(Number);
  const takesResult = major > 0 || minor >= 4;
  return takesResult && isThisBoot && result !== undefined ? { ...config, prevResult: result } : config;
}
