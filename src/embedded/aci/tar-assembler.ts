import { RktFailure } from '../embedded-context.ts';
import { shortened } from './meter.ts';
import type { PaxRecords } from './pax.ts';
import { decodePax } from './pax.ts';
import type { TarBlock } from './tar-block.ts';
import { decodeBlock, nameText } from './tar-block.ts';

/** Kinds of tar members an image may contain. */
export type MemberType =
  'file' | 'directory' | 'symlink' | 'link' | 'character-device' | 'block-device' | 'fifo';

/** What all headers of a member say together. */
export interface MemberHeader {
  readonly name: string;
  readonly type: MemberType;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeMs: number;
  readonly linkname: string;
  readonly major: number;
  readonly minor: number;
  /** Bytes of the content in the archive; 0 for all but files. */
  readonly size: number;
  /** Extended attributes by name, such as `security.capability`; absent when there are none. */
  readonly xattrs?: ReadonlyMap<string, Buffer>;
  /** GNU's flag for a file with holes; others say it in {@link pax}. */
  readonly isGnuSparse: boolean;
  readonly pax: PaxRecords;
}

/** What a block of headers begins: `bytes` of an extension, or a member. */
export type HeaderStep =
  | { readonly kind: 'extension'; readonly bytes: number }
  | { readonly kind: 'member'; readonly header: MemberHeader };

const XATTR = 'SCHILY.xattr.';
/** As Go's archive/tar has it. */
const EXTENSION_BYTES = 1024 * 1024;
/** User and group ids, and the larger of device numbers, have 32 bits; the last one means no id at all. */
const MAX_ID = 0xffff_fffe;
/** What a JavaScript date can hold. */
const MAX_TIME_MS = 8.64e15;
const NO_RECORDS: PaxRecords = new Map();

/** Puts the headers of a tar's members together. Global headers are passed over, as Go does. */
export class TarAssembler {
  #pending: TarBlock | undefined;
  #pax: PaxRecords = NO_RECORDS;
  #longName: string | undefined;
  #longLink: string | undefined;

  /** @throws RktFailure for a header that describes no file Linux can have */
  block(bytes: Buffer): HeaderStep {
    const block = decodeBlock(bytes);
    const { kind, name, size } = block;
    if (kind === 'extended' || kind === 'global' || kind === 'long-name' || kind === 'long-link') {
      if (!(size >= 0 && size <= EXTENSION_BYTES))
        throw new RktFailure(`tar: the extended header ${shortened(name)} is too large`);
      this.#pending = block;
      return { kind: 'extension', bytes: size };
    }
    const header = this.#header({ ...block, kind });
    this.#pax = NO_RECORDS;
    this.#longName = undefined;
    this.#longLink = undefined;
    return { kind: 'member', header };
  }

  /** Takes the body of the extension that {@link block} announced. @throws RktFailure */
  extension(body: Buffer): void {
    const kind = this.#pending?.kind;
    if (kind === 'extended') this.#pax = decodePax(Buffer.from(body));
    else if (kind === 'long-name') this.#longName = longText(body);
    else if (kind === 'long-link') this.#longLink = longText(body);
  }

  #header(block: TarBlock & { readonly kind: MemberType | 'sparse' }): MemberHeader {
    const pax = this.#pax;
    const text = (key: string): string | undefined => {
      const value = pax.get(key);
      return value === undefined || value.length === 0 ? undefined : nameText(value);
    };
    const number = (key: string): number | undefined => numberOf(text(key));
    const seconds = number('mtime');
    const type = block.kind === 'sparse' ? 'file' : block.kind;
    return checked({
      name: text('path') ?? this.#longName ?? block.name,
      type,
      mode: block.mode,
      uid: number('uid') ?? block.uid,
      gid: number('gid') ?? block.gid,
      mtimeMs: seconds === undefined ? block.mtimeMs : seconds * 1000,
      linkname: text('linkpath') ?? this.#longLink ?? block.linkname,
      major: block.major,
      minor: block.minor,
      size: type === 'file' ? (number('size') ?? block.size) : 0,
      isGnuSparse: block.kind === 'sparse',
      pax,
      ...xattrsOf(pax),
    });
  }
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^-?\d+(\.\d*)?$/.test(text) ? Number(text) : NaN;
}

function longText(body: Buffer): string {
  const end = body.indexOf(0);
  return nameText(end < 0 ? body : body.subarray(0, end));
}

function xattrsOf(pax: PaxRecords): Pick<MemberHeader, 'xattrs'> {
  const found = [...pax].filter(([key]) => key.startsWith(XATTR));
  if (found.length === 0) return {};
  return { xattrs: new Map(found.map(([key, value]) => [key.slice(XATTR.length), value])) };
}

function checked(header: MemberHeader): MemberHeader {
  const { name, type, linkname, uid, gid, mtimeMs, size } = header;
  const isDevice = type === 'character-device' || type === 'block-device';
  const ids = isDevice ? [uid, gid, header.major, header.minor] : [uid, gid];
  const isSound =
    ids.every((n) => Number.isInteger(n) && n >= 0 && n <= MAX_ID) &&
    Math.abs(mtimeMs) <= MAX_TIME_MS &&
    Number.isSafeInteger(size) &&
    size >= 0;
  const hasNul = [name, linkname, ...(header.xattrs?.keys() ?? [])].some((text) => text.includes('\0'));
  if (!isSound || hasNul) throw new RktFailure(`tar: invalid tar header of ${shortened(name)}`);
  if ((type === 'link' || type === 'symlink') && linkname === '')
    throw new RktFailure(`tar: ${shortened(name)} is a link to nothing`);
  return isDevice ? header : { ...header, major: 0, minor: 0 };
}
