import type { RktContext } from '../embedded-context.ts';
import { RktFailure } from '../embedded-context.ts';
import type { ConfigDirs } from '../rkt-configuration.ts';
import { hostHeaders } from '../http/host-credentials.ts';
import { readText } from '../http/read-text.ts';
import type { ManifestPair } from '../manifest/manifest-types.ts';
import type { ImageName } from '../store/lookup.ts';
import { reasonOf } from '../../model/reason-of.ts';
import type { Endpoint } from './discovery-endpoints.ts';
import { endpointsOf, keyUrlsOf } from './discovery-endpoints.ts';
import type { MetaTag } from './meta-tags.ts';

const PAGE_BYTES = 1024 * 1024;
/** appc's names of Node's architectures. */
const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = {
  x64: 'amd64',
  ia32: 'i386',
  arm64: 'aarch64',
  ppc64: 'ppc64le',
};

/** What discovery needs of the command that discovers. */
export type DiscoveryContext = Pick<RktContext, 'env' | 'insecure' | 'debug' | 'stderr'> & ConfigDirs;

/**
 * Finds the URLs of an image by its name, as App Container discovery says: the pages `https://NAME?ac-discovery=1` and those
 * of its parents are asked for meta tags. Plain http is the second try, where `http` is insecure.
 *
 * @param image a missing version becomes `latest`; os and arch become those of this machine
 * @throws RktFailure `discovery failed`; with `--debug`, stderr has a line for each page without a tag
 */
export async function discoverImage(ctx: DiscoveryContext, image: ImageName): Promise<Endpoint> {
  const wanted = withDefaults(image);
  const options = { kind: 'ac-discovery', allowHttp: ctx.insecure.has('http') };
  const [found] = await walk(ctx, image.name, options, (tags) => endpointsOf(tags, wanted));
  return found;
}

/** Finds the URLs of the keys for a prefix of image names; over http only when that is allowed. @throws RktFailure */
export function discoverKeys(
  ctx: DiscoveryContext,
  prefix: string,
  { allowHttp }: { readonly allowHttp: boolean },
): Promise<readonly string[]> {
  const options = { kind: 'ac-discovery-pubkeys', allowHttp };
  return walk(ctx, prefix, options, (tags) => keyUrlsOf(tags, prefix));
}

/** Os and arch of this machine, which an image name means when it does not say others. */
export function platformLabels(): readonly ManifestPair[] {
  return [
    { name: 'os', value: 'linux' },
    { name: 'arch', value: ARCHITECTURES[process.arch] ?? process.arch },
  ];
}

function withDefaults({ name, labels }: ImageName): ImageName {
  const said = labels.filter(({ value }) => value !== '');
  const unsaid = [{ name: 'version', value: 'latest' }, ...platformLabels()].filter(
    (label) => !said.some((other) => other.name === label.name),
  );
  return { name, labels: [...said, ...unsaid] };
}

async function walk<T>(
  ctx: DiscoveryContext,
  name: string,
  { kind, allowHttp }: { readonly kind: string; readonly allowHttp: boolean },
  pick: (tags: readonly MetaTag[]) => readonly T[],
): Promise<readonly [T, ...T[]]> {
  const { metaTags } = await import('./meta-tags.ts');
  const parts = name.split('/');
  for (let length = parts.length; length > 0; length -= 1) {
    const place = parts.slice(0, length).join('/');
    try {
      const [first, ...rest] = pick(metaTags(await page(ctx, place, allowHttp)));
      if (first !== undefined) return [first, ...rest];
    } catch (error) {
      if (ctx.debug) ctx.stderr(`image: meta tag '${kind}' not found on ${place}: ${reasonOf(error)}\n`);
    }
  }
  throw new RktFailure('discovery failed');
}

async function page(ctx: DiscoveryContext, place: string, allowHttp: boolean): Promise<string> {
  const options = { hostHeaders: hostHeaders(ctx) };
  try {
    return await readText(ctx, `https://${place}?ac-discovery=1`, PAGE_BYTES, options);
  } catch (error) {
    if (!allowHttp) throw error;
    return readText(ctx, `http://${place}?ac-discovery=1`, PAGE_BYTES, options);
  }
}
