import { rmdirSync } from 'node:fs';

import type { LaunchScript } from '../../pods/launch-script.ts';
import type { PodEntry } from '../../pods/phases.ts';
import { podFile } from '../../pods/pod-info.ts';
import { quote } from '../../pods/shell.ts';
import { appDirs } from '../../pods/live-init.ts';
import { APPS_DIR, type AppPlace } from './app-places.ts';
import type { LimitedCgroup } from './oci-limits.ts';
import type { OciHook } from './runtime-config-types.ts';

/** In the bundle of an app: the directories of the cgroups that it has of its own, one a line. */
const LIST = 'cgroups';

/** Adds the lines that make the cgroups of an app. A limit that cannot be set ends the launch. */
export function makeCgroups(
  script: LaunchScript,
  { bundle }: AppPlace,
  cgroups: readonly LimitedCgroup[],
): void {
  for (const { dir, settings } of cgroups) {
    script.raw(`printf '%s\\n' ${quote(dir)} >>${quote(`${bundle}/${LIST}`)}`);
    script.attempt(
      `run: limits take root, or a cgroup where the caller may make others: cannot make ${dir}`,
      'mkdir',
      '--',
      dir,
    );
    for (const { file, value } of settings) {
      const failure = `run: cannot limit the pod: writing ${value} to ${dir}/${file} failed`;
      script.raw(
        `{ echo ${quote(String(value))} >${quote(`${dir}/${file}`)}; } 2>/dev/null || die ${quote(failure)}`,
      );
    }
  }
}

/** Removes cgroups when the app has ended. A hook has to read the state of the container. */
export function cgroupsGone(dirs: readonly string[]): readonly OciHook[] {
  if (dirs.length === 0) return [];
  const script = 'IFS= read -r state; rmdir -- "$@" 2>/dev/null; :';
  return [{ path: '/bin/sh', args: ['sh', '-c', script, 'remove-cgroups', ...dirs] }];
}

export function cgroupsOfApp(pod: PodEntry, { bundle }: Pick<AppPlace, 'bundle'>): readonly string[] {
  return (podFile(pod, `${bundle}/${LIST}`) ?? '').split('\n').filter((line) => line !== '');
}

/** Removes what a runtime that was killed, or never began, has left. What is in use stays. */
export function removeCgroups(pod: PodEntry): void {
  const bundles = ['oci', ...appDirs(pod.dir).map((name) => `${APPS_DIR}/${name}`)];
  for (const dir of bundles.flatMap((bundle) => cgroupsOfApp(pod, { bundle }))) {
    try {
      rmdirSync(dir);
    } catch (error) {
      if (!['ENOENT', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}
