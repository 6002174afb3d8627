import { createReadStream, createWriteStream, renameSync, rmSync, statSync } from 'node:fs';
import type { Hash } from 'node:crypto';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ImageLimits } from '../aci/image-limits.ts';
import { RktFailure, errnoText } from '../embedded-context.ts';
import type { OciDescriptor } from '../oci/oci-manifest.ts';
import { downloadMeter } from '../store/download-meter.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { hashFor } from './digest.ts';
import { backoffMs } from './retry.ts';
import type { Session } from './session.ts';
import type { ImageSources } from './image-sources.ts';

/** In a row, without a byte more. */
const FRUITLESS_TRIES = 5;
const TRIES = 50;

/** A layer to be downloaded. */
export interface BlobJob {
  readonly blob: OciDescriptor;
  /** Where it belongs; until it is complete and verified it is in `FILE.part`. */
  readonly file: string;
  readonly limits: ImageLimits;
  readonly signal: AbortSignal;
  /** Called with the number of bytes that are there. */
  readonly progress: (bytes: number) => void;
}

/**
 * Downloads a blob, or what an earlier call has left out of it, and verifies size and digest.
 *
 * @throws RktFailure when no source gives these bytes; what was downloaded stays for the next call if it may be right
 */
export async function downloadBlob(sources: ImageSources, job: BlobJob): Promise<void> {
  const { blob, file } = job;
  if (await isComplete(job)) {
    job.progress(blob.size);
    return;
  }
  await sources.first(async (session) => {
    let fruitless = 0;
    for (let tries = 1; ; tries += 1) {
      const before = sizeOf(partOf(file));
      try {
        await fetchRest(session, job);
        return;
      } catch (error) {
        if (error instanceof RktFailure || job.signal.aborted) throw error;
        fruitless = sizeOf(partOf(file)) > before ? 0 : fruitless + 1;
        if (fruitless === FRUITLESS_TRIES || tries === TRIES) throw broken(session, job, error);
        await sources.pace.sleep(backoffMs(fruitless + 1));
      }
    }
  });
}

function broken(session: Session, { blob }: BlobJob, error: unknown): RktFailure {
  return new RktFailure(
    `cannot get ${blob.digest} from ${session.name}: ${session.cleaned(reasonOf(error))}`,
  );
}

async function isComplete({ blob, file }: BlobJob): Promise<boolean> {
  if (sizeOf(file) !== blob.size) return false;
  // a machine that lost its power may have the file without its content
  const hash = await hashFile(file, blob.digest);
  if (isDigest(hash, blob.digest)) return true;
  rmSync(file);
  return false;
}

async function fetchRest(session: Session, job: BlobJob): Promise<void> {
  const { blob, file } = job;
  const part = partOf(file);
  if (sizeOf(part) > blob.size) rmSync(part);
  const have = Math.max(sizeOf(part), 0);
  const hash = await hashFile(part, blob.digest);
  const whole = have === blob.size && have > 0 ? hash : await append(session, job, hash, have);
  if (!isDigest(whole, blob.digest)) {
    rmSync(part);
    throw new RktFailure(`${session.name} sent other bytes than those of ${blob.digest}`);
  }
  renameSync(part, file);
}

/** Downloads what follows the first `have` bytes, or all when the registry has no ranges. Returns the hash of all. */
async function append(session: Session, job: BlobJob, hashed: Hash, have: number): Promise<Hash> {
  const { blob, limits, signal } = job;
  const response = await session.get(`blobs/${blob.digest}`, have > 0 ? { range: `bytes=${have}-` } : {});
  const range = response.headers['content-range'] ?? '';
  const isRest = response.statusCode === 206 && range.startsWith(`bytes ${have}-`);
  if (response.statusCode !== 200 && !isRest) {
    // a range that was not asked for: once more, from the beginning
    response.destroy();
    rmSync(partOf(job.file), { force: true });
    throw new Error(`it answers with the range ${range || 'of nothing'}`);
  }
  const from = isRest ? have : 0;
  const hash = isRest ? hashed : hashFor(blob.digest);
  const tooLarge = (): RktFailure =>
    new RktFailure(
      `${session.name} sends more for ${blob.digest} than the ${blob.size} bytes of the manifest`,
    );
  if (from + Number(response.headers['content-length'] ?? 0) > blob.size) {
    response.destroy();
    throw tooLarge();
  }
  const meter = downloadMeter(limits, {
    maxBytes: blob.size - from,
    tooLarge: () => {
      rmSync(partOf(job.file), { force: true });
      return tooLarge();
    },
  });
  const got = await save(response, job, { from, hash, meter }, signal);
  if (got < blob.size) throw new Error(`unexpected EOF after ${got} of ${blob.size} bytes`);
  return hash;
}

interface Saving {
  readonly from: number;
  readonly hash: Hash;
  readonly meter: Transform;
}

async function save(
  response: NodeJS.ReadableStream,
  { file, progress }: BlobJob,
  { from, hash, meter }: Saving,
  signal: AbortSignal,
): Promise<number> {
  let bytes = from;
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      progress(bytes);
      done(null, chunk);
    },
  });
  const target = createWriteStream(partOf(file), { flags: from > 0 ? 'a' : 'w', mode: 0o600 });
  target.on('error', () => undefined);
  try {
    await pipeline(response, meter, hashing, target, { signal });
  } catch (error) {
    const { syscall } = error as NodeJS.ErrnoException;
    // a disk that is full stays full: only connections are tried again
    if (syscall === 'write' || syscall === 'open')
      throw new RktFailure(
        `cannot store the image: ${syscall} ${partOf(file)}: ${errnoText(error) ?? reasonOf(error)}`,
      );
    throw error;
  }
  return bytes;
}

function partOf(file: string): string {
  return `${file}.part`;
}

/** -1 when there is none. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? -1;
}

async function hashFile(file: string, digest: string): Promise<Hash> {
  const hash = hashFor(digest);
  if (sizeOf(file) <= 0) return hash;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash;
}

/** The hash may be asked again, so a copy is finished. */
function isDigest(hash: Hash, digest: string): boolean {
  return hash.copy().digest('hex') === digest.slice(digest.indexOf(':') + 1);
}
