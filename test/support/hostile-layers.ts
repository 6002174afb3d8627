import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';

import type { MadeLayer, TarLine } from './oci-images.ts';
import { paxLine, sha256, tarOf } from './oci-images.ts';

export const FILE: TarLine = { name: 'etc/file', content: 'content' };
export const GOOD = tarOf([FILE]);

/** A layer with these members. */
export function layer(...lines: readonly TarLine[]): MadeLayer {
  return { tar: tarOf(lines) };
}

/** An image that must be refused. */
export interface HostileImage {
  readonly layers: readonly MadeLayer[];
  readonly limits?: string;
  readonly message: RegExp;
}

const deepLinks = Array.from({ length: 41 }, (_, i) => ({ name: `l${i}`, flag: '2', link: `l${i + 1}` }));

/** By what is wrong with it. */
export const HOSTILE_LAYERS: Readonly<Record<string, HostileImage>> = {
  'a name that leads out by ..': {
    layers: [layer({ name: '../../etc/passwd' })],
    message: /leads out of the image/,
  },
  'a name that leads out in the middle': {
    layers: [layer({ name: 'a/../../x' })],
    message: /leads out of the image/,
  },
  'a hard link to the outside': {
    layers: [layer(FILE, { name: 'x', flag: '1', link: '../../etc/passwd' })],
    message: /hard link in a layer leads out of the image/,
  },
  'a hard link to nothing': {
    layers: [layer({ name: 'x', flag: '1', link: 'gone' })],
    message: /hard link to nothing/,
  },
  'a hard link to a directory': {
    layers: [layer({ name: 'd', flag: '5' }, { name: 'x', flag: '1', link: 'd' })],
    message: /hard link to a directory/,
  },
  'a hard link to what the layer has removed': {
    layers: [layer(FILE), layer({ name: 'etc/.wh.file' }, { name: 'x', flag: '1', link: 'etc/file' })],
    message: /hard link to nothing/,
  },
  'a whiteout without a name': { layers: [layer({ name: 'etc/.wh.' })], message: /whiteout of no file/ },
  'a whiteout of the directory itself': {
    layers: [layer({ name: 'etc/.wh..' })],
    message: /whiteout of no file/,
  },
  'a whiteout of the directory above': {
    layers: [layer({ name: 'etc/.wh...' })],
    message: /whiteout of no file/,
  },
  'a file below a file': { layers: [layer({ name: 'a' }, { name: 'a/b' })], message: /not a directory/ },
  'a file as the root': {
    layers: [layer({ name: '.', flag: '2', link: '/' })],
    message: /for the root/,
  },
  'links without end': {
    layers: [layer(...deepLinks, { name: 'l0/x' })],
    message: /too many levels of symbolic links/,
  },
  'links in a circle': {
    layers: [
      layer({ name: 'a', flag: '2', link: 'b' }, { name: 'b', flag: '2', link: 'a' }, { name: 'a/x' }),
    ],
    message: /too many levels of symbolic links/,
  },
  'a NUL in a path': { layers: [layer(paxLine({ path: 'etc/x\0y' }), FILE)], message: /invalid tar header/ },
  'a huge extended header': {
    layers: [layer({ name: 'p', flag: 'x', content: Buffer.alloc(2 << 20, 'x') }, FILE)],
    message: /extended header "p" is too large/,
  },
  'an extended header without lengths': {
    layers: [layer({ name: 'p', flag: 'x', content: 'path=x\n' }, FILE)],
    message: /invalid extended header/,
  },
  'an extended header that is cut': {
    layers: [layer({ name: 'p', flag: 'x', content: '99 path=x\n' }, FILE)],
    message: /invalid extended header/,
  },
  'a negative size': { layers: [layer(paxLine({ size: '-5' }), FILE)], message: /invalid tar header/ },
  'a user id that is none': {
    layers: [layer(paxLine({ uid: '4294967295' }), FILE)],
    message: /invalid tar header/,
  },
  'a name that is not UTF-8': { layers: [{ tar: latin1Name() }], message: /not UTF-8/ },
  'a member of an unknown kind': { layers: [layer({ ...FILE, flag: 'V' })], message: /unsupported type/ },
  'a content that is cut': {
    layers: [{ tar: tarOf([{ ...FILE, size: 100_000 }]) }],
    message: /unexpected EOF/,
  },
  'a sparse map beyond its file': {
    layers: [layer(paxLine({ 'GNU.sparse.map': '5,900', 'GNU.sparse.size': '10' }), FILE)],
    message: /invalid map of the sparse file/,
  },
  'a sparse bomb': {
    layers: [layer(paxLine({ 'GNU.sparse.map': '0,7', 'GNU.sparse.size': String(2 ** 45) }), FILE)],
    message: /limit unpackedBytes/,
  },
  'a wrong checksum': {
    layers: [{ tar: Buffer.concat([Buffer.alloc(512, 'x'), GOOD]) }],
    message: /invalid tar header/,
  },
  'another diff_id': { layers: [{ tar: GOOD, diffId: sha256('x') }], message: /the image is damaged/ },
  'a truncated gzip': {
    layers: [{ tar: GOOD, blob: gzipSync(GOOD).subarray(0, -10) }],
    message: /unexpected EOF/,
  },
  'a broken gzip': {
    layers: [{ tar: GOOD, blob: Buffer.concat([gzipSync(GOOD).subarray(0, 12), Buffer.alloc(50, 9)]) }],
    message: /corrupt|EOF/,
  },
  'a hard link to the outside by a link of a lower layer': {
    layers: [
      layer({ name: 'out', flag: '2', link: '/etc' }),
      layer({ name: 'x', flag: '1', link: 'out/passwd' }),
    ],
    message: /hard link to nothing/,
  },
  'a hard link through a link that an upper layer has put in the place of a directory': {
    layers: [
      layer({ name: 'd', flag: '5' }, { name: 'd/shadow' }),
      layer({ name: '.wh.d' }, { name: 'd', flag: '2', link: '../../../etc' }),
      layer({ name: 'x', flag: '1', link: 'd/shadow' }),
    ],
    message: /hard link to nothing/,
  },
  'a size that no disk has': {
    layers: [layer(paxLine({ size: '9007199254740991' }), FILE)],
    message: /unexpected EOF/,
  },
  'a size that is no number': {
    layers: [layer(paxLine({ size: '1e3' }), FILE)],
    message: /invalid tar header/,
  },
  'a time that no calendar has': {
    layers: [layer(paxLine({ mtime: '9'.repeat(300) }), FILE)],
    message: /invalid tar header/,
  },
  'a path longer than Linux has': {
    layers: [layer(paxLine({ path: `${'p'.repeat(200)}/`.repeat(25) }), FILE)],
    message: /Linux takes 4095/,
  },
  'a bomb of zeros in zstd': {
    layers: [{ tar: Buffer.alloc(40 << 20), blob: zstdOf(Buffer.alloc(40 << 20)) }],
    limits: 'compressionRatio=100,compressionRatioFromBytes=1MiB',
    message: /limit compressionRatio/,
  },
  'a truncated zstd': {
    layers: [{ tar: GOOD, blob: zstdOf(GOOD).subarray(0, -10) }],
    // Node's own zstd, since 22.15, ends without an error; then the digest of the content shows the damage.
    message: /premature end|unexpected EOF|the image is damaged/,
  },
  'a gzip in a gzip': {
    layers: [{ tar: GOOD, blob: gzipSync(gzipSync(GOOD)) }],
    message: /the image is damaged/,
  },
  'a bomb of zeros': {
    layers: [{ tar: Buffer.alloc(40 << 20) }],
    limits: 'compressionRatio=100,compressionRatioFromBytes=1MiB',
    message: /limit compressionRatio/,
  },
  'layers that are too large together': {
    layers: [{ tar: Buffer.alloc(3 << 20) }, { tar: Buffer.alloc(3 << 20) }],
    limits: 'unpackedBytes=5MiB',
    message: /limit unpackedBytes/,
  },
  'more files than allowed, in all layers': {
    layers: [layer(FILE, { name: 'a' }), layer({ name: 'b' }, { name: 'c' })],
    limits: 'entries=3',
    message: /limit entries/,
  },
  'a path that is too deep': {
    layers: [layer({ name: 'a/'.repeat(40) })],
    limits: 'depth=30',
    message: /limit depth/,
  },
};

function latin1Name(): Buffer {
  const tar = tarOf([{ name: 'F', content: '' }]);
  // the checksum grows with the byte
  tar[0] = 0xff;
  const sum = parseInt(tar.toString('latin1', 148, 154), 8) + 0xff - 0x46;
  tar.write(sum.toString(8).padStart(6, '0'), 148);
  return tar;
}

function zstdOf(bytes: Buffer): Buffer {
  return execFileSync('zstd', ['-qc'], {
    input: bytes,
    maxBuffer: 1 << 30,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}
