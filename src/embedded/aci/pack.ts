import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Pack } from 'tar-stream';
import { pack } from 'tar-stream';
import { RktFailure } from '../embedded-context.ts';
import { parseImageManifest } from '../manifest/aci-manifest.ts';
import type { Compression } from './decompress.ts';
import type { RootfsFile } from './rootfs-file.ts';
import { collectTree } from './tree-files.ts';

/** What {@link packAci} makes an image of. */
export interface PackOptions {
  /** A directory that becomes the rootfs… */
  readonly rootfsDir?: string;
  /** …and files that are added to it, or replace what is in it. Neither: an image without rootfs. */
  readonly files?: readonly RootfsFile[];
  /** An object (validated) or a text (taken as it is). */
  readonly manifest: object | string;
  /** Path of the `.aci`; written beside and renamed. */
  readonly out: string;
  /** Default gzip. */
  readonly compression?: Compression;
  /** True: numeric owners as found; false (default): 0:0 for all but `files` that name one. */
  readonly keepOwners?: boolean;
}

/**
 * Builds an image. The same input gives the same bytes: members sorted by path, mtime 0, no names of users.
 *
 * @throws RktFailure when the manifest is not valid or a compressor is missing
 */
export async function packAci(options: PackOptions): Promise<void> {
  const text = typeof options.manifest === 'string' ? options.manifest : JSON.stringify(options.manifest);
  if (typeof options.manifest !== 'string') parseImageManifest(text);
  const files = sortedFiles(options);
  const tar = pack();
  const temporary = `${options.out}.part`;
  const written = compress(tar, options.compression ?? 'gzip', temporary);
  // a failing compressor has to end the writer, too, and its error is the one to report
  written.catch((error: unknown) => tar.destroy(error instanceof Error ? error : undefined));
  try {
    await addMember(tar, { path: 'manifest', type: 'file', content: text }, '');
    for (const file of files) await addMember(tar, file, 'rootfs/');
    tar.finalize();
    await written;
    await rename(temporary, options.out);
  } catch (error) {
    tar.destroy();
    await rm(temporary, { force: true });
    throw error;
  }
}

function sortedFiles(options: PackOptions): readonly RootfsFile[] {
  const byPath = new Map<string, RootfsFile>();
  const tree =
    options.rootfsDir === undefined ? [] : collectTree(options.rootfsDir, options.keepOwners ?? false);
  for (const file of [...tree, ...(options.files ?? [])]) byPath.set(file.path, file);
  return options.rootfsDir === undefined && options.files === undefined ? [] : inOrder(byPath);
}

/** Files with the directories that they are in, each directory before what is in it. */
export function inOrder(files: ReadonlyMap<string, RootfsFile>): readonly RootfsFile[] {
  const byPath = new Map(files);
  for (const path of [...byPath.keys()]) {
    const parts = path.split('/');
    for (let i = 0; i < parts.length; i += 1) {
      const parent = parts.slice(0, i).join('/');
      if (!byPath.has(parent)) byPath.set(parent, { path: parent, type: 'directory' });
    }
  }
  const compare = (a: RootfsFile, b: RootfsFile) =>
    Number(isLink(a)) - Number(isLink(b)) || (a.path < b.path ? -1 : 1);
  return [...byPath.values()].sort(compare);
}

/** Hard links go last, so that what they point to is there. */
function isLink(file: RootfsFile): boolean {
  return file.type === 'link';
}

async function addMember(tar: Pack, file: RootfsFile, prefix: string): Promise<void> {
  const header = {
    name: prefix + (file.path === '' ? '.' : file.path),
    type: file.type,
    mode: file.mode ?? (file.type === 'directory' ? 0o755 : 0o644),
    uid: file.uid ?? 0,
    gid: file.gid ?? 0,
    mtime: new Date(0),
    ...(file.linkname === undefined
      ? {}
      : { linkname: file.type === 'link' ? `rootfs/${file.linkname}` : file.linkname }),
    ...(file.major === undefined ? {} : { devmajor: file.major, devminor: file.minor ?? 0 }),
  };
  if (file.path === '') header.name = 'rootfs';
  if (file.type !== 'file') {
    await entryWritten(tar, header, undefined);
    return;
  }
  if (file.source === undefined) return entryWritten(tar, header, Buffer.from(file.content ?? ''));
  return entryFromFile(tar, header, file.source);
}

function entryWritten(
  tar: Pack,
  header: Parameters<Pack['entry']>[0],
  content: Buffer | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    if (content === undefined) tar.entry(header, done);
    else tar.entry(header, content, done);
  });
}

async function entryFromFile(tar: Pack, header: Parameters<Pack['entry']>[0], source: string): Promise<void> {
  const { statSync } = await import('node:fs');
  const entry = tar.entry({ ...header, size: statSync(source).size });
  await pipeline(createReadStream(source), entry as unknown as NodeJS.WritableStream);
}

async function compress(tar: Pack, compression: Compression, out: string): Promise<void> {
  const source = tar as unknown as Readable;
  const file = createWriteStream(out, { mode: 0o644 });
  if (compression === 'none') return pipeline(source, file);
  // level 9 without a time stamp or file name: zlib writes neither
  if (compression === 'gzip') return pipeline(source, createGzip({ level: 9 }), file);
  const child = spawn(compression, ['-9', '-c'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const missing = new Promise<never>((_, reject) =>
    child.on('error', () =>
      reject(new RktFailure(`${compression} executable not found, needed to compress the image`)),
    ),
  );
  await Promise.race([missing, Promise.all([pipeline(source, child.stdin), pipeline(child.stdout, file)])]);
  if (child.exitCode === null) await finished(child.stdout).catch(() => undefined);
}
