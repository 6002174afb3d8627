import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import type { OciImage } from '../../src/embedded/oci/oci-image.ts';

/** How a layer is stored. */
export type LayerCompression = 'gzip' | 'zstd' | 'none';

/** A layer of an image to be made: an uncompressed tar. */
export interface MadeLayer {
  readonly tar: Buffer;
  readonly compression?: LayerCompression;
  /** What the config says of it, where that is wrong. */
  readonly diffId?: string;
  /** Its blob, where it is not what the compression makes of the tar. */
  readonly blob?: Buffer;
}

export interface MadeImage {
  readonly layers: readonly MadeLayer[];
  /** The `config` of the config: `Cmd` and the like. */
  readonly run?: object;
  /** Members of the config beside it. */
  readonly config?: object;
}

export function sha256(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

const OCI = 'application/vnd.oci.image';
const SUFFIX = { gzip: '+gzip', zstd: '+zstd', none: '' } as const;
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Go's word for this processor. */
export const architecture = ARCHITECTURES[process.arch] ?? process.arch;

function compressed({ tar, compression = 'gzip', blob }: MadeLayer): Buffer {
  if (blob !== undefined) return blob;
  if (compression === 'gzip') return gzipSync(tar);
  return compression === 'none' ? tar : execFileSync('zstd', ['-qc'], { input: tar, maxBuffer: 1 << 30 });
}

export function configText({ layers, run = {}, config = {} }: MadeImage): string {
  const diff_ids = layers.map(({ tar, diffId }) => diffId ?? sha256(tar));
  const rootfs = { type: 'layers', diff_ids };
  return JSON.stringify({ architecture, os: 'linux', config: run, rootfs, ...config });
}

/** Writes an image as blobs of a directory (`blobs/sha256/HEX`, as in an OCI layout). */
export function writeBlobs(dir: string, image: MadeImage): OciImage & { readonly manifest: string } {
  const config = configText(image);
  const put = (bytes: Buffer | string): string => {
    mkdirSync(join(dir, 'blobs/sha256'), { recursive: true });
    writeFileSync(join(dir, 'blobs/sha256', sha256(bytes).slice(7)), bytes);
    return sha256(bytes);
  };
  const layers = image.layers.map((layer) => {
    const blob = compressed(layer);
    const digest = put(blob);
    const mediaType = `${OCI}.layer.v1.tar${SUFFIX[layer.compression ?? 'gzip']}`;
    return { digest, mediaType, bytes: blob.length, file: join(dir, 'blobs/sha256', digest.slice(7)) };
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: { mediaType: `${OCI}.config.v1+json`, digest: put(config), size: Buffer.byteLength(config) },
    layers: layers.map(({ digest, mediaType, bytes }) => ({ digest, mediaType, size: bytes })),
  });
  return {
    manifestDigest: put(manifest),
    manifest,
    configDigest: sha256(config),
    configText: config,
    layers,
  };
}

/** Writes an OCI layout with images by their reference names. */
export function writeLayout(dir: string, images: Readonly<Record<string, MadeImage>>): void {
  const manifests = Object.entries(images).map(([ref, image]) => {
    const { manifest } = writeBlobs(dir, image);
    return {
      mediaType: `${OCI}.manifest.v1+json`,
      digest: sha256(manifest),
      size: Buffer.byteLength(manifest),
      platform: { os: 'linux', architecture },
      annotations: { 'org.opencontainers.image.ref.name': ref },
    };
  });
  writeFileSync(join(dir, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(dir, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}

/** A member of a tar as its header says it; numbers and names may be such as no program writes. */
export interface TarLine {
  readonly name: string;
  readonly flag?: string;
  readonly content?: string | Buffer;
  readonly link?: string;
  readonly mode?: number;
  readonly size?: number;
  readonly device?: readonly [number, number];
}

/** A tar without any check, written byte by byte. */
export function tarOf(lines: readonly TarLine[], end = Buffer.alloc(1024)): Buffer {
  return Buffer.concat([...lines.flatMap(memberOf), end]);
}

/** An extended header for the member that follows. */
export function paxLine(records: Readonly<Record<string, string>>): TarLine {
  const body = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    const length = [1, 2, 3, 4, 5, 6, 7]
      .map((digits) => rest + digits)
      .find((n) => rest + String(n).length === n);
    return `${length ?? 0} ${key}=${value}\n`;
  });
  return { name: 'PaxHeaders', flag: 'x', content: body.join('') };
}

function memberOf(line: TarLine): readonly Buffer[] {
  const content = Buffer.from(line.content ?? '');
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, digits: number): void =>
    void block.write(value.toString(8).padStart(digits, '0'), at);
  block.write(line.name, 0, 100);
  octal(line.mode ?? (line.flag === '5' ? 0o755 : 0o644), 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(line.size ?? content.length, 124, 11);
  octal(1_600_000_000, 136, 11);
  block.write(line.flag ?? '0', 156);
  block.write(line.link ?? '', 157, 100);
  block.write('ustar\x0000', 257);
  octal(line.device?.[0] ?? 0, 329, 7);
  octal(line.device?.[1] ?? 0, 337, 7);
  block.write('        ', 148);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  return [block, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
}
