import { spawn } from 'node:child_process';
import { openSync, closeSync, createReadStream, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { PassThrough, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { RktFailure, systemErrorText } from '../context.ts';

/** Compression of an ACI, recognised by content. */
export type Compression = 'gzip' | 'bzip2' | 'xz' | 'none';

const HEAD_BYTES = 512;
const MAGIC: readonly (readonly [Compression, number, Buffer])[] = [
  ['gzip', 0, Buffer.from([0x1f, 0x8b])],
  ['bzip2', 0, Buffer.from('BZh')],
  ['xz', 0, Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
  ['none', 257, Buffer.from('ustar')],
];

/** Recognises the compression of an image file. @throws RktFailure with rkt's message */
export function detectCompression(path: string): Compression {
  const head = readHead(path);
  const found = MAGIC.find(([, at, magic]) => head.subarray(at, at + magic.length).equals(magic));
  if (found !== undefined) return found[0];
  throw new RktFailure(
    isText(head) ? 'no type returned from DetectFileType?' : 'error: unknown image filetype',
  );
}

function readHead(path: string): Buffer {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    throw new RktFailure('', ['error opening ACI file', systemErrorText('open', path, error)]);
  }
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(fd, head, 0, HEAD_BYTES, 0));
  } catch (error) {
    throw new RktFailure('', ['error reading ACI file', systemErrorText('read', path, error)]);
  } finally {
    closeSync(fd);
  }
}

function isText(head: Buffer): boolean {
  return !head.some(
    (byte) =>
      byte <= 0x08 || byte === 0x0b || (byte >= 0x0e && byte <= 0x1a) || (byte >= 0x1c && byte <= 0x1f),
  );
}

/** The uncompressed tar of an image file. The stream fails with RktFailure. */
export function openTar(path: string): Readable {
  const compression = detectCompression(path);
  if (compression === 'bzip2' || compression === 'xz') return throughProgram(compression, path);
  const file = createReadStream(path);
  if (compression === 'none') return file;
  const gunzip = createGunzip();
  // the callback only keeps pipeline from throwing: readers see the error on the stream they hold
  return pipeline(file, gunzip, () => undefined);
}

/** What Go says about a broken archive. */
export function archiveErrorText(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'Z_BUF_ERROR' || message === 'Unexpected end of data') return 'unexpected EOF';
  if (code === 'Z_DATA_ERROR') return 'flate: corrupt input';
  return message ?? String(error);
}

function throughProgram(program: 'bzip2' | 'xz', path: string): Readable {
  const child = spawn(program, ['-dc', '--', path], { stdio: ['ignore', 'pipe', 'pipe'] });
  const complaints: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  child.on('error', () =>
    child.stdout.destroy(new RktFailure(`${program} executable not found, needed for this image`)),
  );
  // Ends the tar only when the program has succeeded: a cut archive must not pass as a short one.
  const out = child.stdout.pipe(new PassThrough(), { end: false });
  child.stdout.on('error', (error) => out.destroy(error));
  child.on('close', (code) => {
    if (code === 0) out.end();
    else
      out.destroy(
        new RktFailure(Buffer.concat(complaints).toString().trim() || `${program} ended with ${code}`),
      );
  });
  return out;
}
