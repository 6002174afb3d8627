import { realpathSync, statSync } from 'node:fs';
import { isAbsolute, normalize } from 'node:path';

import { collectHostPaths } from '../embedded/aci/host-files.ts';
import type { EntryMeter } from '../embedded/aci/meter.ts';
import type { RootfsFile } from '../embedded/aci/rootfs-file.ts';
import type { ImageBase } from './images/image-base.ts';
import { collectTree } from '../embedded/aci/tree-files.ts';

/** The contents of the rootfs of an image. */
export interface ImageContent {
  /** A directory that becomes the rootfs. */
  readonly rootfsDir?: string;
  /** Programs, other files and directories of this machine, which keep their paths. */
  readonly hostPaths?: readonly string[];
  /** Additional files; they replace existing ones. */
  readonly files?: readonly RootfsFile[];
  /** Present when the files of another image are below these. */
  readonly base?: ImageBase;
}

const MAX_LINKS = 40;

/** Mount points of a runtime; an image made of host paths gets them as empty directories. */
const MOUNT_POINTS: readonly RootfsFile[] = [
  ...['dev', 'etc', 'proc', 'sys'].map((path): RootfsFile => ({ path, type: 'directory', mode: 0o755 })),
  { path: 'tmp', type: 'directory', mode: 0o1777 },
];

/** The files of an image: each path once. @throws Error when something is missing on this machine */
export function imageFiles(
  { rootfsDir, hostPaths = [], files = [], base }: ImageContent,
  meter?: EntryMeter,
): readonly RootfsFile[] {
  const all = [
    ...(rootfsDir !== undefined
      ? collectTree(rootfsDir, false, meter)
      : base === undefined
        ? MOUNT_POINTS
        : []),
    ...collectHostPaths(hostPaths),
    ...hostPaths.filter(isDirectory).flatMap((path) => directoryContents(path, meter)),
    ...files,
  ];
  return [...new Map(all.map((file) => [file.path, file])).values()];
}

function isDirectory(path: string): boolean {
  return statSync(path).isDirectory();
}

function directoryContents(path: string, meter?: EntryMeter): readonly RootfsFile[] {
  const top = realpathSync(path).slice(1);
  const below = (name: string): string => `${top}/${name}`;
  return collectTree(`/${top}`, false, meter)
    .filter((file) => file.path !== '')
    .map((file) => ({
      ...file,
      path: below(file.path),
      ...(file.type === 'link' && { linkname: below(file.linkname ?? '') }),
    }));
}

/** The file that a path resolves to inside the image, with symbolic links followed; undefined if there is none. */
export function fileInImage(files: readonly RootfsFile[], path: string): RootfsFile | undefined {
  const byPath = new Map(files.map((file) => [file.path, file]));
  let done: string[] = [];
  let todo = parts(path);
  for (let links = 0; todo.length > 0;) {
    const [next = '', ...rest] = todo;
    const here = next === '..' ? done.slice(0, -1) : [...done, next];
    const found = byPath.get(here.join('/'));
    todo = rest;
    if (found?.type === 'symlink') {
      links += 1;
      if (links > MAX_LINKS) return undefined;
      const { linkname = '' } = found;
      if (isAbsolute(linkname)) done = [];
      todo = [...parts(linkname), ...rest];
      continue;
    }
    done = here;
  }
  return byPath.get(done.join('/'));
}

function parts(path: string): string[] {
  return normalize(path)
    .split('/')
    .filter((part) => part !== '' && part !== '.');
}
