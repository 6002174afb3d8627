import { closeSync, constants, fstatSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RktFailure, systemErrorText } from '../embedded-context.ts';
import type { EntryMeter } from './meter.ts';
import { readXattrs } from './read-xattrs.ts';
import type { RootfsFile } from './rootfs-file.ts';
import { TarWriter } from './tar-writer.ts';
import type { UidRange } from './uid-range.ts';
import { CAPABILITY, unshiftCapability } from './shift-owners.ts';
import { collectTree } from './tree-files.ts';

/** How a directory is read. */
export interface TreeOptions {
  readonly meter: EntryMeter;
  /** The users that its files were given to, see `shiftOwners`; absent for those of the host. */
  readonly users?: UidRange;
}

/**
 * Writes an ACI of a directory as it is: with owners, modes, times, hard links, devices and extended attributes.
 *
 * @param out the file, which must not exist: an uncompressed tar; a failure leaves nothing
 * @throws RktFailure naming what cannot be read, or the limit that is exceeded
 */
export function writeTreeAci(
  rootfsDir: string,
  manifest: string,
  out: string,
  { meter, users }: TreeOptions,
): void {
  const files = collectTree(rootfsDir, true, meter).map((file) =>
    users === undefined ? file : unshifted(file, users),
  );
  const xattrs = readXattrs(files.filter(hasOwnXattrs).map(({ path }) => join(rootfsDir, path)));
  const writer = new TarWriter(out);
  try {
    const text = Buffer.from(manifest);
    writer.header({ ...plain, name: 'manifest', type: 'file', mode: 0o644, size: text.length });
    writer.bytes(text);
    writer.pad(text.length);
    for (const file of files) writeFile(writer, file, ownXattrs(xattrs.get(join(rootfsDir, file.path))));
    writer.finish();
  } catch (error) {
    rmSync(out, { force: true });
    throw error;
  } finally {
    writer.close();
  }
}

/** Owners beyond the range, which only the host can have made, stay. */
function unshifted(file: RootfsFile, { shift, count }: UidRange): RootfsFile {
  const own = (id = 0): number => (id >= shift && id < shift + count ? id - shift : id);
  return { ...file, uid: own(file.uid), gid: own(file.gid) };
}

function ownXattrs(xattrs: ReadonlyMap<string, Buffer> = new Map()): ReadonlyMap<string, Buffer> {
  return new Map(
    [...xattrs].map(([name, value]) => [name, name === CAPABILITY ? unshiftCapability(value) : value]),
  );
}

const plain = { uid: 0, gid: 0, mtimeMs: 0, linkname: '', major: 0, minor: 0 } as const;

function hasOwnXattrs({ type }: RootfsFile): boolean {
  return type !== 'link';
}

function writeFile(
  writer: TarWriter,
  file: RootfsFile,
  xattrs: ReadonlyMap<string, Buffer> = new Map(),
): void {
  const { path, type, mode = 0, source, linkname = '', uid = 0, gid = 0, mtimeMs = 0 } = file;
  const member = {
    ...{ type, mode, uid, gid, mtimeMs, xattrs },
    name: path === '' ? 'rootfs' : `rootfs/${path}`,
    linkname: type === 'link' ? `rootfs/${linkname}` : linkname,
    major: file.major ?? 0,
    minor: file.minor ?? 0,
  };
  if (source === undefined) {
    writer.header({ ...member, size: 0 });
    return;
  }
  const fd = open(source);
  try {
    const { size } = fstatSync(fd);
    writer.header({ ...member, size });
    writer.copy(fd, 0, size);
    writer.pad(size);
  } finally {
    closeSync(fd);
  }
}

function open(source: string): number {
  try {
    return openSync(source, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    throw new RktFailure(systemErrorText('open', source, error));
  }
}
