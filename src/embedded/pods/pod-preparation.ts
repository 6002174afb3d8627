import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Flags } from '../command-line/args.ts';
import { RktFailure, systemErrorText, type RktContext } from '../embedded-context.ts';
import { beyondLimit, imageLimits, type ImageLimits } from '../aci/image-limits.ts';
import { EntryMeter } from '../aci/meter.ts';
import { randomUidRange, uidRangeText, type UidRange } from '../aci/uid-range.ts';
import type { NameValue } from '../command-line/app-args.ts';
import { parseImageArgs, type ImageArgs } from '../command-line/image-args.ts';
import { copyTree, findImage, findImageById, renderTree, type StoredImage } from '../store/image-store.ts';
import { buildManifest } from './build-manifest.ts';
import { holdLock, type HeldLock } from './locks.ts';
import { canOverlay } from './overlay.ts';
import { ensurePhases, podPath, type PodEntry } from './phases.ts';
import { podEnvironment, pullPolicy } from './pod-flags.ts';
import { parsePodManifest, type PodApp, type PodManifest } from './pod-manifest.ts';
import { PRIVATE_USERS } from './pod-users.ts';
import { prepareLockFile } from './prepare-lock.ts';
import type { Privileges } from './privileges.ts';
import { chooseStage1 } from '../stage1/known-stage1.ts';
import type { Stage1Flavor } from '../stage1/stage1-flavor.ts';
import { makeRunDirectories, placeStage1, runDirectories } from './run-directories.ts';
import { ensureStage1 } from './stage1-tree.ts';
import { parsePort, parseVolume } from './volume-args.ts';

const FILE_MODE = 0o640;
const DIR_MODE = 0o750;

/** A pod to be prepared, with its images already in the store. */
export interface PodOrder {
  readonly imageArgs: ImageArgs;
  readonly images: readonly StoredImage[];
  readonly flags: Flags;
  readonly environment: readonly NameValue[];
  readonly privileges: Privileges;
  /** Called with the UUID before anything is made of the pod. */
  readonly announce?: (uuid: string) => void;
  /** Called when the pod is in preparation. */
  readonly onUuid?: (uuid: string) => void;
}

/** Reads the command line of prepare and run and checks what does not need the store. @throws RktFailure */
export function readOrder(
  flags: Flags,
  args: readonly string[],
): Pick<PodOrder, 'imageArgs' | 'environment'> & { policy: string } {
  const imageArgs = parseImageArgs(flags, args);
  const policy = pullPolicy(flags);
  const environment = podEnvironment(flags);
  if (!flags.isSet('pod-manifest')) {
    if (imageArgs.apps.length === 0)
      throw new RktFailure('must provide at least one image or specify the pod manifest');
  } else if (
    imageArgs.apps.length > 0 ||
    ['port', 'inherit-env', 'set-env', 'set-env-file', 'volume'].some((name) => flags.isSet(name))
  ) {
    throw new RktFailure('conflicting flags set with --pod-manifest (see --help)');
  }
  return { imageArgs, environment, policy };
}

/** Finds all images of a command line, importing what is not in the store. @throws RktFailure */
export async function findImages(
  ctx: RktContext,
  imageArgs: ImageArgs,
  policy: string,
): Promise<readonly StoredImage[]> {
  const images: StoredImage[] = [];
  for (const { image, signature } of imageArgs.apps) {
    images.push(
      await findImage(ctx, image, { pullPolicy: policy, ...(signature === undefined ? {} : { signature }) }),
    );
  }
  return images;
}

/**
 * Prepares a pod: embryo, prepare (under its lock), prepared.
 *
 * A failure leaves the pod behind as `aborted prepare`, as rkt does.
 * @throws RktFailure beginning `error setting up stage0`
 */
export async function preparePod(ctx: RktContext, order: PodOrder): Promise<PodEntry> {
  ensurePhases(ctx);
  const uuid = randomUUID();
  order.announce?.(uuid);
  const embryo = podPath(ctx, 'embryo', uuid);
  mkdirSync(embryo, { mode: DIR_MODE });
  const lock = await holdLock(embryo, { wait: true, sharing: prepareLockFile(ctx) });
  if (lock === undefined) throw new RktFailure(`cannot lock ${JSON.stringify(embryo)}`);
  try {
    const dir = podPath(ctx, 'prepare', uuid);
    renameSync(embryo, dir);
    order.onUuid?.(uuid);
    await fill(ctx, order, dir).catch(rethrow);
    const prepared = podPath(ctx, 'prepared', uuid);
    renameSync(dir, prepared);
    return { uuid, phase: 'prepared', dir: prepared };
  } finally {
    await releaseQuietly(lock);
  }
}

async function releaseQuietly(lock: HeldLock): Promise<void> {
  await lock.release();
}

function rethrow(error: unknown): never {
  if (!(error instanceof RktFailure)) throw error;
  throw new RktFailure(
    'error setting up stage0',
    error.message === '' ? error.causes : [error.message, ...error.causes],
  );
}

async function fill(ctx: RktContext, order: PodOrder, dir: string): Promise<void> {
  const { flags } = order;
  const wantsOverlay = !flags.bool('no-overlay');
  if (flags.bool('private-users') && wantsOverlay) {
    throw new RktFailure(
      'cannot use both overlay and user namespace: not implemented yet. (Try --no-overlay)',
    );
  }
  write(dir, 'pod.lck', '', 0o600);
  const manifest = flags.isSet('pod-manifest')
    ? readManifestFile(flags.string('pod-manifest'), imageLimits(ctx))
    : orderedManifest(ctx, order);
  const stage1 = chooseStage1(ctx, flags);
  stage1.check(ctx, { manifest, flags, privileges: order.privileges });
  const tree = ensureStage1(ctx, stage1);
  const overlay = wantsOverlay && (await canOverlay(ctx, order.privileges, dir));
  mkdirSync(join(dir, 'stage1'), { mode: DIR_MODE });
  write(dir, 'stage1/manifest', tree.manifest);
  if (overlay) write(dir, 'overlay-prepared', '', 0o644);
  write(dir, 'stage1TreeStoreID', tree.id);
  mkdirSync(join(dir, 'appsinfo'), { mode: DIR_MODE });
  const users = flags.bool('private-users') ? randomUidRange() : undefined;
  for (const [i, app] of manifest.apps.entries()) {
    await addApp(ctx, dir, {
      app,
      image: order.images[i] ?? (await findImageById(ctx, app.image.id)),
      overlay,
      users,
      ...{ stage1Tree: tree.id, flavor: stage1.flavor },
    });
  }
  placeStage1(ctx, dir, tree.id);
  if (users !== undefined) write(dir, PRIVATE_USERS, uidRangeText(users));
  write(dir, 'pod', JSON.stringify(manifest));
  write(dir, 'pod-created', '');
}

interface AddedApp {
  readonly app: PodApp;
  readonly image: StoredImage;
  readonly overlay: boolean;
  /** Absent for those of the host. */
  readonly users: UidRange | undefined;
  readonly stage1Tree: string;
  readonly flavor: Stage1Flavor;
}

async function addApp(ctx: RktContext, dir: string, added: AddedApp): Promise<void> {
  const { app, image, overlay, users, stage1Tree, flavor } = added;
  mkdirSync(join(dir, 'appsinfo', app.name), { mode: DIR_MODE });
  write(dir, `appsinfo/${app.name}/manifest`, JSON.stringify(image.manifest));
  if (overlay) {
    const tree = await renderTree(ctx, image);
    write(dir, `appsinfo/${app.name}/treeStoreID`, tree.treeStoreId);
    const lower = join(ctx.dir, 'cas/tree', tree.treeStoreId, 'rootfs');
    const directories = runDirectories(app.name, stage1Tree, tree.treeStoreId);
    makeRunDirectories(dir, { directories, lower, flavor });
    return;
  }
  const appDir = join(dir, 'stage1/rootfs/opt/stage2', app.name);
  mkdirSync(appDir, { recursive: true, mode: 0o755 });
  await copyTree(ctx, image, appDir);
  if (users === undefined) {
    const directories = runDirectories(app.name, stage1Tree, undefined);
    makeRunDirectories(dir, { directories, lower: join(appDir, 'rootfs'), flavor });
    return;
  }
  const { shiftOwners } = await import('../aci/shift-owners.ts');
  const warn = (text: string): void => ctx.stderr(`image: ${text}\n`);
  shiftOwners(join(appDir, 'rootfs'), users, { meter: new EntryMeter(imageLimits(ctx)), warn });
}

function orderedManifest(ctx: RktContext, order: PodOrder): PodManifest {
  const { flags, imageArgs } = order;
  return buildManifest({
    apps: order.images.flatMap((image, i) => {
      const args = imageArgs.apps[i];
      return args === undefined ? [] : [{ image, args }];
    }),
    mounts: imageArgs.mounts,
    volumes: flags.list('volume').map((text) => valid(parseVolume(text))),
    ports: flags.list('port').map((text) => valid(parsePort(text))),
    environment: order.environment,
    inherited: flags.bool('inherit-env') ? inheritedVariables(ctx) : [],
  });
}

/** Values of flags have been checked when they were read. */
function valid<T extends object>(parsed: T | string): T {
  if (typeof parsed === 'string') throw new RktFailure(parsed);
  return parsed;
}

/** Names that say something about the launcher and its shell, not about the caller. */
const OWN_VARIABLE = /^(RKT_STREAMS_.*|PWD|OLDPWD)$/;

/** Variables with names an app may have. */
function inheritedVariables(ctx: RktContext): readonly NameValue[] {
  return Object.entries(ctx.env).flatMap(([name, value]) => {
    const fits = /^[A-Za-z_][A-Za-z_0-9.-]*$/.test(name) && !OWN_VARIABLE.test(name);
    return fits && value !== undefined ? [{ name, value }] : [];
  });
}

function readManifestFile(path: string, limits: ImageLimits): PodManifest {
  let text: string;
  try {
    if (statSync(path).size > limits.manifestBytes)
      throw beyondLimit('manifestBytes', limits, `the pod manifest ${path} is too large`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw error instanceof RktFailure ? error : new RktFailure(systemErrorText('open', path, error));
  }
  return parsePodManifest(text);
}

function write(dir: string, name: string, text: string, mode = FILE_MODE): void {
  writeFileSync(join(dir, name), text, { mode });
}
