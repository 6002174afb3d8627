import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import type { RecordedImages } from '../images.ts';

interface RecordedId {
  readonly placeholder: string;
  readonly sha512OfTar?: string;
}

const IDS = JSON.parse(
  readFileSync(new URL('../../fixtures/rkt-recordings/images.json', import.meta.url), 'utf8'),
) as readonly RecordedId[];

const GZIP_MAGIC = 0x1f8b;

/** Image id of this run for the (prefix of the) id a recorded command line names; other words stay as they are. */
export function imageId(word: string, images: RecordedImages): string {
  if (!/^sha512-[0-9a-f]+$/.test(word)) return word;
  const recorded = IDS.find(({ sha512OfTar }) => sha512OfTar?.startsWith(word.slice('sha512-'.length)));
  if (recorded === undefined || /^sha512-f+$/.test(word)) return word;
  const file =
    recorded.placeholder === '${IMAGE}'
      ? images.image
      : join(images.imagesDir, basename(recorded.placeholder));
  return `sha512-${hashOfTar(file)}`.slice(0, word.length);
}

function hashOfTar(file: string): string {
  const bytes = readFileSync(file);
  const tar = bytes.readUInt16BE(0) === GZIP_MAGIC ? gunzipSync(bytes) : bytes;
  return createHash('sha512').update(tar).digest('hex');
}
