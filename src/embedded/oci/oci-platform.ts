import { RktFailure } from '../embedded-context.ts';
import { isIndexType, isManifestType } from './media-types.ts';
import type { OciIndex, OciIndexEntry } from './oci-manifest.ts';

interface Architecture {
  readonly architecture: string;
  readonly variants: readonly string[];
  /** In appc's words; of an architecture with variants, that of its first. */
  readonly appc: string;
}

/** Node's words for processors, with the variants that run on them, the best first. */
const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  x64: { architecture: 'amd64', variants: ['v1'], appc: 'amd64' },
  ia32: { architecture: '386', variants: [], appc: 'i386' },
  arm64: { architecture: 'arm64', variants: ['v8'], appc: 'aarch64' },
  arm: { architecture: 'arm', variants: ['v7', 'v6', 'v5'], appc: 'armv7l' },
  ppc64: { architecture: 'ppc64le', variants: [], appc: 'ppc64le' },
  s390x: { architecture: 's390x', variants: [], appc: 's390x' },
};

/** appc's word for an architecture of an image; undefined for one that it has no word for. */
export function appcArchitecture(architecture: string, variant?: string): string | undefined {
  if (architecture === 'arm' && variant === 'v6') return 'armv6l';
  return Object.values(ARCHITECTURES).find((known) => known.architecture === architecture)?.appc;
}

/**
 * The entry of an index that is for Linux on this machine; it may be an index again.
 *
 * Of variants of the processor the best that runs here is chosen, of equal entries the first.
 * @param nodeArch the processor as `process.arch` has it
 * @throws RktFailure that lists what there is
 */
export function choosePlatform(index: OciIndex, nodeArch: string = process.arch): OciIndexEntry {
  const images = index.manifests.filter(
    ({ mediaType }) => isManifestType(mediaType) || isIndexType(mediaType),
  );
  const own = ARCHITECTURES[nodeArch] ?? { architecture: nodeArch, variants: [], appc: nodeArch };
  const rank = ({ platform }: OciIndexEntry): number => {
    if (platform?.os !== 'linux' || platform.architecture !== own.architecture) return -1;
    const variant = platform.variant ?? '';
    // without a variant it is made for all of them
    return variant === '' ? own.variants.length : own.variants.indexOf(variant);
  };
  const [best] = images.filter((entry) => rank(entry) >= 0).sort((a, b) => rank(a) - rank(b));
  if (best !== undefined) return best;
  const [only] = images;
  if (only !== undefined && images.length === 1 && !only.platform) return only;
  throw new RktFailure(
    `the image has nothing for linux/${own.architecture}; it has ${listed(images) || 'no image at all'}`,
  );
}

/** Attestations are listed as `unknown/unknown`: they are no images. */
function listed(entries: readonly OciIndexEntry[]): string {
  const names = entries.map(({ platform }) => (platform ? shown(platform) : 'one without platform'));
  return [...new Set(names)].filter((name) => name !== 'unknown/unknown').join(', ');
}

function shown({ os, architecture, variant }: NonNullable<OciIndexEntry['platform']>): string {
  return `${os}/${architecture}${variant ? `/${variant}` : ''}`;
}
