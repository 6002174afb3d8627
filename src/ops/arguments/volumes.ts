import { join } from 'node:path';

import { RktError } from '../../model/errors.ts';
import type { DriverConfig } from '../../model/driver-config.ts';
import type { TaskSpec } from '../../model/task-spec.ts';
import { volumePrefix } from './volume-name.ts';
import { resolveBelow } from './volume-source.ts';

/** One directory or file of the host at a place in the pod. */
interface Volume {
  readonly name: string;
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/**
 * `--volume` and `--mount` of everything of the host that a task sees: the standing directories of its allocation,
 * its own volumes, and the mounts and devices of its resources.
 *
 * @throws {@link RktError} RKT_ERR_VOLUME, RKT_ERR_VOLUMES_DISABLED, RKT_ERR_VOLUME_ESCAPE
 */
export async function volumeArguments(
  spec: TaskSpec,
  driverConfig: Pick<DriverConfig, 'volumes_enabled'>,
): Promise<readonly string[]> {
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
  const volumes: readonly Volume[] = [
    ...standingVolumes(spec, prefix),
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
  return volumes.flatMap(flags);
}

function standingVolumes(spec: TaskSpec, prefix: string): readonly Volume[] {
  const { allocDir } = spec;
  if (allocDir === undefined) return [];
  const task = spec.name ?? spec.id;
  if (task.includes('/') || task === '.' || task === '..') {
    throw new RktError('RKT_ERR_VOLUME_ESCAPE', `the task name "${task}" is no name of a directory`);
  }
  const volume = (what: string, source: string): Volume => ({
    name: `${prefix}-${what}`,
    source,
    target: `/${what}`,
    readOnly: false,
  });
  return [
    volume('alloc', join(allocDir, 'alloc')),
    volume('local', join(allocDir, task, 'local')),
    volume('secrets', join(allocDir, task, 'secrets')),
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
  return { name, source: await resolveBelow(allocDir, host), target, readOnly };
}

function flags({ name, source, target, readOnly }: Volume): readonly string[] {
  // rkt splits these flags at commas and has no way to quote one.
  const bad = [source, target].find((path) => path.includes(','));
  if (bad !== undefined) throw new RktError('RKT_ERR_VOLUME', `the path "${bad}" holds a comma`);
  return [
    `--volume=${name},kind=host,source=${source}${readOnly ? ',readOnly=true' : ''}`,
    `--mount=volume=${name},target=${target}`,
  ];
}
