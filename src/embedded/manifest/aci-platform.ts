import { RktFailure } from '../embedded-context.ts';
import type { ManifestPair } from './manifest-types.ts';

type Platforms = Readonly<Record<string, readonly string[]>>;

const PREPARED = ['amd64', 'i386', 'aarch64', 'aarch64_be', 'armv6l', 'armv7l', 'armv7b', 'ppc64le'];

/** The values of `os` and `arch` that a manifest may name, in appc's order. */
const IN_MANIFESTS: Platforms = {
  darwin: ['x86_64', 'i386'],
  freebsd: ['amd64', 'i386', 'arm'],
  linux: [
    'amd64',
    'i386',
    'aarch64',
    'aarch64_be',
    'armv6l',
    'armv7l',
    'armv7b',
    'ppc64',
    'ppc64le',
    's390x',
  ],
};

/** Those that rkt prepares. A known architecture other than the machine's is among them: rkt does not compare the two. */
const IN_PODS: Platforms = { linux: PREPARED };

/** Checks the labels of an image or of a dependency; `arch` means something only beside an `os`. @throws RktFailure */
export function checkManifestPlatform(labels: readonly ManifestPair[]): void {
  checkPlatform(labels, IN_MANIFESTS);
}

/** Checks the labels of an image that becomes part of a pod; both have to be there. @throws RktFailure */
export function checkPodPlatform(labels: readonly ManifestPair[]): void {
  for (const label of ['os', 'arch']) {
    if (!labels.some(({ name }) => name === label))
      throw new RktFailure(`missing ${label} label in the image manifest`);
  }
  checkPlatform(labels, IN_PODS);
}

function checkPlatform(labels: readonly ManifestPair[], platforms: Platforms): void {
  const value = (name: string) => labels.find((label) => label.name === name)?.value;
  const os = value('os');
  const arch = value('arch');
  if (os === undefined) return;
  const arches = Object.hasOwn(platforms, os) ? platforms[os] : undefined;
  if (arches === undefined) throw bad('os', os, '', Object.keys(platforms));
  if (arch !== undefined && !arches.includes(arch)) throw bad('arch', arch, ` for ${os}`, arches);
}

function bad(what: string, value: string, where: string, known: readonly string[]): RktFailure {
  return new RktFailure(
    `bad ${what} ${JSON.stringify(value)}${where} (must be one of: [${known.join(' ')}])`,
  );
}
