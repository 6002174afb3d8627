import { deepEqual, equal, match } from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

import { openTar } from '../../../src/embedded/aci/decompress.ts';
import { extractRootfs } from '../../../src/embedded/aci/extract.ts';
import { RktFailure } from '../../../src/embedded/embedded-context.ts';
import { convertImage } from '../../../src/embedded/oci/convert.ts';
import { temporaryDir, testContext } from '../../support/embedded-rkt.ts';
import { FILE, GOOD, HOSTILE_LAYERS, layer } from '../../support/hostile-layers.ts';
import type { MadeLayer } from '../../support/oci-images.ts';
import { tarOf, writeBlobs } from '../../support/oci-images.ts';

const ORIGIN = { name: 'test/hostile', originalName: 'hostile', registryUrl: '', repository: 'hostile' };
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

  for (const [name, { layers, limits, message }] of Object.entries(HOSTILE_LAYERS)) {
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
