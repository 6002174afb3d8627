import { readFileSync } from 'node:fs';

import type { RktContext } from '../../embedded-context.ts';
import type { LaunchScript } from '../../pods/launch-script.ts';
import { CGROUP_ROOT, cgroupMode, UNIFIED, type OciRuntime } from './oci-runtime.ts';

/** Where the pod's mount namespace has cgroups that its runtime cannot use. */
const MOVED = { crun: 'oci/unified', runc: 'oci/cgroup' } as const;

/** What a runtime must not see or write to, and its hooks must. */
export interface CgroupView {
  /** A hook of a container enters or removes a cgroup in {@link hookPath}. */
  readonly isEntered: boolean;
  readonly runtime: Pick<OciRuntime, 'name'>;
}

/**
 * Hides cgroups from the runtime, in the pod's mount namespace. crun runs nothing while the unified hierarchy beside those of v1
 * has controllers, so it is covered. runc would make cgroups, so all are read-only to it. Hooks find them in the pod's directory.
 */
export function hideCgroups(script: LaunchScript, { isEntered, runtime }: CgroupView): void {
  const isRunc = runtime.name === 'runc';
  if (isRunc ? cgroupMode() === 'none' : cgroupMode() !== 'hybrid') return;
  const failure = `run: cannot hide cgroups from ${runtime.name}`;
  const moved = MOVED[runtime.name];
  if (isEntered) {
    script.raw(`mkdir -p ${moved}`);
    script.attempt(failure, 'mount', isRunc ? '--rbind' : '--bind', isRunc ? CGROUP_ROOT : UNIFIED, moved);
  }
  if (!isRunc) {
    script.attempt(failure, 'mount', '-t', 'tmpfs', '-o', 'ro,size=0', 'tmpfs', UNIFIED);
    return;
  }
  for (const path of cgroupMounts()) script.attempt(failure, 'mount', '-o', 'remount,bind,ro', 'none', path);
}

/** True when a container of the pod may enter a cgroup that {@link hideCgroups} hides. */
export function entersHidden(ctx: Pick<RktContext, 'env'>, runtime: CgroupView['runtime']): boolean {
  return runtime.name === 'runc' || procsFilesOf(ctx).some((path) => path.startsWith(`${UNIFIED}/`));
}

/** The files that the pid of an app is written to, so that it is in the cgroups of its task. */
export function procsFilesOf({ env }: Pick<RktContext, 'env'>): readonly string[] {
  return (env['RKT_STREAMS_CGROUP_PROCS'] ?? '').split(':').filter((path) => path !== '');
}

/** A path among cgroups as a hook finds it once {@link hideCgroups} has run. */
export function hookPath(path: string, podDir: string, { name }: CgroupView['runtime']): string {
  if (name === 'runc')
    return path.startsWith(`${CGROUP_ROOT}/`)
      ? `${podDir}/${MOVED.runc}${path.slice(CGROUP_ROOT.length)}`
      : path;
  return cgroupMode() === 'hybrid' && path.startsWith(`${UNIFIED}/`)
    ? `${podDir}/${MOVED.crun}${path.slice(UNIFIED.length)}`
    : path;
}

/** The mount points of cgroup hierarchies. */
function cgroupMounts(): readonly string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => / - cgroup2? /.test(line))
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => `${path}/`.startsWith(`${CGROUP_ROOT}/`));
}
