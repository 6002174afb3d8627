import type { RktContext } from '../embedded-context.ts';
import { RktFailure } from '../embedded-context.ts';
import { aciName, canonicalRegistry, isDockerUrl, parseReference } from '../registry/reference.ts';
import { isHash, parseImageName, type StoredImage } from '../store/lookup.ts';
import type { StorePaths } from '../store/paths.ts';
import { remotesOf } from '../store/remotes.ts';
import { readPolicies, type ImagePolicy, type PolicyRule } from './image-policy.ts';

/** What is known of an image, or of one place that it came from; what may still come to be known is `open`. */
interface Facts {
  readonly registry?: string;
  readonly repository?: string;
  readonly name?: string;
  readonly digests?: readonly string[];
  readonly id?: string;
  readonly open: readonly (keyof PolicyRule)[];
}

type PolicyContext = Pick<RktContext, 'systemConfigDir' | 'localConfigDir' | 'userConfigDir'>;

/**
 * Refuses an image before anything of it is fetched, unless every policy may still allow it.
 *
 * @param digest of the manifest, as soon as that is known
 * @throws RktFailure naming the file that refuses it
 */
export function requireAllowable(ctx: PolicyContext, imageArg: string, digest?: string): void {
  const policies = readPolicies(ctx);
  if (policies.length > 0) judge(policies, [factsOf(imageArg, digest)], imageArg);
}

/** Refuses an image of the store that some policy does not allow. @throws RktFailure naming the file */
export function requireAllowed(ctx: PolicyContext, paths: StorePaths, image: StoredImage): void {
  const policies = readPolicies(ctx);
  if (policies.length === 0) return;
  const own = { name: image.name, id: image.id, open: [] };
  const places = remotesOf(paths, image.id)
    .filter(({ url }) => isDockerUrl(url))
    .map(({ url, etag }) => ({ ...factsOf(url, etag), ...own }));
  judge(policies, [own, ...places], `${image.name} (${image.id.slice(0, 19)})`);
}

function factsOf(imageArg: string, digest?: string): Facts {
  if (!isDockerUrl(imageArg)) return { ...nameOf(imageArg), open: ['name', 'id'] };
  const reference = parseReference(imageArg);
  const { registry, repository } = reference;
  return {
    registry,
    repository,
    name: aciName(reference),
    digests: [reference.digest, digest].filter((each) => each !== undefined),
    open: digest === undefined ? ['digest', 'id'] : ['id'],
  };
}

/** Only a plain image name says what the image is called; of a file or URL that is seen when it is there. */
function nameOf(imageArg: string): Pick<Facts, 'name'> {
  if (isHash(imageArg) || /^[a-z-]+:|^[./]|\.(aci|tar)$/.test(imageArg)) return {};
  try {
    return { name: parseImageName(imageArg).name };
  } catch (error) {
    if (error instanceof RktFailure) return {};
    throw error;
  }
}

function judge(policies: readonly ImagePolicy[], facts: readonly Facts[], shown: string): void {
  for (const { file, allow, deny } of policies) {
    const denied = deny.findIndex((rule) => facts.some((each) => matches(rule, each) === true));
    if (denied >= 0) throw refused(shown, file, `its deny.${denied} matches`);
    const isOpen = allow?.some((rule) => facts.some((each) => matches(rule, each) !== false)) ?? true;
    if (!isOpen) throw refused(shown, file, 'no entry of its "allow" matches');
  }
}

function refused(shown: string, file: string, why: string): RktFailure {
  return new RktFailure(
    `${shown} is refused by the image policy ${file}: ${why}; use an image that is allowed, or have the policy changed`,
  );
}

/** Undefined: it depends on what is still open. */
function matches(rule: PolicyRule, facts: Facts): boolean | undefined {
  const keys = Object.keys(rule) as (keyof PolicyRule)[];
  const answers = keys.map((key) => {
    if (isSo(rule, key, facts)) return true;
    const isUnknown = key === 'digest' || facts[key] === undefined;
    return isUnknown && facts.open.includes(key) ? undefined : false;
  });
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

function isSo(rule: PolicyRule, key: keyof PolicyRule, facts: Facts): boolean {
  const wanted = rule[key] ?? '';
  if (key === 'digest') return facts.digests?.includes(wanted) ?? false;
  const text = facts[key];
  return text !== undefined && glob(key === 'registry' ? canonicalRegistry(wanted) : wanted).test(text);
}

function glob(text: string): RegExp {
  const parts = text.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
