import { posix } from 'node:path';

import type { RktRunner } from '../rkt/command-runner.ts';
import { START_ANNOTATION } from './arguments/prepare-arguments.ts';
import type { Volume } from './arguments/volume-arguments.ts';
import type { OpsContext } from './ops-context.ts';
import { isLikeFly, readPreparedApp } from '../rkt/disk/prepared-app.ts';
import { preparePod, type Preparation } from './prepare-pod.ts';
import { removePodIfThere } from './pods-of-start.ts';
import type { UndoStack } from './undo.ts';
import { numericId } from './user-ids.ts';

/** The input for preparing a pod. */
export interface PreparationOrder {
  /** Of {@link prepareArguments}. */
  readonly args: readonly string[];
  readonly preparation: Preparation;
  readonly volumes: readonly Volume[];
  readonly undo: UndoStack;
}

/**
 * Prepares a pod in which commands can be executed. `rkt enter` of a real rkt with fly fails for an app whose user or
 * group is a name: it reads the name files after it has already changed its root. Such a pod is prepared again, with
 * the numbers that these names have in its image.
 */
export async function prepareEnterable(
  ctx: OpsContext,
  runner: RktRunner,
  { args, preparation, volumes, undo }: PreparationOrder,
): Promise<string> {
  const podId = await preparePod(ctx, runner, { args, preparation, undo });
  if (runner.binary.runtime === 'embedded') return podId;
  const identity = await numericIdentity(ctx, podId, volumes);
  if (identity === undefined) return podId;
  await removePodIfThere(ctx, runner, podId);
  return preparePod(ctx, runner, { args: withIdentity(args, identity), preparation, undo });
}

interface Identity {
  readonly user: number;
  readonly group: number;
}

/** The numbers of a prepared app; undefined if it already has numbers, or they cannot be determined. */
async function numericIdentity(
  ctx: Pick<OpsContext, 'rktDir'>,
  podId: string,
  volumes: readonly Volume[],
): Promise<Identity | undefined> {
  if (!isLikeFly(ctx.rktDir, podId) || volumes.some(coversNames)) return undefined;
  const prepared = readPreparedApp(ctx, podId);
  const { user = '0', group = '0' } = prepared?.app.app ?? {};
  if (prepared === undefined || (isNumeric(user) && isNumeric(group))) return undefined;
  const root = prepared.imageRoot;
  const [uid, gid] = [await numericId(root, user, 'user'), await numericId(root, group, 'group')];
  return uid === undefined || gid === undefined ? undefined : { user: uid, group: gid };
}

/** The app would then see other names than those of the image. */
function coversNames({ target }: Volume): boolean {
  const path = posix.normalize(`${target}/`);
  return path === '/' || path.startsWith('/etc/');
}

const isNumeric = (name: string): boolean => /^\d+$/.test(name);

/** The arguments of the app come last, and may look like these flags. */
function withIdentity(args: readonly string[], { user, group }: Identity): readonly string[] {
  const end = args.findIndex((arg) => arg.startsWith(`--user-annotation=${START_ANNOTATION}=`));
  const flags = args.slice(0, end).filter((arg) => !/^--(?:user|group)=/.test(arg));
  return [...flags, `--user=${user}`, `--group=${group}`, ...args.slice(end)];
}
