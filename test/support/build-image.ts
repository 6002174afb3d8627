import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import type { Compression } from '../../src/embedded/aci/decompress.ts';
import { collectHostPaths } from '../../src/embedded/aci/host-files.ts';
import type { RootfsFile } from '../../src/embedded/aci/rootfs-file.ts';
import { packAci } from '../../src/embedded/aci/pack.ts';
import { hostProgram } from './host-program.ts';

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

/** Builds an image in a directory and returns the path of the `.aci`. It runs `/bin/sh` as root unless reported otherwise. */
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
