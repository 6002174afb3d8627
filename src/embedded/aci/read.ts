import type { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { RktFailure } from '../context.ts';
import { archiveErrorText } from './decompress.ts';

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
 * @throws RktFailure when the archive is broken or holds members of a kind no image may have
 */
export async function* readTar(tar: Readable): AsyncGenerator<TarMember> {
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
      const type = header.type === 'contiguous-file' ? 'file' : (header.type ?? 'unknown');
      if (!TYPES.includes(type))
        throw new RktFailure(`tar: unsupported type of ${JSON.stringify(header.name)}: ${type}`);
      if (header.name.includes('\0')) throw new RktFailure('tar: invalid tar header');
      yield {
        path: cleanPath(header.name),
        type: type as MemberType,
        mode: header.mode & 0o7777,
        uid: header.uid,
        gid: header.gid,
        mtimeMs: header.mtime.getTime(),
        linkname: header.linkname ?? '',
        major: header.devmajor ?? 0,
        minor: header.devminor ?? 0,
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

/** The text of the `manifest` member, wherever in the tar it is. @throws RktFailure `missing manifest` */
export async function readManifestText(tar: Readable): Promise<string> {
  let text: string | undefined;
  for await (const member of readTar(tar)) {
    if (text !== undefined || member.path.join('/') !== 'manifest' || member.type !== 'file') continue;
    const chunks: Buffer[] = [];
    for await (const chunk of member.content) chunks.push(chunk);
    text = Buffer.concat(chunks).toString();
  }
  if (text === undefined) throw new RktFailure('missing manifest');
  return text;
}
