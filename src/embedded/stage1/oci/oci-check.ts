import type { RktContext } from '../../embedded-context.ts';
import type { ManifestApp } from '../../manifest/manifest-types.ts';
import { seccompHere } from './app-of-pod.ts';
import { appCapabilities } from './capability-sets.ts';

/** Isolators that an OCI runtime is given nothing for: they would be ignored. */
const WITHOUT_EFFECT: readonly string[] = [
  'resource/block-bandwidth',
  'resource/block-iops',
  'resource/network-bandwidth',
  'os/linux/selinux-context',
];

/** What the stage1 oci cannot do of an app asks for. @throws RktFailure for capabilities and filters that cannot be had */
export function runtimeAppProblem(
  ctx: RktContext,
  { isolators = [] }: Pick<ManifestApp, 'isolators'>,
): string | undefined {
  appCapabilities(isolators);
  seccompHere(ctx, isolators);
  const ignored = isolators.find(({ name }) => WITHOUT_EFFECT.includes(name));
  return ignored === undefined
    ? undefined
    : `the stage1 oci cannot do the isolator ${JSON.stringify(ignored.name)}`;
}
