import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { RootfsFile } from '../../src/embedded/aci/rootfs-file.ts';

const FORMATS = { file: 0o100_000, directory: 0o040_000, symlink: 0o120_000 } as const;
const DEFAULT_MODES = { file: 0o644, directory: 0o755, symlink: 0o777 } as const;
const ALIGNMENT = 4;
const TRAILER = 'TRAILER!!!';

/** Writes files, directories and symlinks as an archive that a Linux kernel unpacks into its first file system. */
export async function writeInitramfs(out: string, files: readonly RootfsFile[]): Promise<void> {
  await pipeline(Readable.from(archive(withParents(files))), createWriteStream(out));
}

/** In the order in which they can be made; of two entries for one path the later counts. */
function withParents(files: readonly RootfsFile[]): readonly RootfsFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  for (const path of byPath.keys()) {
    const parent = posix.dirname(path);
    if (parent !== '.' && !byPath.has(parent)) byPath.set(parent, { path: parent, type: 'directory' });
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function* archive(files: readonly RootfsFile[]): AsyncGenerator<Buffer> {
  let inode = 1;
  for (const { path, type, mode, content, source, linkname = '' } of files) {
    if (type !== 'file' && type !== 'directory' && type !== 'symlink') throw new Error(`${path}: ${type}`);
    const bits = FORMATS[type] | (mode ?? DEFAULT_MODES[type]);
    const data = Buffer.from(type === 'symlink' ? linkname : (content ?? ''));
    const bytes = source === undefined ? data.length : statSync(source).size;
    yield header(path, { inode: inode++, mode: bits, bytes });
    if (source === undefined) yield data;
    else for await (const chunk of createReadStream(source)) yield chunk as Buffer;
    yield padding(bytes);
  }
  yield header(TRAILER, { inode: 0, mode: 0, bytes: 0 });
}

/** The "newc" format: fourteen fields of text, the name, and zeros up to the next multiple of four. */
function header(
  name: string,
  file: { readonly inode: number; readonly mode: number; readonly bytes: number },
): Buffer {
  const nameBytes = Buffer.byteLength(name) + 1;
  const fields = [file.inode, file.mode, 0, 0, 1, 0, file.bytes, 0, 0, 0, 0, nameBytes, 0];
  const text = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`;
  return Buffer.concat([Buffer.from(text), padding(Buffer.byteLength(text))]);
}

function padding(bytes: number): Buffer {
  return Buffer.alloc((ALIGNMENT - (bytes % ALIGNMENT)) % ALIGNMENT);
}
