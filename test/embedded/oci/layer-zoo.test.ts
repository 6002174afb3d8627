import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { deepEqual, equal } from 'node:assert/strict';

import { extractRootfs } from '../../../src/embedded/aci/extract.ts';
import { openTar } from '../../../src/embedded/aci/decompress.ts';
import { convertImage } from '../../../src/embedded/oci/convert.ts';
import { temporaryDir, testContext } from '../../support/embedded-rkt.ts';
import type { LayerCompression } from '../../support/oci-images.ts';
import { tarOf, writeBlobs, writeLayout } from '../../support/oci-images.ts';
import { requires } from '../../support/requirements.ts';
import { treeFacts } from '../../support/tree-facts.ts';

const ORIGIN = { name: 'test/zoo', originalName: 'zoo', registryUrl: '', repository: 'zoo' };

/** Each layer as a shell makes it in an empty directory, and how it is stored. */
const LAYERS: readonly (readonly [string, LayerCompression, string])[] = [
  [
    'files of every kind',
    'gzip',
    `
    mkdir -p dev bin etc opt/replaced/deep usr/lib var/opaque/sub var/white var/kept locked tmp a/b/c
    ln -s usr/lib lib
    ln -s /usr/lib abs
    echo busybox >bin/busybox; chmod 4755 bin/busybox; ln bin/busybox bin/sh; ln bin/busybox bin/ls
    echo x >opt/replaced/file; echo y >opt/replaced/deep/file
    echo was-a-file >opt/becomes-dir
    echo 1 >var/opaque/one; echo 2 >var/opaque/sub/two; echo w >var/white/gone; echo k >var/kept/stay
    echo secret >locked/s; chmod 0 locked/s; chmod 500 locked
    chmod 1777 tmp
    mknod dev/null0 c 1 3; mknod dev/blk b 7 9; mkfifo -m 640 dev/pipe
    echo target >etc/first; ln etc/first etc/second
    echo gone-later >etc/source; ln etc/source etc/stays
    ln -s ../nowhere/at/all a/dangling; ln a/dangling a/dangling-too
    printf 'x%.0s' $(seq 1 300) >a/b/c/long; long=$(printf 'n%.0s' $(seq 1 200)); mkdir -p "a/$long/$long"; echo deep >"a/$long/$long/f"
    ln -s "$long/$long/$long" a/long-link
    echo unicode >'a/Főtanúsítvány.pem'; echo space >'a/with space
and newline'
    chown 1000:1001 etc/first; chown -h 12:13 lib; chown 3000000:4000000000 a/b
    setfattr -n user.text -v hello etc/first; setfattr -n user.binary -v 0x00ff80c32800 etc/first
    setfattr -n user.dir -v 0x8081 a/b
    setfattr -n security.capability -v 0x0100000200040000000000000000000000000000 bin/busybox
    setfattr -n trusted.mine -v 0xfffe etc/source
    truncate -s 3M a/sparse; echo middle | dd of=a/sparse bs=1 seek=1500000 conv=notrunc status=none
    truncate -s 1M a/all-hole
    for i in 1 2 3 4 5 6 7 8 9; do echo $i | dd of=a/many-holes bs=1 seek=$((i*100000)) conv=notrunc status=none; done
    touch -d '2001-02-03T04:05:06.123456Z' a/b/c/long; touch -d '1965-01-01T00:00:00Z' etc/second; touch -h -d '2010-01-01Z' lib
    touch -d '2011-11-11T11:11:11Z' var/white var/opaque .
    `,
  ],
  [
    'whiteouts and replacements',
    'zstd',
    `
    mkdir -p var/white var/opaque/sub opt/becomes-dir usr/lib lib/through
    touch var/white/.wh.gone var/white/.wh.never-was
    touch var/opaque/.wh..wh..opq; echo new >var/opaque/sub/three; echo n >var/opaque/a-first
    echo now-a-file >opt/replaced
    echo inside >opt/becomes-dir/inside
    mkdir -p etc; touch etc/.wh.source
    chmod 700 usr/lib; touch -d '2012-12-12Z' usr/lib var/white
    `,
  ],
  [
    'a write through a symlinked directory, links across layers',
    'none',
    `
    mkdir -p usr/lib etc; echo through >usr/lib/through-file
    touch .wh.locked
    mkdir -p locked2
    echo changed >bin-other
    `,
  ],
];

/** What no program packs: links to files of other layers, and names that lead through symbolic links. */
const ODD_LAYER = tarOf([
  { name: 'etc/cross', flag: '1', link: 'etc/second' },
  { name: './abs/via-link', content: 'via' },
  { name: 'etc/through', flag: '1', link: '/abs/via-link' },
  { name: 'usr/../usr/lib/again', content: 'first' },
  { name: 'usr/lib/again', content: 'second' },
  { name: 'etc/cross-of-gone', flag: '1', link: 'etc/stays' },
  { name: 'abs/.wh.through-file' },
]);

/** Runs a shell in an empty directory and packs what it leaves with GNU tar. */
function layer(dir: string, script: string, ...options: readonly string[]): Buffer {
  mkdirSync(dir, { recursive: true });
  execFileSync('sh', ['-euc', script], { cwd: dir });
  const args = [
    '--format=pax',
    '--xattrs',
    '--xattrs-include=*',
    '--numeric-owner',
    '--sort=name',
    ...options,
  ];
  return execFileSync('tar', [...args, '-c', '.'], { cwd: dir, maxBuffer: 1 << 30 });
}

describe('layers of an image', () => {
  let dir: ReturnType<typeof temporaryDir>;
  before(function () {
    requires(this, 'root', 'umoci', 'zstd', 'getfattr', 'perl');
  });
  beforeEach(() => (dir = temporaryDir()));
  afterEach(() => dir.remove());

  for (const sparse of [[], ['-S'], ['-S', '--sparse-version=0.1']]) {
    it(`give the tree that umoci unpacks${sparse.length > 0 ? `, packed with ${sparse.join(' ')}` : ''}`, async function () {
      this.timeout(60_000);
      const layers = LAYERS.map(([, compression, script], i) => ({
        tar: layer(join(dir.path, `in-${i}`), script, ...sparse),
        compression,
      }));
      const facts = await compare({ layers: [...layers, { tar: ODD_LAYER }] });
      equal(facts['etc/cross']?.includes('links 3 first etc/cross'), true);
    });
  }

  it('keep files with holes of the older format of GNU', async function () {
    this.timeout(60_000);
    const script = `
      for i in $(seq 1 60); do echo $i | dd of=many bs=1 seek=$((i*100000)) conv=notrunc status=none; done
      truncate -s 5M end; echo x >after
      touch -d @1700000000 *; touch -d @1700000000 .`;
    const dirIn = join(dir.path, 'in');
    const tar = layer(dirIn, script, '--no-xattrs', '--format=gnu', '-S');
    equal(tar.length < 500_000, true);
    deepEqual(await converted({ layers: [{ tar }] }), treeFacts(dirIn));
  });

  /** Unpacks an image with both programs. */
  async function compare(image: Parameters<typeof writeBlobs>[1]): Promise<Readonly<Record<string, string>>> {
    const layout = join(dir.path, 'layout');
    // this umoci has no zstd
    writeLayout(layout, { zoo: { ...image, layers: image.layers.map(({ tar }) => ({ tar })) } });
    execFileSync('umoci', ['unpack', '--image', `${layout}:zoo`, join(dir.path, 'bundle')], {
      stdio: 'pipe',
    });
    const ours = await converted(image);
    const theirs = treeFacts(join(dir.path, 'bundle/rootfs'));
    deepEqual(ours, theirs);
    equal(Object.keys(ours).length > 10, true);
    return ours;
  }

  /** What the embedded rkt makes of an image, but for what it adds. */
  async function converted(
    image: Parameters<typeof writeBlobs>[1],
  ): Promise<Readonly<Record<string, string>>> {
    const aci = join(dir.path, 'zoo.aci');
    await convertImage(testContext(dir.path), writeBlobs(join(dir.path, 'blobs'), image), ORIGIN, aci);
    const warnings: string[] = [];
    const rootfs = join(dir.path, 'rootfs');
    await extractRootfs(openTar(aci), rootfs, {
      asRoot: true,
      pathWhitelists: [],
      warn: (text) => warnings.push(text),
    });
    deepEqual(warnings, []);
    const added = ['dev/fd', 'dev/stderr', 'dev/stdin', 'dev/stdout'];
    const facts = Object.entries(treeFacts(rootfs)).filter(([path]) => !added.includes(path));
    return Object.fromEntries(facts.filter(([path]) => path !== 'dev' || image.layers.length > 1));
  }
});
