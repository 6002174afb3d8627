import * as fs from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect } from 'chai';
import { DEFAULT_LIMITS, beyondLimit, imageLimits } from '../../src/embedded/aci/image-limits.ts';
import { downloadMeter } from '../../src/embedded/store/download-meter.ts';
import { resolveRkt } from '../../src/rkt/resolve-binary.ts';
import { createRktRunner } from '../../src/rkt/command-runner.ts';
import { fetchImages } from '../../src/rkt/rkt-fetch.ts';
import { prepare } from '../../src/rkt/rkt-prepare.ts';
import { expectRktRejection } from '../support/errors.ts';
import type { RktResult } from '../support/embedded-rkt.ts';
import { callRkt, temporaryDir, testContext } from '../support/embedded-rkt.ts';
import type { RawMember } from '../support/images.ts';
import { buildImage, rawTar } from '../support/images.ts';

const MIB = 1024 * 1024;
const MANIFEST = JSON.stringify({
  acKind: 'ImageManifest',
  acVersion: '0.8.11',
  name: 'example.com/hostile',
});

describe('the limits of images', () => {
  let dir: ReturnType<typeof temporaryDir>;
  const data = (): string => join(dir.path, 'data');
  beforeEach(() => (dir = temporaryDir()));
  afterEach(() => dir.remove());

  const rkt = (limits: string, ...argv: readonly string[]): Promise<RktResult> =>
    callRkt([`--dir=${data()}`, `--local-config=${dir.path}/etc`, '--insecure-options=image', ...argv], {
      cwd: dir.path,
      env: { RKT_STREAMS_IMAGE_LIMITS: limits },
    });

  async function image(members: readonly RawMember[]): Promise<string> {
    const path = join(dir.path, 'hostile.aci');
    fs.writeFileSync(path, await rawTar([{ name: 'manifest', content: MANIFEST }, ...members]));
    return path;
  }

  /** Everything that an image leaves in the store. */
  function stored(): readonly string[] {
    return ['blob', 'imageManifest', 'tmp', 'tree', 'db/embedded'].flatMap((kind) =>
      fs
        .readdirSync(join(data(), 'cas', kind), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => name),
    );
  }

  async function refused(limits: string, path: string): Promise<string> {
    const { exitCode, stderr, stdout } = await rkt(limits, 'fetch', path);
    expect(stderr).to.match(/^fetch: [^\n]+\n$/);
    expect([exitCode, stdout]).to.deep.equal([254, '']);
    expect(stored()).to.deep.equal([]);
    return stderr;
  }

  for (const compression of ['gzip', 'xz', 'bzip2'] as const) {
    it(`stops unpacking ${compression} at the ratio, long before the end`, async function () {
      this.timeout(60_000);
      const files = [{ path: 'zeros', type: 'file' as const, content: Buffer.alloc(64 * MIB) }];
      const path = await buildImage(dir.path, { name: 'example.com/zeros', bare: true, files, compression });
      const text = await refused('compressionRatioFromBytes=4MiB', path);
      expect(text).to.match(/the image file of \S+ unpacks to more than \d+(\.\d)?MiB, \d+ times its size/);
      expect(text).to.contain(
        'the limit compressionRatio is 200, set RKT_STREAMS_IMAGE_LIMITS=compressionRatio=VALUE',
      );
    });
  }

  it('takes a well compressed image that is small', async () => {
    const files = [{ path: 'zeros', type: 'file' as const, content: Buffer.alloc(8 * MIB) }];
    const path = await buildImage(dir.path, {
      name: 'example.com/zeros',
      bare: true,
      files,
      compression: 'gzip',
    });
    expect((await rkt('', 'fetch', path)).exitCode).to.equal(0);
  });

  it('stops at the unpacked size', async () => {
    const path = await image([{ name: 'rootfs/f', content: Buffer.alloc(3 * MIB) }]);
    expect(await refused('unpackedBytes=2MiB', path)).to.contain('the limit unpackedBytes is 2.0MiB');
  });

  it('stops at the unpacked size of an image with its dependencies', async () => {
    const base = { name: 'example.com/base', bare: true };
    const files = [{ path: 'f', type: 'file' as const, content: Buffer.alloc(2 * MIB) }];
    expect((await rkt('', 'fetch', await buildImage(dir.path, { ...base, files }))).exitCode).to.equal(0);
    const manifest = { dependencies: [{ imageName: 'example.com/base' }] };
    const top = await buildImage(dir.path, { name: 'example.com/top', bare: true, files, manifest });
    const { exitCode, stderr } = await rkt('unpackedBytes=3MiB', 'fetch', top);
    expect([exitCode, stderr.split(';')[0]]).to.deep.equal([
      254,
      'fetch: the image with its dependencies has 4.0MiB',
    ]);
    expect(fs.readdirSync(join(data(), 'cas/tmp'))).to.deep.equal([]);
  });

  it('stops at the number of files', async () => {
    const path = await image(Array.from({ length: 20 }, (_, i) => ({ name: `rootfs/${i}`, content: '' })));
    expect(await refused('entries=10', path)).to.contain(
      'the image has more than 10 files; the limit entries is 10',
    );
  });

  it('reads no manifest beyond its size into memory', async () => {
    const path = join(dir.path, 'large.aci');
    const large = { name: 'manifest', content: Buffer.alloc(5 * MIB, ' ') };
    fs.writeFileSync(path, await rawTar([large]));
    expect(await refused('', path)).to.contain(
      'the manifest of the image is too large; the limit manifestBytes is 4.0MiB',
    );
  });

  it('refuses a pod manifest beyond that size', async () => {
    fs.writeFileSync(join(dir.path, 'pod'), Buffer.alloc(5 * MIB, ' '));
    const { exitCode, stderr } = await rkt('', 'prepare', `--pod-manifest=${dir.path}/pod`);
    expect(exitCode).to.equal(254);
    expect(stderr).to.contain(`the pod manifest ${dir.path}/pod is too large`);
  });

  it('refuses what is nested deeper than any manifest', async () => {
    const path = join(dir.path, 'nested.aci');
    for (const nest of ['['.repeat(100_000), `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`]) {
      fs.writeFileSync(path, await rawTar([{ name: 'manifest', content: nest }]));
      const { exitCode, stderr } = await rkt('', 'fetch', path);
      expect([exitCode, /exceeded max depth\n$/.test(stderr)]).to.deep.equal([254, true]);
    }
  });

  it('refuses 3,000 directories in one another', async () => {
    const path = await image(
      Array.from({ length: 3000 }, (_, i) => ({
        name: `rootfs${'/d'.repeat(i + 1)}`,
        type: 'directory' as const,
      })),
    );
    expect(await refused('', path)).to.contain('a path of the image has 257 components');
    expect(await refused('depth=none', path)).to.contain('bytes, Linux takes 4095: "rootfs/d/d/');
  });

  it('refuses names that Linux cannot have and links to nothing', async () => {
    const tooLong = [{ name: `rootfs/${'n'.repeat(256)}`, content: '' }];
    expect(await refused('', await image(tooLong))).to.contain(
      'a file name of the image is longer than 255 bytes',
    );
    const link = [{ name: 'rootfs/l', type: 'symlink' as const, linkname: '' }];
    expect(await refused('', await image(link))).to.contain('tar: "rootfs/l" is a link to nothing');
  });

  it('leaves no tree behind when Linux refuses a path of it', async () => {
    // a path that is short enough by itself, and too long below the store
    const path = await image([{ name: `rootfs/${`${'n'.repeat(250)}/`.repeat(16)}f`, content: '' }]);
    const { exitCode, stderr } = await rkt('', 'fetch', path);
    expect(exitCode).to.equal(254);
    expect(stderr).to.match(/^fetch: cannot write "n+…" of the image: file name too long\n$/);
    expect(fs.readdirSync(join(data(), 'cas/tmp'))).to.deep.equal([]);
    expect(fs.readdirSync(join(data(), 'cas/tree'))).to.deep.equal([]);
  });

  it('looks at each dependency once, however many depend on it', async () => {
    for (let level = 24; level >= 0; level -= 1) {
      const next = [{ imageName: `example.com/l${level + 1}` }];
      const dependencies = level === 24 ? [] : [...next, ...next];
      const path = await buildImage(dir.path, {
        name: `example.com/l${level}`,
        bare: true,
        manifest: { dependencies },
      });
      const { exitCode, stderr } = await rkt('', 'fetch', path);
      expect([exitCode, stderr]).to.deep.equal([0, '']);
    }
  }).timeout(60_000);

  it('have a code of their own where the driver fetches or prepares', async () => {
    const path = await image(Array.from({ length: 20 }, (_, i) => ({ name: `rootfs/${i}`, content: '' })));
    const binary = await resolveRkt('embedded');
    const env = { PATH: process.env['PATH'] ?? '', RKT_STREAMS_IMAGE_LIMITS: 'entries=10' };
    const runner = createRktRunner({ binary, dir: data(), env });
    const insecureOptions = ['image'];
    const fetched = await expectRktRejection(
      fetchImages(runner, [path], { insecureOptions }),
      'RKT_ERR_IMAGE_LIMIT',
    );
    expect(fetched.message).to.contain('the limit entries is 10');
    const args = ['--insecure-options=image', 'prepare', path];
    await expectRktRejection(prepare(runner, args, { image: path }), 'RKT_ERR_IMAGE_LIMIT');
  }).timeout(60_000);

  describe('of downloads', () => {
    const server = createServer((request, response) => {
      if (request.url === '/announced.aci')
        response.writeHead(200, { 'content-length': 10 * MIB }).flushHeaders();
      else {
        const endless = new Readable({
          read() {
            this.push(Buffer.alloc(65_536));
          },
        });
        response.on('close', () => endless.destroy());
        endless.pipe(
          response.writeHead(request.url === '/moved.aci' ? 302 : 200, { location: '/endless.aci' }),
        );
      }
    });
    let url: string;
    before((done) => {
      server.listen(0, '127.0.0.1', () => {
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        done();
      });
    });
    after((done) => {
      server.closeAllConnections();
      server.close(done);
    });

    it('end one without end, behind a redirect without end, too', async () => {
      for (const name of ['endless', 'moved']) {
        const text = await refused('downloadBytes=5MiB', `${url}/${name}.aci`);
        expect(text).to.match(
          /^fetch: the download has 5\.\dMiB or more; the limit downloadBytes is 5\.0MiB, set/,
        );
      }
    });

    it('end one that announces too much before it comes', async () => {
      const text = await refused('downloadBytes=5MiB', `${url}/announced.aci`);
      expect(text).to.contain('the download has 10MiB or more');
    });

    it('end a signature without end', async () => {
      const { exitCode, stderr } = await callRkt([`--dir=${data()}`, 'fetch', `${url}/endless.aci`]);
      expect([exitCode, stderr]).to.deep.equal([254, 'fetch: the signature file has more than 1.0MiB\n']);
    });

    it('end one that brings in next to nothing', async () => {
      const tooLarge = () => beyondLimit('downloadBytes', DEFAULT_LIMITS, 'large');
      const slow = new Readable({ read: () => undefined });
      slow.push('x');
      const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
      const meter = downloadMeter(DEFAULT_LIMITS, { maxBytes: Infinity, tooLarge, windowMs: 10 });
      const failure = await pipeline(slow, meter, sink).catch((error: unknown) => error);
      expect((failure as Error).message).to.match(
        /the download brought in \dB in a minute; the limit downloadBytesPerMinute/,
      );
    });
  });

  describe('are read', () => {
    const limitsOf = (variable: string) =>
      imageLimits(testContext(dir.path, { env: { RKT_STREAMS_IMAGE_LIMITS: variable } }));
    const configure = (entry: object): void => {
      fs.mkdirSync(join(dir.path, 'etc/limits.d'), { recursive: true });
      const file = { rktKind: 'limits', rktVersion: 'v1', ...entry };
      fs.writeFileSync(join(dir.path, 'etc/limits.d/limits.json'), JSON.stringify(file));
    };

    it('from the configuration, over which the variable wins', () => {
      configure({ entries: 5, unpackedBytes: '2GiB', depth: 'none' });
      expect(limitsOf('entries=7')).to.deep.equal({
        ...DEFAULT_LIMITS,
        entries: 7,
        unpackedBytes: 2048 * MIB,
        depth: Infinity,
      });
    });

    it('with an error for what is unknown or cannot be read', async () => {
      const path = await image([]);
      expect(await refused('entires=5', path)).to.contain(
        'cannot get the limits of images: unknown limit "entires" in RKT_STREAMS_IMAGE_LIMITS: known are downloadBytes',
      );
      for (const value of ['', '0', '-1', 'many', '1e9', '5MB'])
        expect(await refused(`depth=${value}`, path)).to.contain(`bad value "${value}" of limit depth`);
      configure({ entries: true });
      expect(await refused('', path)).to.contain('bad value "true" of limit entries in limits.d');
    });
  });
});
