import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, renameSync, rmSync } from 'node:fs';
import { inOrder } from './pack.ts';
import type { RootfsFile } from './rootfs-file.ts';
import type { WrittenMember } from './tar-writer.ts';
import { TarWriter } from './tar-writer.ts';

/** What {@link packDockerArchive} makes an image of. */
export interface DockerArchiveOptions {
  readonly files: readonly RootfsFile[];
  /** `NAME:TAG`, as docker shows it. */
  readonly tag: string;
  /** The `config` of the image: `Cmd`, `Env` and the like. */
  readonly run: Readonly<Record<string, unknown>>;
  /** Go's word for the processor. */
  readonly architecture: string;
  /** Path of the `.tar`; written beside and renamed. */
  readonly out: string;
}

const NO_FACTS = { uid: 0, gid: 0, mtimeMs: 0, linkname: '', major: 0, minor: 0 } as const;

/**
 * Writes an image of one layer as `docker save` does. The same input gives the same bytes.
 *
 * @returns the image's id: `sha256:` and the digest of its config
 * @throws Error of the system when something cannot be read or written; then nothing is left
 */
export function packDockerArchive({ files, tag, run, architecture, out }: DockerArchiveOptions): string {
  const [layer, archive] = [`${out}.layer`, `${out}.part`];
  try {
    const diffId = writeTar(layer, 'sha256', (tar) => {
      const byPath = new Map(files.map((file) => [file.path, file]));
      for (const file of inOrder(byPath)) if (file.path !== '') addFile(tar, file);
    });
    const rootfs = { type: 'layers', diff_ids: [`sha256:${diffId}`] };
    const config = Buffer.from(JSON.stringify({ architecture, os: 'linux', config: run, rootfs }));
    const id = createHash('sha256').update(config).digest('hex');
    const layerName = `${diffId}/layer.tar`;
    const manifest = [{ Config: `${id}.json`, RepoTags: [tag], Layers: [layerName] }];
    writeTar(archive, 'sha256', (tar) => {
      addText(tar, `${id}.json`, config);
      addFile(tar, { path: layerName, type: 'file', source: layer });
      addText(tar, 'manifest.json', Buffer.from(JSON.stringify(manifest)));
    });
    renameSync(archive, out);
    return `sha256:${id}`;
  } finally {
    rmSync(layer, { force: true });
    rmSync(archive, { force: true });
  }
}

function writeTar(path: string, algorithm: 'sha256', fill: (tar: TarWriter) => void): string {
  const tar = new TarWriter(path, algorithm);
  try {
    fill(tar);
    return tar.finish();
  } finally {
    tar.close();
  }
}

function addText(tar: TarWriter, name: string, text: Buffer): void {
  tar.header({ ...NO_FACTS, name, type: 'file', mode: 0o644, size: text.length });
  tar.bytes(text);
  tar.pad(text.length);
}

function addFile(tar: TarWriter, file: RootfsFile): void {
  const { path, type, source, content = '' } = file;
  const header: Omit<WrittenMember, 'size'> = {
    name: path,
    type,
    mode: file.mode ?? (type === 'directory' ? 0o755 : 0o644),
    uid: file.uid ?? 0,
    gid: file.gid ?? 0,
    mtimeMs: 0,
    linkname: file.linkname ?? '',
    major: file.major ?? 0,
    minor: file.minor ?? 0,
  };
  if (type !== 'file') tar.header({ ...header, size: 0 });
  else if (source === undefined) {
    const bytes = Buffer.from(content);
    tar.header({ ...header, size: bytes.length });
    tar.bytes(bytes);
    tar.pad(bytes.length);
  } else copyFile(tar, header, source);
}

function copyFile(tar: TarWriter, header: Omit<WrittenMember, 'size'>, source: string): void {
  const fd = openSync(source, 'r');
  try {
    const { size } = fstatSync(fd);
    tar.header({ ...header, size });
    tar.copy(fd, 0, size);
    tar.pad(size);
  } finally {
    closeSync(fd);
  }
}
