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
}

const AC_VERSION = '0.8.11';

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
  const { ports = [], mounts = [], environment = [], annotations = [] } = image;
  return {
    acKind: 'ImageManifest',
    acVersion: AC_VERSION,
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
