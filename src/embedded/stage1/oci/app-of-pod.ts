import { readFileSync } from 'node:fs';
import { release } from 'node:os';

import type { RktContext } from '../../embedded-context.ts';
import type { ManifestIsolator } from '../../manifest/manifest-types.ts';
import { appEnvironment } from '../../pods/app-command.ts';
import type { ManifestApp } from '../../manifest/aci-manifest.ts';
import { ALL_CAPABILITIES } from '../../../model/capabilities.ts';
import { appCapabilities } from './capability-sets.ts';
import { appSeccomp } from './app-seccomp.ts';
import { HOST_PROFILES } from './host-seccomp.ts';
import type { OciSeccomp } from './runtime-config-types.ts';

/** The environment of an app: rkt's isolating stage1 images add its name. */
export function ociEnvironment(
  appName: string,
  { environment }: Pick<ManifestApp, 'environment'>,
): readonly string[] {
  return appEnvironment([{ name: 'AC_APP_NAME', value: appName }, ...(environment ?? [])]);
}

/** The OOM score of an app: its isolator's, else the one that the launcher was started with. */
export function oomScoreOf(isolators: readonly ManifestIsolator[]): number {
  const score = isolators.find(({ name }) => name === 'os/linux/oom-score-adj')?.value;
  return typeof score === 'number' ? score : Number(readFileSync('/proc/self/oom_score_adj', 'utf8'));
}

/** The filter of an app on this machine. @throws RktFailure for sets that cannot be had */
export function seccompHere(
  { insecure }: Pick<RktContext, 'insecure'>,
  isolators: readonly ManifestIsolator[],
): OciSeccomp | undefined {
  if (insecure.has('seccomp')) return undefined;
  const capabilities = insecure.has('capabilities') ? ALL_CAPABILITIES : appCapabilities(isolators).names;
  const here = { arch: process.arch, kernel: release(), profile: readHostProfile() };
  return appSeccomp({ isolators, capabilities, ...here });
}

/** The profile that the engines of this machine share. */
export function readHostProfile(): { readonly path: string; readonly text: string } | undefined {
  for (const path of HOST_PROFILES) {
    try {
      return { path, text: readFileSync(path, 'utf8') };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return undefined;
}
