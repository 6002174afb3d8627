import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { MemberHeader, MemberType } from './tar-assembler.ts';
import { encodePax } from './pax.ts';
import { BLOCK, padded } from './tar-block.ts';
import { RktFailure } from '../embedded-context.ts';

/** A member to be written: what a reader finds of it, but for how its headers say it. */
export type WrittenMember = Omit<MemberHeader, 'isGnuSparse' | 'pax'>;

const FLAGS: Readonly<Record<MemberType, string>> = {
  file: '0',
  link: '1',
  symlink: '2',
  'character-device': '3',
  'block-device': '4',
  directory: '5',
  fifo: '6',
};
const NAME_BYTES = 100;
const MAX_ID = 0o7777777;
const MAX_SIZE = 0o77777777777;
const BUFFER_BYTES = 1024 * 1024;

/** Writes a tar of POSIX, with extended headers where one is needed, from files that are open. Synchronous. */
export class TarWriter {
  readonly #fd: number;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  readonly #hash: Hash;
  #used = 0;

  /**
   * @param path the file, which must not exist
   * @param algorithm of the hash that {@link finish} returns
   */
  constructor(path: string, algorithm: 'sha256' | 'sha512' = 'sha512') {
    this.#hash = createHash(algorithm);
    this.#fd = openSync(path, 'wx', 0o600);
  }

  /** Begins a member; so many bytes as its size have to follow, and then {@link pad}. */
  header(member: WrittenMember): void {
    const records = extensionOf(member);
    if (records.size > 0) {
      const body = encodePax(records);
      const extended = { ...member, name: 'PaxHeader', linkname: '', mtimeMs: 0, size: body.length };
      this.bytes(headerBlock(extended, 'x'));
      this.bytes(body);
      this.pad(body.length);
    }
    this.bytes(headerBlock(member, FLAGS[member.type]));
  }

  bytes(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + BUFFER_BYTES - this.#used);
      part.copy(this.#buffer, this.#used);
      this.#used += part.length;
      at += part.length;
      if (this.#used === BUFFER_BYTES) this.#flush();
    }
  }

  zeros(bytes: number): void {
    for (let left = bytes; left > 0;) {
      const part = Math.min(left, BUFFER_BYTES - this.#used);
      this.#buffer.fill(0, this.#used, this.#used + part);
      this.#used += part;
      left -= part;
      if (this.#used === BUFFER_BYTES) this.#flush();
    }
  }

  /** Copies from an open file. @throws RktFailure when it ends before */
  copy(fd: number, position: number, bytes: number): void {
    for (let done = 0; done < bytes;) {
      const part = Math.min(bytes - done, BUFFER_BYTES - this.#used);
      const read = readSync(fd, this.#buffer, this.#used, part, position + done);
      if (read === 0) throw new RktFailure('unexpected EOF');
      this.#used += read;
      done += read;
      if (this.#used === BUFFER_BYTES) this.#flush();
    }
  }

  /** Fills the last block of a content. */
  pad(size: number): void {
    this.zeros(padded(size) - size);
  }

  /** Ends the archive. Returns the hash of all its bytes in hexadecimal digits. */
  finish(): string {
    this.zeros(2 * BLOCK);
    this.#flush();
    return this.#hash.digest('hex');
  }

  close(): void {
    closeSync(this.#fd);
  }

  #flush(): void {
    this.#hash.update(this.#buffer.subarray(0, this.#used));
    for (let at = 0; at < this.#used;) at += writeSync(this.#fd, this.#buffer, at, this.#used - at);
    this.#used = 0;
  }
}

/** The values that do not fit into the header block. */
function extensionOf(member: WrittenMember): ReadonlyMap<string, Buffer> {
  const { name, linkname, uid, gid, size, mtimeMs } = member;
  const records = new Map<string, Buffer>();
  const add = (key: string, value: string): void => void records.set(key, Buffer.from(value));
  if (!fits(name)) add('path', name);
  if (!fits(linkname)) add('linkpath', linkname);
  if (uid > MAX_ID) add('uid', String(uid));
  if (gid > MAX_ID) add('gid', String(gid));
  if (size > MAX_SIZE) add('size', String(size));
  const isPlainTime = Number.isInteger(mtimeMs / 1000) && mtimeMs >= 0 && mtimeMs / 1000 <= MAX_SIZE;
  if (!isPlainTime) add('mtime', secondsOf(mtimeMs));
  for (const [key, value] of member.xattrs ?? []) records.set(`SCHILY.xattr.${key}`, value);
  return records;
}

function fits(text: string): boolean {
  return Buffer.byteLength(text) <= NAME_BYTES && /^[\x20-\x7e]*$/.test(text);
}

/** Seconds with as many digits as a double of milliseconds holds, without an exponent. */
function secondsOf(mtimeMs: number): string {
  return (mtimeMs / 1000).toFixed(9).replace(/\.?0+$/, '');
}

function headerBlock(member: WrittenMember, flag: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, digits: number): void =>
    void block.write(value.toString(8).padStart(digits, '0').slice(-digits), at, 'latin1');
  block.write(fits(member.name) ? member.name : 'long', 0, NAME_BYTES, 'latin1');
  octal(member.mode, 100, 7);
  octal(Math.min(member.uid, MAX_ID), 108, 7);
  octal(Math.min(member.gid, MAX_ID), 116, 7);
  octal(Math.min(member.size, MAX_SIZE), 124, 11);
  octal(Math.min(Math.max(Math.floor(member.mtimeMs / 1000), 0), MAX_SIZE), 136, 11);
  block.write('        ', 148, 'latin1');
  block.write(flag, 156, 'latin1');
  block.write(fits(member.linkname) ? member.linkname : 'long', 157, NAME_BYTES, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  octal(member.major, 329, 7);
  octal(member.minor, 337, 7);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  block[154] = 0;
  return block;
}
