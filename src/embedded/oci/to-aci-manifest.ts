import { RktFailure } from '../embedded-context.ts';
import type {
  ImageManifest,
  ManifestApp,
  ManifestMountPoint,
  ManifestPair,
  ManifestPort,
} from '../manifest/manifest-types.ts';
import type { OciConfig } from './oci-config.ts';
import type { OciImage } from './oci-image.ts';
import type { ImageUser } from './image-user.ts';
import type { ImageOrigin } from './origin.ts';
import { appcArchitecture } from './oci-platform.ts';
import { APPC_VERSION } from '../../model/embedded-rkt-version.ts';

const VARIABLE = /^[A-Za-z_][A-Za-z_0-9.-]*$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const PORT = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i;

type RunConfig = NonNullable<OciConfig['config']>;

/** What a manifest needs besides the image and its config. */
export interface ManifestParts {
  readonly origin: ImageOrigin;
  readonly user: ImageUser;
  /** Is called with what had to be left out. */
  readonly warn: (text: string) => void;
}

/**
 * The image manifest that docker2aci makes of a config, but for the user, whose names are looked up before.
 *
 * @throws RktFailure for what appc has no word for
 */
export function toImageManifest(
  image: OciImage,
  config: OciConfig,
  { origin, user, warn }: ManifestParts,
): ImageManifest {
  const annotations = annotationsOf(image, config, origin);
  return {
    acKind: 'ImageManifest',
    acVersion: APPC_VERSION,
    name: origin.name,
    labels: labelsOf(config, origin),
    app: appOf(config.config ?? {}, user, warn),
    annotations: annotations.filter(({ value }) => value !== ''),
  };
}

function labelsOf(
  { os, architecture, variant }: OciConfig,
  { version }: ImageOrigin,
): readonly ManifestPair[] {
  const given = architecture ?? '';
  const arch = appcArchitecture(given, variant ?? undefined);
  if (given !== '' && arch === undefined)
    throw new RktFailure(`the image is for a processor that rkt does not know: ${JSON.stringify(given)}`);
  return [
    ...(version === undefined ? [] : [{ name: 'version', value: version }]),
    { name: 'os', value: os ?? 'linux' },
    ...(arch === undefined ? [] : [{ name: 'arch', value: arch }]),
  ];
}

function annotationsOf(image: OciImage, config: OciConfig, origin: ImageOrigin): readonly ManifestPair[] {
  const { Entrypoint, Cmd } = config.config ?? {};
  const created = config.created ?? '';
  const listed = (words: readonly string[] | null | undefined): string =>
    words && words.length > 0 ? JSON.stringify(words) : '';
  return [
    { name: 'author', value: config.author ?? '' },
    { name: 'created', value: TIME.test(created) ? created : '' },
    { name: 'appc.io/docker/originalname', value: origin.originalName },
    { name: 'appc.io/docker/registryurl', value: origin.registryUrl },
    { name: 'appc.io/docker/repository', value: origin.repository },
    { name: 'appc.io/docker/imageid', value: image.configDigest },
    { name: 'appc.io/docker/manifesthash', value: image.manifestDigest ?? '' },
    { name: 'appc.io/docker/entrypoint', value: listed(Entrypoint) },
    { name: 'appc.io/docker/cmd', value: listed(Cmd) },
  ];
}

function appOf(config: RunConfig, user: ImageUser, warn: (text: string) => void): ManifestApp {
  const exec = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
  const environment = environmentOf(config.Env ?? [], warn);
  const mountPoints = mountPointsOf(Object.keys(config.Volumes ?? {}));
  const ports = Object.keys(config.ExposedPorts ?? {})
    .map(portOf)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const workingDirectory = config.WorkingDir ?? '';
  return {
    exec: exec.length === 0 ? null : exec,
    user: user.user,
    group: user.group,
    ...(user.supplementaryGIDs.length > 0 && { supplementaryGIDs: user.supplementaryGIDs }),
    ...(workingDirectory !== '' && { workingDirectory: absolute(workingDirectory) }),
    ...(environment.length > 0 && { environment }),
    ...(mountPoints.length > 0 && { mountPoints }),
    ...(ports.length > 0 && { ports }),
  };
}

/** Of a name that occurs twice the last value counts. */
function environmentOf(pairs: readonly string[], warn: (text: string) => void): readonly ManifestPair[] {
  const variables = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 0) continue;
    const name = pair.slice(0, at);
    if (VARIABLE.test(name)) variables.set(name, pair.slice(at + 1));
    else warn(`variable ${JSON.stringify(name)} of the image left out: appc takes no such name`);
  }
  return [...variables].map(([name, value]) => ({ name, value }));
}

function mountPointsOf(volumes: readonly string[]): readonly ManifestMountPoint[] {
  const taken = new Map<string, number>();
  return [...volumes].sort().map((volume) => {
    const path = absolute(volume);
    const name = acName(`volume${path}`);
    const before = taken.get(name) ?? 0;
    taken.set(name, before + 1);
    return { name: before === 0 ? name : `${name}-${before}`, path };
  });
}

/** `80/tcp`, `53/udp`, `80`, or a range of ports. */
function portOf(text: string): ManifestPort {
  const [, first = '', last = first, protocol = 'tcp'] = PORT.exec(text) ?? [];
  const port = Number(first);
  const count = Number(last) - port + 1;
  if (first === '' || port < 1 || count < 1 || Number(last) > 65535)
    throw new RktFailure(`the image exposes ${JSON.stringify(text)}, which is no port`);
  return { name: acName(text), protocol: protocol.toLowerCase(), port, count, socketActivated: false };
}

function absolute(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

/** appc's rule: small letters, digits, and dashes in place of all else. */
function acName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
    .replaceAll(/^-+|-+$/g, '');
}
