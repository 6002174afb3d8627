import { ALL_CAPABILITIES, DEFAULT_CAPABILITIES } from '../../../model/capabilities.ts';
import { RktFailure } from '../../embedded-context.ts';
import type { ManifestIsolator } from '../../manifest/manifest-types.ts';
import type { CapabilitySet } from './runtime-config-types.ts';

/** The capabilities of an app, and whether it asked for just these. */
export interface AppCapabilities {
  readonly names: readonly string[];
  readonly isRetained: boolean;
}

/**
 * As rkt computes them: those of a retain set, else the default ones without those of a remove set.
 *
 * @throws RktFailure for a name that Linux does not have
 */
export function appCapabilities(isolators: readonly ManifestIsolator[]): AppCapabilities {
  const retain = setOf(isolators, 'os/linux/capabilities-retain-set');
  const remove = setOf(isolators, 'os/linux/capabilities-remove-set');
  const unknown = [...(retain ?? []), ...(remove ?? [])].find((name) => !ALL_CAPABILITIES.includes(name));
  if (unknown !== undefined) throw new RktFailure(`Linux has no capability ${JSON.stringify(unknown)}`);
  const names = (retain ?? DEFAULT_CAPABILITIES).filter((name) => remove?.includes(name) !== true);
  return { names: [...new Set(names)].sort(), isRetained: retain !== undefined };
}

/** The root of a pod has them in effect; another user only those that its app asked for, or a program of its image brings. */
export function capabilitySets(
  { names, isRetained }: AppCapabilities,
  uid: number,
): Readonly<Record<CapabilitySet, readonly string[]>> {
  if (uid === 0) return { bounding: names, effective: names, permitted: names, inheritable: [], ambient: [] };
  const own = isRetained ? names : [];
  return { bounding: names, effective: own, permitted: own, inheritable: own, ambient: own };
}

function setOf(isolators: readonly ManifestIsolator[], name: string): readonly string[] | undefined {
  const value = isolators.find((isolator) => isolator.name === name)?.value;
  return value === undefined ? undefined : (value as { readonly set: readonly string[] }).set;
}
