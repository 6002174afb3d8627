import { chmodSync, lchownSync } from 'node:fs';
import { join } from 'node:path';

import { RktFailure } from '../embedded-context.ts';
import type { EntryMeter } from './meter.ts';
import { readXattrs } from './read-xattrs.ts';
import type { RootfsFile } from './rootfs-file.ts';
import { collectTree } from './tree-files.ts';
import type { UidRange } from './uid-range.ts';
import { Xattrs } from './xattrs.ts';

/** The attribute that holds the capabilities of a program. */
export const CAPABILITY = 'security.capability';
const REVISION_MASK = 0xff000000;
const REVISION_2 = 0x02000000;
const REVISION_3 = 0x03000000;
/** The length of revision 2; the uid of the root that it holds for follows in revision 3. */
const LENGTH_2 = 20;

/**
 * Gives the files of a laid out image to the users of a pod, with their capabilities. No other process may write to it meanwhile.
 *
 * @throws RktFailure for an owner beyond the range, or what Linux refuses
 */
export function shiftOwners(
  rootfsDir: string,
  range: UidRange,
  { meter, warn }: { readonly meter: EntryMeter; readonly warn: (text: string) => void },
): void {
  const files = collectTree(rootfsDir, true, meter).filter(({ type }) => type !== 'link');
  const attributes = readXattrs(files.map(({ path }) => join(rootfsDir, path)));
  const xattrs = new Xattrs(warn);
  for (const file of files) {
    const place = join(rootfsDir, file.path);
    shiftOwner(place, file, range);
    // Cleared by the change of the owner.
    const capability = attributes.get(place)?.get(CAPABILITY);
    if (capability !== undefined)
      xattrs.put(place, file.path, new Map([[CAPABILITY, shiftCapability(capability, range)]]));
  }
  xattrs.set();
}

function shiftOwner(
  place: string,
  { path, type, mode = 0, uid = 0, gid = 0 }: RootfsFile,
  range: UidRange,
): void {
  const { shift, count } = range;
  if (uid >= count || gid >= count)
    throw new RktFailure(`${path} of the image: uid ${uid} or gid ${gid} are out of range ${count}`);
  lchownSync(place, uid + shift, gid + shift);
  if (type !== 'symlink') chmodSync(place, mode);
}

/** The same capabilities for programs that the root of the pod, and not that of the host, runs. */
export function shiftCapability(value: Buffer, { shift }: UidRange): Buffer {
  const magic = value.length < LENGTH_2 ? 0 : value.readUInt32LE(0);
  if ((magic & REVISION_MASK) >>> 0 !== REVISION_2) return value;
  const shifted = Buffer.alloc(LENGTH_2 + 4);
  value.copy(shifted, 0, 0, LENGTH_2);
  shifted.writeUInt32LE(((magic & ~REVISION_MASK) | REVISION_3) >>> 0, 0);
  shifted.writeUInt32LE(shift, LENGTH_2);
  return shifted;
}

/** What {@link shiftCapability} was given. */
export function unshiftCapability(value: Buffer): Buffer {
  const magic = value.length < LENGTH_2 ? 0 : value.readUInt32LE(0);
  if ((magic & REVISION_MASK) >>> 0 !== REVISION_3) return value;
  const own = Buffer.from(value.subarray(0, LENGTH_2));
  own.writeUInt32LE(((magic & ~REVISION_MASK) | REVISION_2) >>> 0, 0);
  return own;
}
