import { RktFailure } from '../embedded-context.ts';
import { shortened } from '../aci/meter.ts';
import { digestProblem } from './digest.ts';

/** What a `docker://` argument names. */
export interface ImageReference {
  /** Host of the registry, with its port if it has one; `registry-1.docker.io` for Docker Hub. */
  readonly registry: string;
  /** `library/redis`. */
  readonly repository: string;
  /** Absent when only a digest was given. */
  readonly tag?: string;
  /** `sha256:…` of the manifest; decides, a tag beside it is only a name. */
  readonly digest?: string;
}

export const DOCKER_HUB = 'registry-1.docker.io';
const SCHEME = 'docker://';
const DEFAULT_TAG = 'latest';
const MAX_NAME = 255;
const HUB_NAMES: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io', DOCKER_HUB]);

const LABEL = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const REGISTRY = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9a-fA-F:]+\\])(?::(\\d{1,5}))?$`);
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

const CREDENTIALS = 'an @ is only in front of a digest, credentials belong into auth.d (docs/images.md)';
const FORM = 'give docker://[REGISTRY[:PORT]/]NAME[:TAG|@DIGEST]';

/** One name for a registry that has several: all those of Docker Hub are `registry-1.docker.io`. */
export function canonicalRegistry(name: string): string {
  const lower = name.toLowerCase();
  return HUB_NAMES.has(lower) ? DOCKER_HUB : lower;
}

/** True for what is meant as an image of a registry. */
export function isDockerUrl(text: string): boolean {
  return text.startsWith(SCHEME);
}

/**
 * Takes `docker://[registry[:port]/]name[:tag][@digest]` apart, by docker's rules.
 *
 * @throws RktFailure naming the part that is wrong
 */
export function parseReference(url: string): ImageReference {
  const refuse = (problem: string): RktFailure =>
    new RktFailure(`invalid docker image ${shortened(url)}: ${problem}; ${FORM}`);
  if (!isDockerUrl(url)) throw refuse('it does not begin with docker://');
  const text = url.slice(SCHEME.length);
  // not quoted: it may be a password
  if (/@.*\//s.test(text)) throw new RktFailure(`invalid docker image: ${CREDENTIALS}; ${FORM}`);
  const [named = '', digest, ...more] = text.split('@');
  const digestFault = digest === undefined ? undefined : digestProblem([digest, ...more].join('@'));
  if (digestFault !== undefined) throw refuse(digestFault);
  const { name, tag } = splitTag(named);
  if (tag !== undefined && !TAG.test(tag)) throw refuse(`${shortened(tag)} is no tag`);
  const { registry, repository } = splitRegistry(name);
  const fault = registryProblem(registry) ?? repositoryProblem(registry, repository);
  if (fault !== undefined) throw refuse(fault);
  const version = tag ?? (digest === undefined ? DEFAULT_TAG : undefined);
  return {
    registry,
    repository,
    ...(version === undefined ? {} : { tag: version }),
    ...(digest === undefined ? {} : { digest }),
  };
}

function splitTag(text: string): { readonly name: string; readonly tag?: string } {
  const colon = text.lastIndexOf(':');
  // a colon in front of the last slash belongs to a port
  if (colon < 0 || text.includes('/', colon)) return { name: text };
  return { name: text.slice(0, colon), tag: text.slice(colon + 1) };
}

/** A first part with a dot, a colon or a capital, or `localhost`, is a registry; all else is on Docker Hub. */
function splitRegistry(name: string): { readonly registry: string; readonly repository: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = first === 'localhost' || /[.:A-Z]/.test(first);
  const rest = isHost || slash === 0 ? name.slice(slash + 1) : name;
  const registry = slash === 0 ? '' : isHost ? canonicalRegistry(first) : DOCKER_HUB;
  if (registry !== DOCKER_HUB) return { registry, repository: rest };
  return { registry: DOCKER_HUB, repository: rest.includes('/') || rest === '' ? rest : `library/${rest}` };
}

function registryProblem(registry: string): string | undefined {
  if (registry === '') return 'the name begins with a slash';
  const match = REGISTRY.exec(registry);
  const port = Number(match?.[1] ?? 1);
  const isFine = match !== null && port >= 1 && port <= 65_535 && URL.canParse(`https://${registry}/`);
  return isFine ? undefined : `${shortened(registry)} is no registry`;
}

function repositoryProblem(registry: string, repository: string): string | undefined {
  if (repository === '') return 'it has no name';
  const wrong = repository.split('/').find((part) => !COMPONENT.test(part));
  if (wrong !== undefined)
    return `${shortened(wrong)} is no part of a name, which has lower case letters, digits and single . _ - between them`;
  if (registry.length + 1 + repository.length > MAX_NAME)
    return `the name is longer than ${MAX_NAME} characters`;
  return undefined;
}

/** The reference in full, by which the store finds the image again: two ways to write one image are one. */
export function urlOf({ registry, repository, tag, digest }: ImageReference): string {
  const version = digest === undefined ? `:${tag ?? DEFAULT_TAG}` : `@${digest}`;
  return `${SCHEME}${registry}/${repository}${version}`;
}

/** What is asked for in the registry. */
export function manifestName({ tag, digest }: ImageReference): string {
  return digest ?? tag ?? DEFAULT_TAG;
}

/** The name of the ACI, as docker2aci makes it: characters that no AC identifier may have become `_`. */
export function aciName({ registry, repository }: ImageReference): string {
  return `${registry.replaceAll(/[^a-z0-9._~-]/g, '_').replace(/^[^a-z0-9]+/, '')}/${repository}`;
}

/** The version label of the ACI; an image named by its digest has none. */
export function aciVersion({ tag, digest }: ImageReference): string | undefined {
  return digest === undefined ? (tag ?? DEFAULT_TAG) : undefined;
}
