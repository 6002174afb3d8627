import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageLimits } from '../aci/image-limits.ts';
import { beyondLimit } from '../aci/image-limits.ts';
import { EntryMeter, shortened } from '../aci/meter.ts';
import { RktFailure, systemErrorText } from '../embedded-context.ts';
import { formatSize } from '../command-line/text.ts';
import { applyLayer } from './apply-layer.ts';
import { ImageTree } from './image-tree.ts';
import { DOCUMENT_BYTES } from './json-document.ts';
import type { FileContent } from './layer-entries.ts';
import { layerEntries } from './layer-entries.ts';

const CHUNK_BYTES = 1024 * 1024;
const { O_RDONLY, O_NONBLOCK } = constants;

/** The files of an archive of images, be it a directory or a tar. */
export interface ArchiveFiles {
  /** A regular file by its path; undefined when there is none. @throws RktFailure */
  readonly open: (path: string) => FileContent | undefined;
  readonly close: () => void;
}

export function filesOfDirectory(dir: string): ArchiveFiles {
  const opened: number[] = [];
  return {
    open: (path) => {
      const place = join(dir, path);
      if (statSync(place, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
      const fd = openFile(place);
      opened.push(fd);
      return { fd, position: 0, size: fstatSync(fd).size };
    },
    close: () => opened.splice(0).forEach((fd) => closeSync(fd)),
  };
}

/** Members of a plain tar; symbolic links among them are followed, as `docker save` writes them for equal layers. */
export function filesOfTar(file: string, limits: ImageLimits): ArchiveFiles {
  const fd = openFile(file);
  const tree = new ImageTree();
  try {
    applyLayer(tree, 0, layerEntries(fd, fstatSync(fd).size, new EntryMeter(limits)));
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return {
    open: (path) => tree.file(path.split('/').filter((part) => part !== '' && part !== '.')),
    close: () => closeSync(fd),
  };
}

/** A file of an archive as text. @throws RktFailure when it is missing or too large */
export function archiveText(files: ArchiveFiles, path: string): string {
  const { fd, position, size } = need(files, path);
  if (size > DOCUMENT_BYTES)
    throw new RktFailure(
      `${shortened(path)} in the archive has ${formatSize(size)}, more than ${formatSize(DOCUMENT_BYTES)}`,
    );
  const bytes = Buffer.alloc(size);
  return bytes.subarray(0, readSync(fd, bytes, 0, size, position)).toString();
}

/** Copies a file out of an archive. @returns its size and digest @throws RktFailure */
export function copyOut(
  files: ArchiveFiles,
  path: string,
  target: string,
  limits: ImageLimits,
): { readonly bytes: number; readonly digest: string } {
  const { fd, position, size } = need(files, path);
  if (size > limits.downloadBytes)
    throw beyondLimit('downloadBytes', limits, `a layer of the archive has ${formatSize(size)}`);
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const out = openSync(target, 'wx', 0o600);
  try {
    for (let done = 0; done < size;) {
      const read = readSync(fd, chunk, 0, Math.min(CHUNK_BYTES, size - done), position + done);
      if (read === 0) throw new RktFailure('unexpected EOF');
      hash.update(chunk.subarray(0, read));
      for (let at = 0; at < read;) at += writeSync(out, chunk, at, read - at);
      done += read;
    }
  } finally {
    closeSync(out);
  }
  return { bytes: size, digest: `sha256:${hash.digest('hex')}` };
}

function need(files: ArchiveFiles, path: string): FileContent {
  const found = files.open(path);
  if (found === undefined) throw new RktFailure(`the archive has no file ${shortened(path)}`);
  if (found.segments === undefined) return found;
  throw new RktFailure(`${shortened(path)} in the archive is a file with holes`);
}

function openFile(path: string): number {
  try {
    return openSync(path, O_RDONLY | O_NONBLOCK);
  } catch (error) {
    throw new RktFailure(`cannot open the archive: ${systemErrorText('open', path, error)}`);
  }
}
