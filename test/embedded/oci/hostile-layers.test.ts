import { deepEqual, equal, match } from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

import { openTar } from '../../../src/embedded/aci/decompress.ts';
import { extractRootfs } from '../../../src/embedded/aci/extract.ts';
import { RktFailure } from '../../../src/embedded/embedded-context.ts';
import { convertImage } from '../../../src/embedded/oci/convert.ts';
import { temporaryDir, testContext } from '../../support/embedded-rkt.ts';
import type { MadeLayer, TarLine } from '../../support/oci-images.ts';
import { paxLine, sha256, tarOf, writeBlobs } from '../../support/oci-images.ts';

const ORIGIN = { name: 'test/hostile', originalName: 'hostile', registryUrl: '', repository: 'hostile' };
const FILE: TarLine = { name: 'etc/file', content: 'content' };
const GOOD = tarOf([FILE]);

function layer(...lines: readonly TarLine[]): MadeLayer {
  return { tar: tarOf(lines) };
}

interface Row {
  readonly layers: readonly MadeLayer[];
  readonly limits?: string;
  readonly message: RegExp;
}

const deepLinks = Array.from({ length: 41 }, (_, i) => ({ name: `l${i}`, flag: '2', link: `l${i + 1}` }));

const REFUSED: Readonly<Record<string, Row>> = {
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

describe('hostile layers', () => {
  let dir: ReturnType<typeof temporaryDir>;
  beforeEach(() => (dir = temporaryDir()));
  afterEach(() => dir.remove());

  async function convert(layers: readonly MadeLayer[], limits = ''): Promise<void> {
    const ctx = testContext(join(dir.path, 'data'), { env: { RKT_STREAMS_IMAGE_LIMITS: limits } });
    await convertImage(ctx, writeBlobs(join(dir.path, 'in'), { layers }), ORIGIN, join(dir.path, 'out.aci'));
  }

  /** The files that an image is laid out as, but for those in /dev. */
  async function laidOut(layers: readonly MadeLayer[]): Promise<readonly string[]> {
    await convert(layers);
    const rootfs = join(dir.path, 'rootfs');
    await extractRootfs(openTar(join(dir.path, 'out.aci')), rootfs, {
      asRoot: false,
      pathWhitelists: [],
      warn: () => undefined,
    });
    return pathsBelow(rootfs)
      .map((path) => relative(rootfs, path))
      .filter((path) => !/^dev(\/|$)/.test(path))
      .sort();
  }

  for (const [name, { layers, limits, message }] of Object.entries(REFUSED)) {
    it(`are refused: ${name}`, async () => {
      const failure = await convert(layers, limits).then(
        () => undefined,
        (error: unknown) => error,
      );
      equal(failure instanceof RktFailure, true, String(failure));
      const text = (failure as RktFailure).describe(false);
      match(text, message);
      equal(text.length < 600 && !text.includes('\n'), true, text);
      deepEqual(readdirSync(join(dir.path, 'data/cas/tmp')), []);
      equal(existsSync(join(dir.path, 'out.aci')), false);
    });
  }

  const HANDLED: Readonly<Record<string, readonly [readonly MadeLayer[], readonly string[]]>> = {
    'an absolute name is below the root': [[layer({ name: '/abs/x' })], ['abs', 'abs/x']],
    'a link to the outside is written through below the root': [
      [layer({ name: 'out', flag: '2', link: '../../../tmp' }, { name: 'out/x' })],
      ['out', 'tmp', 'tmp/x'],
    ],
    'a link of an upper layer is written through below the root': [
      [layer({ name: 'd/a' }), layer({ name: 'd', flag: '2', link: '/etc' }, { name: 'd/passwd' })],
      ['d', 'etc', 'etc/passwd'],
    ],
    'of entries that occur twice the last one stays': [
      [layer({ name: 'x', flag: '5' }, { name: 'x/y' }, { name: 'x', content: 'file' })],
      ['x'],
    ],
    'a file behind its own whiteout stays': [
      [layer({ name: 'x' }), layer({ name: 'x' }, { name: '.wh.x' })],
      ['x'],
    ],
    'an opaque directory keeps what its layer has': [
      [layer({ name: 'd/old' }), layer({ name: 'd/new' }, { name: 'd/.wh..wh..opq' })],
      ['d', 'd/new'],
    ],
    'the whiteout of all names of a directory leaves it empty': [
      [layer({ name: 'd/a' }, { name: 'd/b' }), layer({ name: 'd/.wh.a' }, { name: 'd/.wh.b' })],
      ['d'],
    ],
    'bookkeeping of aufs is no file': [
      [layer({ name: '.wh..wh.plnk/1.2' }, { name: '.wh..wh.aufs' }, FILE)],
      ['etc', 'etc/file'],
    ],
    'what stands behind the end of the tar is not read': [
      [{ tar: Buffer.concat([GOOD, tarOf([{ name: 'behind' }])]) }],
      ['etc', 'etc/file'],
    ],
    'garbage behind a gzip is not read': [
      [{ tar: GOOD, blob: Buffer.concat([gzipSync(GOOD), Buffer.alloc(100)]) }],
      ['etc', 'etc/file'],
    ],
    'a tar without an end is whole': [[{ tar: tarOf([FILE], Buffer.alloc(0)) }], ['etc', 'etc/file']],
    'an empty layer adds nothing': [
      [{ tar: Buffer.alloc(1024) }, layer(FILE)],
      ['etc', 'etc/file'],
    ],
  };
  for (const [name, [layers, expected]] of Object.entries(HANDLED)) {
    it(`are harmless: ${name}`, async () => deepEqual(await laidOut(layers), expected));
  }

  it('are not taken when there are more than the config names', async () => {
    const image = writeBlobs(join(dir.path, 'in'), { layers: [layer(FILE)] });
    const doubled = { ...image, layers: [...image.layers, ...image.layers] };
    const failure = await convertImage(testContext(dir.path), doubled, ORIGIN, join(dir.path, 'x.aci')).catch(
      (error: unknown) => error,
    );
    match((failure as Error).message, /has 2 layers, but its config names 1/);
  });
});

/** All paths below a directory; symbolic links are not followed, as `readdir` does from Node 22 on. */
function pathsBelow(dir: string): readonly string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    return entry.isDirectory() ? [path, ...pathsBelow(path)] : [path];
  });
}
