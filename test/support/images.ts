import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import type { Compression } from '../../src/embedded/aci/decompress.ts';
import { collectHostPaths } from '../../src/embedded/aci/host-files.ts';
import type { RootfsFile } from '../../src/embedded/aci/pack.ts';
import { packAci } from '../../src/embedded/aci/pack.ts';

/** What the test images can run, under /bin and by name. */
const PROGRAMS = [
  ...[
    'sh',
    'cat',
    'cut',
    'echo',
    'env',
    'false',
    'grep',
    'head',
    'id',
    'kill',
    'ls',
    'mkdir',
    'nice',
    'ps',
    'pwd',
  ],
  ...[
    'readlink',
    'rm',
    'sed',
    'sleep',
    'stat',
    'tail',
    'test',
    'touch',
    'true',
    'wc',
    'yes',
    'dd',
    'nc',
    'httpd',
  ],
];

const EMPTY_DIRS = ['dev', 'etc', 'proc', 'sys', 'tmp'];

/** A program of this machine, by name. */
export function hostProgram(name: string): string | undefined {
  for (const dir of (process.env['PATH'] ?? '').split(':')) {
    try {
      accessSync(join(dir, name), constants.X_OK);
      return join(dir, name);
    } catch {
      continue;
    }
  }
  return undefined;
}

/**
 * A rootfs that can run shell scripts: busybox if this machine has one, else its own sh and coreutils.
 *
 * Both come with the libraries they need and with empty /dev, /etc, /proc, /sys and /tmp.
 */
export function shellRootfs(): RootfsFile[] {
  const dirs = EMPTY_DIRS.map((path): RootfsFile => ({ path, type: 'directory' }));
  const busybox = hostProgram('busybox');
  if (busybox === undefined) return [...dirs, ...hostShell()];
  const source = realpathSync(busybox);
  const libraries = collectHostPaths([source]).filter(
    ({ path }) => `/${path}` !== source && !path.startsWith('usr/bin'),
  );
  const needsLibraries = libraries.some(({ type }) => type === 'file');
  const links = PROGRAMS.map((name): RootfsFile => ({
    path: `bin/${name}`,
    type: 'symlink',
    linkname: 'busybox',
  }));
  const program: RootfsFile = { path: 'bin/busybox', type: 'file', mode: 0o755, source };
  return [...dirs, program, ...links, ...(needsLibraries ? libraries : [])];
}

function hostShell(): RootfsFile[] {
  const found = PROGRAMS.map(hostProgram).filter((path) => path !== undefined);
  const files = collectHostPaths(found);
  const inBin = new Set(files.map(({ path }) => path));
  const binIsLink = files.some(({ path, type }) => path === 'bin' && type === 'symlink');
  const links = found
    .filter((path) => !binIsLink && !inBin.has(`bin/${path.slice(path.lastIndexOf('/') + 1)}`))
    .map((path): RootfsFile => ({
      path: `bin/${path.slice(path.lastIndexOf('/') + 1)}`,
      type: 'symlink',
      linkname: path,
    }));
  return [...files, ...links];
}

/** What {@link buildImage} makes. */
export interface ImageSpec {
  /** Image name; the file is called after its last part. */
  readonly name: string;
  readonly version?: string;
  /** Members of the manifest that replace the default ones. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** Added to the shell rootfs, or instead of it with `bare`. */
  readonly files?: readonly RootfsFile[];
  readonly bare?: boolean;
  readonly compression?: Compression;
}

/** Builds an image in a directory and returns the path of the `.aci`. It runs `/bin/sh` as root unless told otherwise. */
export async function buildImage(dir: string, spec: ImageSpec): Promise<string> {
  mkdirSync(dir, { recursive: true });
  const out = join(dir, `${spec.name.slice(spec.name.lastIndexOf('/') + 1)}.aci`);
  const files = [...(spec.bare === true ? [] : shellRootfs()), ...(spec.files ?? [])];
  await packAci({ files, manifest: manifestOf(spec), out, compression: spec.compression ?? 'none' });
  return out;
}

function manifestOf(spec: ImageSpec): object {
  const labels = [
    { name: 'version', value: spec.version ?? '1.0.0' },
    { name: 'arch', value: 'amd64' },
    { name: 'os', value: 'linux' },
  ];
  const app = { exec: ['/bin/sh'], user: '0', group: '0' };
  return { acKind: 'ImageManifest', acVersion: '0.8.11', name: spec.name, labels, app, ...spec.manifest };
}

/** A tar member as it is, for images no packer would make. */
export interface RawMember {
  readonly name: string;
  readonly type?: RootfsFile['type'];
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: Date;
  readonly linkname?: string;
  readonly devmajor?: number;
  readonly devminor?: number;
  readonly content?: string | Buffer;
}

/** A plain tar of exactly these members, in this order. */
export async function rawTar(members: readonly RawMember[]): Promise<Buffer> {
  const tar = pack();
  for (const { content, ...header } of members) {
    if (content === undefined) tar.entry({ mtime: new Date(0), ...header });
    else tar.entry({ mtime: new Date(0), ...header }, content);
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** One image of the recordings, as their images.json describes it. */
interface RecordedImage {
  readonly placeholder: string;
  readonly compression: string;
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly manifestText?: string;
}

/** Where the images of the recordings are. */
export interface RecordedImages {
  /** `${IMAGE}` */
  readonly image: string;
  /** `${IMAGES}` */
  readonly imagesDir: string;
}

const RECORDED = new URL('../fixtures/rkt-recordings/images.json', import.meta.url);

/** Files some of the recordings' images have besides the shell. */
const EXTRA_FILES: Readonly<Record<string, readonly RootfsFile[]>> = {
  'full.aci': [
    {
      path: 'etc/passwd',
      type: 'file',
      content: 'root:x:0:0:root:/root:/bin/sh\nalice:x:1000:50::/home/alice:/bin/sh\n',
    },
    { path: 'etc/group', type: 'file', content: 'root:x:0:\nstaff:x:50:\n' },
    { path: 'srv/data', type: 'directory' },
  ],
  'hosts.aci': [{ path: 'etc/hosts', type: 'file', content: '127.0.0.1 image-localhost\n' }],
  'setuid.aci': [
    { path: 'etc/suid', type: 'file', mode: 0o4755, content: 'x\n' },
    { path: 'etc/dotdot', type: 'symlink', linkname: '../../../../etc' },
  ],
};

/**
 * Builds the images the recordings were made with: same names, labels and manifests, but this machine's programs.
 *
 * @param names base names below `${IMAGES}` that are needed; all but the big one when left out
 */
export async function recordedImages(dir: string, names?: readonly string[]): Promise<RecordedImages> {
  const imagesDir = join(dir, 'images');
  mkdirSync(imagesDir, { recursive: true });
  const all = JSON.parse(readFileSync(RECORDED, 'utf8')) as readonly RecordedImage[];
  const shell = shellRootfs();
  const image = join(dir, 'busybox.aci');
  for (const recorded of all) {
    const name = recorded.placeholder.replace('${IMAGES}/', '');
    const standard = recorded.placeholder === '${IMAGE}';
    const wanted = names === undefined ? name !== 'big.aci' : names.includes(name);
    if (standard) await packRecorded(recorded, shell, image);
    else if (wanted) await buildRecorded(recorded, shell, join(imagesDir, name), name);
  }
  return { image, imagesDir };
}

async function buildRecorded(
  recorded: RecordedImage,
  shell: readonly RootfsFile[],
  out: string,
  name: string,
): Promise<void> {
  const odd = ODD_IMAGES[name];
  if (odd !== undefined) {
    writeFileSync(out, await odd(recorded));
    return;
  }
  const files = name === 'noetc.aci' ? shell.filter(({ path }) => path !== 'etc') : shell;
  await packRecorded(
    recorded,
    [...files, ...(EXTRA_FILES[name] ?? []), ...(name === 'big.aci' ? blobs() : [])],
    out,
  );
}

async function packRecorded(
  recorded: RecordedImage,
  files: readonly RootfsFile[],
  out: string,
): Promise<void> {
  const manifest = recorded.manifestText ?? JSON.stringify(recorded.manifest);
  const { compression } = recorded;
  const odd = compression === 'bzip2' || compression === 'xz';
  // gzip costs more than all the rest: only the standard image gets it
  const gzip = recorded.placeholder === '${IMAGE}';
  await packAci({ files, manifest, out, compression: odd ? compression : gzip ? 'gzip' : 'none' });
}

/** 60 incompressible files of 1 MiB, the same every time. */
function blobs(): RootfsFile[] {
  return Array.from({ length: 60 }, (_, i) => ({
    path: `blob${String(i).padStart(3, '0')}`,
    type: 'file' as const,
    content: noise(2 ** 20, `blob ${i}`),
  }));
}

function noise(bytes: number, seed: string): Buffer {
  const chunks = Array.from({ length: Math.ceil(bytes / 64) }, (_, i) =>
    createHash('sha512').update(`${seed} ${i}`).digest(),
  );
  return Buffer.concat(chunks).subarray(0, bytes);
}

async function wholeTar(
  recorded: RecordedImage,
  change: (members: RawMember[]) => RawMember[],
): Promise<Buffer> {
  const members = shellRootfs().map(rawMember);
  const top: RawMember = { name: 'rootfs', type: 'directory', mode: 0o755 };
  const parents = ['bin']
    .filter((path) => !members.some(({ name }) => name === `rootfs/${path}`))
    .map(directory);
  const manifest: RawMember = { name: 'manifest', mode: 0o644, content: JSON.stringify(recorded.manifest) };
  return rawTar(change([manifest, top, ...parents, ...members]));
}

function directory(path: string): RawMember {
  return { name: `rootfs/${path}`, type: 'directory', mode: 0o755 };
}

function rawMember(file: RootfsFile): RawMember {
  const header = { name: `rootfs/${file.path}`, type: file.type, mode: file.mode ?? 0o755 };
  if (file.type === 'symlink') return { ...header, linkname: file.linkname ?? '' };
  if (file.type !== 'file') return header;
  return {
    ...header,
    content: (file.source === undefined
      ? Buffer.from(file.content ?? '')
      : readFileSync(file.source)) as never,
  };
}

/** Images that are broken or odd on purpose. */
const ODD_IMAGES: Readonly<Record<string, (recorded: RecordedImage) => Promise<Buffer>>> = {
  'empty.aci': () => Promise.resolve(Buffer.alloc(0)),
  'random.aci': () => Promise.resolve(noise(4096, 'random')),
  'text.aci': () => Promise.resolve(Buffer.from('this is not an image\n')),
  'truncated.aci': async () => {
    const { gzipSync } = await import('node:zlib');
    const whole = gzipSync(noise(65536, 'truncated'));
    return whole.subarray(0, whole.length / 2);
  },
  'norootfs.aci': (recorded) => rawTar([{ name: 'manifest', content: JSON.stringify(recorded.manifest) }]),
  'nomanifest.aci': (recorded) => wholeTar(recorded, (members) => members.slice(1)),
  'manifest-last.aci': (recorded) =>
    wholeTar(recorded, ([manifest, ...rest]) => [...rest, ...(manifest ? [manifest] : [])]),
  'extrafile.aci': (recorded) =>
    wholeTar(recorded, (members) => [...members, { name: 'stray.txt', content: 'stray\n' }]),
  'escape.aci': (recorded) =>
    wholeTar(recorded, (members) => [...members, { name: 'rootfs/../../escape-file', content: 'escaped\n' }]),
  'dup-entry.aci': (recorded) =>
    wholeTar(recorded, (members) => [
      ...members,
      { name: 'rootfs/etc/x', content: 'first\n' },
      { name: 'rootfs/etc/x', content: 'the second' },
    ]),
};
