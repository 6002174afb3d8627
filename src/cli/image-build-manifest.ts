import type { ImageBase } from './images/image-base.ts';
import { APPC_VERSION } from '../model/embedded-rkt-version.ts';

/** A port of the app: `http:tcp:8080`. */
export interface ImagePort {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
}

/** A mount point for a volume: `data:/srv/data:ro`. */
export interface ImageMount {
  readonly name: string;
  readonly path: string;
  readonly readOnly?: boolean;
}

export interface ImagePair {
  readonly name: string;
  readonly value: string;
}

/** The contents of an image manifest. Only name and exec are required. */
export interface ImageDescription {
  readonly name: string;
  readonly version?: string;
  /** The program, by its absolute path in the image, and its arguments. */
  readonly exec: readonly string[];
  /** Names or numbers; root by default. */
  readonly user?: string;
  readonly group?: string;
  readonly workingDirectory?: string;
  readonly environment?: readonly ImagePair[];
  readonly ports?: readonly ImagePort[];
  readonly mounts?: readonly ImageMount[];
  /** Beside `version`, `os` and `arch`; one of these names replaces the default. */
  readonly labels?: readonly ImagePair[];
  readonly annotations?: readonly ImagePair[];
  /** What is not given is as in this image, whose files it has as well: it becomes a dependency. */
  readonly base?: ImageBase;
}

/** Node's names of processors, and those of appc. */
const ARCHES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: 'i386',
  arm64: 'aarch64',
  arm: 'armv7l',
  ppc64: 'ppc64le',
  s390x: 's390x',
};

/** The image manifest of a description. The code that packs it validates it. */
export function imageManifest(image: ImageDescription): object {
  const { ports = [], mounts = [], environment = [], annotations = [], base } = image;
  if (base !== undefined) return manifestOn(base, image);
  return {
    acKind: 'ImageManifest',
    acVersion: APPC_VERSION,
    name: image.name,
    labels: labelsOf(image),
    app: {
      exec: image.exec,
      user: image.user ?? '0',
      group: image.group ?? '0',
      ...(image.workingDirectory !== undefined && { workingDirectory: image.workingDirectory }),
      ...(environment.length > 0 && { environment }),
      ...(mounts.length > 0 && { mountPoints: mounts }),
      ...(ports.length > 0 && {
        ports: ports.map((port) => ({ ...port, count: 1, socketActivated: false })),
      }),
    },
    ...(annotations.length > 0 && { annotations }),
  };
}

/** With the app of the base, but for what is given. */
function manifestOn({ id, manifest }: ImageBase, image: ImageDescription): object {
  const { app } = manifest;
  const isOwnProgram = image.exec.length > 0;
  const own = image.annotations ?? [];
  // how docker splits the command is no longer so for another program
  const inherited = isOwnProgram ? [] : (manifest.annotations ?? []);
  const annotations = merged(inherited, own);
  const ports = (image.ports ?? []).map((port) => ({ ...port, count: 1, socketActivated: false }));
  const environment = merged(app?.environment ?? [], image.environment ?? []);
  return {
    acKind: 'ImageManifest',
    acVersion: APPC_VERSION,
    name: image.name,
    labels: merged(
      (manifest.labels ?? []).filter(({ name }) => name !== 'version'),
      labelsOf(image).filter(({ name }) => name === 'version' || isGiven(image, name)),
    ),
    app: {
      ...app,
      exec: isOwnProgram ? image.exec : app?.exec,
      user: image.user ?? app?.user ?? '0',
      group: image.group ?? app?.group ?? '0',
      ...(image.workingDirectory !== undefined && { workingDirectory: image.workingDirectory }),
      ...(environment.length > 0 && { environment }),
      mountPoints: merged<ImageMount>(app?.mountPoints ?? [], image.mounts ?? []),
      ports: merged(app?.ports ?? [], ports),
    },
    dependencies: [{ imageName: manifest.name, imageID: id, labels: manifest.labels ?? [] }],
    ...(annotations.length > 0 && { annotations }),
  };
}

function isGiven({ labels = [] }: ImageDescription, name: string): boolean {
  return labels.some((label) => label.name === name);
}

/** The later one of a name replaces the earlier one. */
function merged<T extends { readonly name: string }>(
  first: readonly T[],
  second: readonly T[],
): readonly T[] {
  return [...new Map([...first, ...second].map((each) => [each.name, each])).values()];
}

function labelsOf({ version, labels = [] }: ImageDescription): readonly ImagePair[] {
  const arch = ARCHES[process.arch];
  const defaults = [
    ...(version === undefined ? [] : [{ name: 'version', value: version }]),
    ...(arch === undefined ? [] : [{ name: 'arch', value: arch }]),
    { name: 'os', value: 'linux' },
  ];
  const isGiven = (name: string): boolean => labels.some((label) => label.name === name);
  return [...defaults.filter(({ name }) => !isGiven(name)), ...labels];
}
