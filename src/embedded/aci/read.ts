import type { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { RktFailure } from '../context.ts';
import type { ImageLimits } from './image-limits.ts';
import { DEFAULT_LIMITS, beyondLimit } from './image-limits.ts';
import { archiveErrorText } from './decompress.ts';
import { EntryMeter, shortened } from './meter.ts';

/** Kinds of tar members an image may contain. */
export type MemberType =
  'file' | 'directory' | 'symlink' | 'link' | 'character-device' | 'block-device' | 'fifo';

/** One member of an image's tar. */
export interface TarMember {
  /** Components of the cleaned path; `..` cannot leave the top. Empty for the top itself. */
  readonly path: readonly string[];
  readonly type: MemberType;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeMs: number;
  readonly linkname: string;
  readonly major: number;
  readonly minor: number;
  /** Content of a regular file, to be consumed before the next member. */
  readonly content: AsyncIterable<Buffer>;
}

const TYPES: readonly string[] = [
  'file',
  'directory',
  'symlink',
  'link',
  'character-device',
  'block-device',
  'fifo',
];

/** User and group ids, and the larger of device numbers, have 32 bits; the last one means no id at all. */
const MAX_ID = 0xffff_fffe;

/** What tar-stream really gives: broken and unusual archives leave fields out that its types promise. */
interface LooseHeader {
  readonly name: string;
  readonly type: string | null;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Date;
  readonly linkname: string | null;
  readonly devmajor: number | null;
  readonly devminor: number | null;
}

/** Cleans a path of a tar: no empty or `.` components, `..` stops at the top. */
export function cleanPath(name: string): string[] {
  const path: string[] = [];
  for (const part of name.split('/')) {
    if (part === '..') path.pop();
    else if (part !== '' && part !== '.') path.push(part);
  }
  return path;
}

/**
 * Members of a tar in order. The caller need not read contents it does not want.
 *
 * @throws RktFailure when the archive is broken, beyond a limit, or holds members of a kind no image may have
 */
export async function* readTar(
  tar: Readable,
  meter = new EntryMeter(DEFAULT_LIMITS),
): AsyncGenerator<TarMember> {
  const unpack = extract();
  // the first error is the cause; what a member's stream says afterwards is only that it was destroyed
  let cause: Error | undefined;
  const remember = (error: Error): void => {
    cause ??= error;
  };
  unpack.on('error', remember);
  tar.on('error', (error) => {
    remember(error);
    unpack.destroy(error);
  });
  tar.pipe(unpack);
  try {
    for await (const entry of unpack) {
      const header: LooseHeader = entry.header;
      const path = cleanPath(header.name);
      meter.count(header.name, path);
      yield {
        path,
        ...checkedHeader(header),
        content: contentOf(entry as AsyncIterable<Buffer>, () => cause),
      };
      entry.resume();
    }
  } catch (error) {
    throw archiveFailure(cause ?? error);
  } finally {
    tar.destroy();
    unpack.destroy();
  }
}

/** @throws RktFailure for a header that describes no file Linux can have */
function checkedHeader(header: LooseHeader): Omit<TarMember, 'path' | 'content'> {
  const { name, mode, uid, gid } = header;
  const linkname = header.linkname ?? '';
  const major = header.devmajor ?? 0;
  const minor = header.devminor ?? 0;
  const type = header.type === 'contiguous-file' ? 'file' : (header.type ?? 'unknown');
  if (!TYPES.includes(type)) throw new RktFailure(`tar: unsupported type of ${shortened(name)}: ${type}`);
  const isLink = type === 'link' || type === 'symlink';
  const mtimeMs = header.mtime.getTime();
  const isSound = [uid, gid, major, minor].every((n) => n >= 0 && n <= MAX_ID) && Number.isFinite(mtimeMs);
  if (!isSound || name.includes('\0') || linkname.includes('\0'))
    throw new RktFailure(`tar: invalid tar header of ${shortened(name)}`);
  if (isLink && linkname === '') throw new RktFailure(`tar: ${shortened(name)} is a link to nothing`);
  return { type: type as MemberType, mode: mode & 0o7777, uid, gid, mtimeMs, linkname, major, minor };
}

async function* contentOf(
  entry: AsyncIterable<Buffer>,
  cause: () => Error | undefined,
): AsyncGenerator<Buffer> {
  try {
    yield* entry;
  } catch (error) {
    throw archiveFailure(cause() ?? error);
  }
}

function archiveFailure(error: unknown): RktFailure {
  return error instanceof RktFailure ? error : new RktFailure(archiveErrorText(error));
}

/**
 * The text of the `manifest` member, wherever in the tar it is. The whole tar is read, and so checked.
 *
 * @throws RktFailure `missing manifest`, or what is beyond a limit
 */
export async function readManifestText(tar: Readable, limits: ImageLimits = DEFAULT_LIMITS): Promise<string> {
  let text: string | undefined;
  for await (const member of readTar(tar, new EntryMeter(limits))) {
    if (text !== undefined || member.path.join('/') !== 'manifest' || member.type !== 'file') continue;
    text = await contentText(member.content, limits);
  }
  if (text === undefined) throw new RktFailure('missing manifest');
  return text;
}

async function contentText(content: AsyncIterable<Buffer>, limits: ImageLimits): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    if (bytes > limits.manifestBytes)
      throw beyondLimit('manifestBytes', limits, 'the manifest of the image is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
