import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { RktContext } from '../embedded-context.ts';
import type { Stage1Flavor } from '../stage1/stage1-flavor.ts';

/** Mode of a file or directory, without its type. */
const MODE = 0o7777;

/** The directories of a pod in which one of its apps runs, all relative to the pod's. */
export interface RunDirectories {
  readonly root: string;
  /** Of the stage1, with the root: readable by everybody. */
  readonly stage1: readonly string[];
  /** Only with an overlay. */
  readonly layers?: {
    readonly upper: string;
    readonly work: string;
    /** Where the status of the apps is found then. */
    readonly status: string;
  };
}

/** @param tree the app's in the tree store; without it the root is no overlay */
export function runDirectories(
  appName: string,
  stage1Tree: string,
  tree: string | undefined,
): RunDirectories {
  const root = `stage1/rootfs/opt/stage2/${appName}/rootfs`;
  const stage1 = [root, 'stage1/rootfs/rkt/env', 'stage1/rootfs/rkt/status'];
  if (tree === undefined) return { root, stage1 };
  const layer = (kind: string) => `overlay/${tree}/${kind}/${appName}`;
  const status = `overlay/${stage1Tree}/upper/rkt/status`;
  return { root, stage1, layers: { upper: layer('upper'), work: layer('work'), status } };
}

/** Directories of every app whose root alone is changed. */
const FLY_MOUNT_POINTS = ['dev', 'proc', 'sys', 'tmp'];

export interface PreparedRoot {
  readonly directories: RunDirectories;
  /** What the root shows: the tree below an overlay, or the root itself. */
  readonly lower: string;
  readonly flavor: Stage1Flavor;
}

/**
 * Makes them while the pod is prepared, so that its launch needs no programs for it. A root that belongs to another user is
 * left to the launch: in a user namespace only that can make it.
 */
export function makeRunDirectories(podDir: string, { directories, lower, flavor }: PreparedRoot): void {
  const { root, stage1, layers } = directories;
  const make = (path: string, mode: number): void => {
    const isNew = mkdirSync(join(podDir, path), { recursive: true, mode }) !== undefined;
    // The umask is the caller's; a root without an overlay has the mode of its image.
    if (isNew) chmodSync(join(podDir, path), mode);
  };
  const stat = statSync(lower, { throwIfNoEntry: false });
  // An image without a root: the launch reports it.
  if (stat === undefined) return;
  const { mode, uid, gid } = stat;
  for (const path of stage1) make(path, 0o755);
  if (uid !== process.getuid?.() || gid !== process.getgid?.()) return;
  if (layers !== undefined) {
    make(layers.work, 0o750);
    make(layers.status, 0o750);
    make(layers.upper, mode & MODE);
  }
  if (flavor !== 'fly') return;
  const isThere = (name: string): boolean =>
    lstatSync(join(lower, name), { throwIfNoEntry: false }) !== undefined;
  for (const name of FLY_MOUNT_POINTS.filter((each) => !isThere(each)))
    make(`${layers?.upper ?? root}/${name}`, 0o755);
}

/** Puts the scripts of a stage1 where a real rkt expects them. */
export function placeStage1(ctx: RktContext, podDir: string, stage1Tree: string): void {
  const scripts = stage1Scripts(ctx, stage1Tree);
  if (scripts === undefined) return;
  const target = join(podDir, 'stage1/rootfs');
  cpSync(scripts, target, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
}

/** The directory of a stage1 in the tree store, if it is one of the embedded rkt. */
export function stage1Scripts(ctx: RktContext, stage1Tree: string): string | undefined {
  const scripts = join(ctx.dir, 'cas/tree', stage1Tree, 'rootfs');
  return existsSync(join(scripts, 'stop')) ? scripts : undefined;
}
