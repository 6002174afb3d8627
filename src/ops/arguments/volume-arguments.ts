import { join } from 'node:path';

import { RktError } from '../../model/rkt-error.ts';
import type { DriverConfig } from '../../model/driver-config.ts';
import type { TaskSpec } from '../../model/task-spec.ts';
import { volumePrefix } from './volume-name.ts';
import { resolveBelow } from './volume-source.ts';

/** A directory or file of the host, mounted at a path in the pod. */
export interface Volume {
  readonly name: string;
  /** Absolute; free of symbolic links when there is a {@link root}. */
  readonly source: string;
  /**
   * The allocation directory that the source must not leave; absent for a path that the operator or Nomad provides.
   */
  readonly root?: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/**
 * All volumes of a task: the standard directories of its allocation, its own volumes, and the mounts and devices of
 * its resources.
 *
 * Tasks can write to the allocation directory, so volumes in it are checked again when they are mounted
 * (`checked-volumes.ts`).
 *
 * @throws {@link RktError} RKT_ERR_VOLUME, RKT_ERR_VOLUMES_DISABLED, RKT_ERR_VOLUME_ESCAPE
 */
export async function plannedVolumes(
  spec: TaskSpec,
  driverConfig: Pick<DriverConfig, 'volumes_enabled'>,
): Promise<readonly Volume[]> {
  const prefix = volumePrefix(spec.allocId, spec.name ?? spec.id);
  const { mounts, devices } = spec.resources;
  const outward = mounts.find(({ propagationMode }) => propagationMode === 'bidirectional');
  if (outward !== undefined) {
    const what = `the mount of ${outward.hostPath} at ${outward.taskPath} has the propagation mode bidirectional`;
    throw new RktError('RKT_ERR_VOLUME', `${what}, which rkt cannot do`);
  }
  const own: Volume[] = [];
  for (const [i, text] of spec.config.volumes.entries()) {
    own.push(await userVolume(text, `${prefix}-${i}`, spec.allocDir, driverConfig));
  }
  return [
    ...(await standingVolumes(spec, prefix)),
    ...own,
    ...mounts.map(({ hostPath, taskPath, readOnly }, i) => ({
      name: `${prefix}-taskmounts-${i}`,
      source: hostPath,
      target: taskPath,
      readOnly,
    })),
    ...devices.map(({ hostPath, taskPath, permissions }, i) => ({
      name: `${prefix}-taskdevices-${i}`,
      source: hostPath,
      target: taskPath,
      readOnly: !permissions.includes('w'),
    })),
  ];
}

async function standingVolumes(spec: TaskSpec, prefix: string): Promise<readonly Volume[]> {
  const { allocDir } = spec;
  if (allocDir === undefined) return [];
  const task = spec.name ?? spec.id;
  if (task.includes('/') || task === '.' || task === '..') {
    throw new RktError('RKT_ERR_VOLUME_ESCAPE', `the task name "${task}" is not a directory name`);
  }
  const volume = async (what: string, relative: string): Promise<Volume> => ({
    name: `${prefix}-${what}`,
    ...(await resolveBelow(allocDir, relative)),
    target: `/${what}`,
    readOnly: false,
  });
  return [
    await volume('alloc', 'alloc'),
    await volume('local', join(task, 'local')),
    await volume('secrets', join(task, 'secrets')),
  ];
}

async function userVolume(
  text: string,
  name: string,
  allocDir: string | undefined,
  driverConfig: Pick<DriverConfig, 'volumes_enabled'>,
): Promise<Volume> {
  const [host = '', target = '', mode, ...rest] = text.split(':');
  if (
    host === '' ||
    !target.startsWith('/') ||
    rest.length > 0 ||
    (mode !== undefined && mode !== 'readOnly')
  ) {
    throw new RktError('RKT_ERR_VOLUME', `the volume "${text}" is not host:/container[:readOnly]`);
  }
  const readOnly = mode === 'readOnly';
  if (host.startsWith('/')) {
    if (!driverConfig.volumes_enabled) {
      throw new RktError('RKT_ERR_VOLUMES_DISABLED', `the volume "${text}" has an absolute host path`);
    }
    return { name, source: host, target, readOnly };
  }
  if (allocDir === undefined) {
    throw new RktError(
      'RKT_ERR_VOLUME',
      `the volume "${text}" is relative, but the task has no allocation directory`,
    );
  }
  return { name, ...(await resolveBelow(allocDir, host)), target, readOnly };
}

/**
 * `--volume` and `--mount` of every volume.
 *
 * @param pins directory in which the checked volumes will be mounted by name; without it rkt mounts them directly
 * @throws {@link RktError} RKT_ERR_VOLUME
 */
export function volumeArguments(volumes: readonly Volume[], pins?: string): readonly string[] {
  return volumes.flatMap((volume) => {
    const isPinned = pins !== undefined && volume.root !== undefined;
    return flags(isPinned ? { ...volume, source: join(pins, volume.name) } : volume);
  });
}

function flags({ name, source, target, readOnly }: Volume): readonly string[] {
  // rkt splits these flags at commas and cannot quote one.
  const bad = [source, target].find((path) => path.includes(','));
  if (bad !== undefined) throw new RktError('RKT_ERR_VOLUME', `the path "${bad}" contains a comma`);
  return [
    `--volume=${name},kind=host,source=${source}${readOnly ? ',readOnly=true' : ''}`,
    `--mount=volume=${name},target=${target}`,
  ];
}
