import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { RktFailure, type RktContext } from '../embedded-context.ts';
import { liveInit } from './live-init.ts';
import { lockedDirs } from './locks.ts';
import { locatePod, type Phase, type PodEntry } from './phases.ts';
import { parsePodManifest, type PodManifest } from './pod-manifest.ts';

/** State of a pod, in rkt's words. */
export type PodState =
  | 'embryo'
  | 'preparing'
  | 'aborted prepare'
  | 'prepared'
  | 'running'
  | 'exited'
  | 'exited deleting'
  | 'exited garbage'
  | 'deleting'
  | 'garbage';

const STATES: Readonly<Record<Phase, { readonly locked: PodState; readonly free: PodState }>> = {
  embryo: { locked: 'embryo', free: 'embryo' },
  prepare: { locked: 'preparing', free: 'aborted prepare' },
  prepared: { locked: 'prepared', free: 'prepared' },
  run: { locked: 'running', free: 'exited' },
  'exited-garbage': { locked: 'exited deleting', free: 'exited garbage' },
  garbage: { locked: 'deleting', free: 'garbage' },
};

/** A pod with its state when it was read. */
export interface PodStatus extends PodEntry {
  readonly state: PodState;
}

/** States of pods; those that moved on since they were found are looked up again, those that are gone left out. */
export function podStatuses(ctx: RktContext, pods: readonly PodEntry[]): readonly PodStatus[] {
  const locked = lockedDirs(pods.filter((pod) => pod.phase !== 'prepared').map((pod) => pod.dir));
  return pods.flatMap((pod) => {
    if (statSync(pod.dir, { throwIfNoEntry: false }) !== undefined) {
      const isUsed = locked.has(pod.dir) || (pod.phase === 'run' && liveInit(pod.dir) !== undefined);
      return [{ ...pod, state: STATES[pod.phase][isUsed ? 'locked' : 'free'] }];
    }
    const moved = locatePod(ctx, pod.uuid);
    return moved === undefined || moved.phase === pod.phase ? [] : podStatuses(ctx, [moved]);
  });
}

/** State of one pod. @throws RktFailure when it is gone */
export function podStatus(ctx: RktContext, pod: PodEntry): PodStatus {
  const [status] = podStatuses(ctx, [pod]);
  if (status === undefined) throw new RktFailure(`pod ${JSON.stringify(pod.uuid)} has been removed`);
  return status;
}

/** States from `running` on: the pod may have a pid. */
export function isAfterRun(state: PodState): boolean {
  return ['running', 'exited', 'exited garbage', 'exited deleting'].includes(state);
}

/** Content of a small file of a pod, without surrounding space; undefined when it cannot be read. */
export function podFile(pod: PodEntry, name: string): string | undefined {
  try {
    return readFileSync(join(pod.dir, name), 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** The process of a pod: `pid` (fly, kvm, ours) or `ppid` (nspawn). */
export function podPid(pod: PodEntry): number | undefined {
  const pid = Number(podFile(pod, 'pid') ?? podFile(pod, 'ppid'));
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

/** Times of a pod in ns since the epoch. */
export interface PodTimes {
  readonly createdNs?: bigint;
  readonly startedNs?: bigint;
  /** Time of the gc mark. */
  readonly markedNs?: bigint;
}

/** Times as rkt reads them: modification times of `pod-created` and of the pid file, change time of marked pods. */
export function podTimes(pod: PodStatus): PodTimes {
  const created = ['preparing', 'aborted prepare'].includes(pod.state)
    ? undefined
    : mtimeNs(pod, 'pod-created');
  const started = isAfterRun(pod.state) ? (mtimeNs(pod, 'pid') ?? mtimeNs(pod, 'ppid')) : undefined;
  const marked =
    pod.phase === 'exited-garbage'
      ? statSync(pod.dir, { bigint: true, throwIfNoEntry: false })?.ctimeNs
      : undefined;
  return {
    ...(created === undefined ? {} : { createdNs: created }),
    ...(started === undefined ? {} : { startedNs: started }),
    ...(marked === undefined ? {} : { markedNs: marked }),
  };
}

function mtimeNs(pod: PodEntry, name: string): bigint | undefined {
  return statSync(join(pod.dir, name), { bigint: true, throwIfNoEntry: false })?.mtimeNs;
}

/** A contained network of a pod, as the real rkt has written it down; our pods have none. */
export interface PodNetwork {
  readonly netName: string;
  readonly ip: string;
}

/** Networks of a pod that runs or has just ended. */
export function podNetworks(pod: PodStatus): readonly PodNetwork[] {
  const text = ['running', 'exited'].includes(pod.state) ? podFile(pod, 'net-info.json') : undefined;
  if (text === undefined) return [];
  try {
    const networks = JSON.parse(text) as unknown;
    return Array.isArray(networks) ? (networks as readonly unknown[]).filter(isNetwork) : [];
  } catch {
    return [];
  }
}

function isNetwork(value: unknown): value is PodNetwork {
  const { netName, ip } = (value ?? {}) as Partial<Record<keyof PodNetwork, unknown>>;
  return typeof netName === 'string' && typeof ip === 'string';
}

/** Networks as the text forms of list and status show them. */
export function networkText(pod: PodStatus): string {
  return podNetworks(pod)
    .map(({ netName, ip }) => `${netName}:ip4=${ip}`)
    .join(', ');
}

/** The pod's manifest. @throws RktFailure with rkt's chain of reasons */
export function readPodManifest(pod: PodEntry): PodManifest {
  let text: string;
  try {
    text = readFileSync(join(pod.dir, 'pod'), 'utf8');
  } catch {
    throw new RktFailure('error reading pod manifest', ['no such file or directory']);
  }
  try {
    return parsePodManifest(text);
  } catch (error) {
    throw new RktFailure('invalid pod manifest', [
      error instanceof RktFailure ? error.message : String(error),
    ]);
  }
}

/** Directory of `rkt/status` and friends that outlives the pod's mounts. */
export function statusDir(pod: PodEntry): string {
  const stage1 = podFile(pod, 'stage1TreeStoreID');
  const overlay = podFile(pod, 'overlay-prepared') !== undefined && stage1 !== undefined;
  return overlay
    ? join(pod.dir, 'overlay', stage1, 'upper/rkt/status')
    : join(pod.dir, 'stage1/rootfs/rkt/status');
}

/** Exit code of an app, if it was recorded. */
export function appExitCode(pod: PodEntry, appName: string): number | undefined {
  try {
    const text = readFileSync(join(statusDir(pod), appName), 'utf8').trim();
    return /^-?\d+$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}

/** Image manifest of an app as kept in the pod, unparsed. */
export function appImageManifest(
  pod: PodEntry,
  appName: string,
): Readonly<Record<string, unknown>> | undefined {
  const text = podFile(pod, join('appsinfo', appName, 'manifest'));
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
