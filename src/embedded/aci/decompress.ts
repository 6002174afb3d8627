import { spawn } from 'node:child_process';
import { openSync, closeSync, createReadStream, readSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { PassThrough, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { RktFailure, systemErrorText } from '../embedded-context.ts';
import type { ImageLimits } from './image-limits.ts';
import { DEFAULT_LIMITS } from './image-limits.ts';
import { unpackMeter } from './meter.ts';

/** Compression of an ACI, recognised by content. */
export type Compression = 'gzip' | 'bzip2' | 'xz' | 'none';

const HEAD_BYTES = 512;
/** `xz -9` needs 65 MiB to be read back; the format allows 4 GiB. Of zstd, `--ultra -22 --long=27` needs 128 MiB. */
const MEMORY_LIMITS = {
  xz: ['--memlimit-decompress=512MiB'],
  zstd: ['--memory=512MiB', '--quiet'],
  bzip2: [],
};
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

/** The uncompressed tar of an image file, up to the limits. The stream fails with RktFailure. */
export function openTar(path: string, limits: ImageLimits = DEFAULT_LIMITS): Readable {
  const compression = detectCompression(path);
  const meter = unpackMeter(limits, statSync(path).size);
  // the callback only keeps pipeline from throwing: readers see the error on the stream they hold
  const done = (): void => undefined;
  if (compression === 'bzip2' || compression === 'xz')
    return pipeline(throughProgram(compression, path), meter, done);
  const file = createReadStream(path);
  return compression === 'none' ? pipeline(file, meter, done) : pipeline(file, createGunzip(), meter, done);
}

/** What Go says about a broken archive. */
export function archiveErrorText(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'Z_BUF_ERROR' || message === 'Unexpected end of data') return 'unexpected EOF';
  if (code === 'Z_DATA_ERROR') return 'flate: corrupt input';
  return message ?? String(error);
}

function firstLine(text: Buffer): string {
  return text.toString().trim().split('\n')[0] ?? '';
}

/** What a program makes of a compressed file. The stream fails with RktFailure. */
export function throughProgram(program: 'bzip2' | 'xz' | 'zstd', path: string): Readable {
  const limits = MEMORY_LIMITS[program];
  const child = spawn(program, [...limits, '-dc', '--', path], { stdio: ['ignore', 'pipe', 'pipe'] });
  const complaints: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  child.on('error', () =>
    child.stdout.destroy(new RktFailure(`${program} executable not found, needed for this image`)),
  );
  // Ends the tar only when the program has succeeded: a cut archive must not pass as a short one.
  const out = child.stdout.pipe(new PassThrough(), { end: false });
  child.stdout.on('error', (error) => out.destroy(error));
  // a reader that has had enough ends the program, too
  out.on('close', () => child.kill());
  child.on('close', (code) => {
    if (code === 0) out.end();
    else out.destroy(new RktFailure(firstLine(Buffer.concat(complaints)) || `${program} ended with ${code}`));
  });
  return out;
}
