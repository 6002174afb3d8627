import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openTar } from '../../src/embedded/aci/decompress.ts';
import { extractRootfs } from '../../src/embedded/aci/extract.ts';
import { collectHostPaths } from '../../src/embedded/aci/host-files.ts';
import { packAci } from '../../src/embedded/aci/pack.ts';
import { readManifestText, readTar } from '../../src/embedded/aci/read.ts';
import { RktFailure } from '../../src/embedded/embedded-context.ts';
import { temporaryDir } from '../support/embedded-rkt.ts';
import { requires } from '../support/requirements.ts';

const manifest = { acKind: 'ImageManifest', acVersion: '0.8.11', name: 'example.com/packed' };

describe('packAci', () => {
  let dir: ReturnType<typeof temporaryDir>;
  beforeEach(() => (dir = temporaryDir()));
  afterEach(() => dir.remove());

  function makeTree(name: string, order: readonly string[]): string {
    const root = join(dir.path, name);
    fs.mkdirSync(join(root, 'etc'), { recursive: true });
    for (const file of order) fs.writeFileSync(join(root, file), `content of ${file}`, { mode: 0o640 });
    fs.linkSync(join(root, 'etc/a'), join(root, 'z-same'));
    fs.symlinkSync('etc/b', join(root, 'link'));
    return root;
  }

  it('gives the same bytes for the same files, whenever and in whatever order they were made', async () => {
    const images = [];
    for (const [name, order] of [
      ['one', ['etc/a', 'etc/b']],
      ['two', ['etc/b', 'etc/a']],
    ] as const) {
      const out = join(dir.path, `${name}.aci`);
      await packAci({ rootfsDir: makeTree(name, order), manifest, out });
      images.push(fs.readFileSync(out));
    }
    expect(images[0]?.equals(images[1] ?? Buffer.alloc(0))).to.equal(true);
  });

  it('sorts members, starts with the manifest and knows no times and owners', async () => {
    const out = join(dir.path, 'x.aci');
    await packAci({ rootfsDir: makeTree('one', ['etc/b', 'etc/a']), manifest, out });
    const members = [];
    for await (const { path, type, uid, mtimeMs } of readTar(openTar(out)))
      members.push([path.join('/'), type, uid, mtimeMs]);
    expect(members).to.deep.equal([
      ['manifest', 'file', 0, 0],
      ['rootfs', 'directory', 0, 0],
      ['rootfs/etc', 'directory', 0, 0],
      ['rootfs/etc/a', 'file', 0, 0],
      ['rootfs/etc/b', 'file', 0, 0],
      ['rootfs/link', 'symlink', 0, 0],
      ['rootfs/z-same', 'link', 0, 0],
    ]);
  });

  for (const compression of ['none', 'gzip', 'xz', 'bzip2'] as const) {
    it(`makes an image that is unpacked to what was packed (${compression})`, async function () {
      if (compression === 'xz' || compression === 'bzip2') requires(this, compression);
      const out = join(dir.path, 'x.aci');
      await packAci({ rootfsDir: makeTree('one', ['etc/a', 'etc/b']), manifest, out, compression });
      expect(JSON.parse(await readManifestText(openTar(out)))).to.deep.equal(manifest);
      const root = join(dir.path, 'unpacked');
      await extractRootfs(openTar(out), root, { asRoot: false, pathWhitelists: [], warn: () => undefined });
      expect(fs.readFileSync(join(root, 'z-same'), 'utf8')).to.equal('content of etc/a');
      expect(fs.statSync(join(root, 'etc/a')).mode & 0o777).to.equal(0o640);
      expect(fs.readdirSync(dir.path).some((name) => name.endsWith('.part'))).to.equal(false);
    });
  }

  it('takes files and paths longer than a tar header holds', async () => {
    const path = `${'deep/'.repeat(40)}file`;
    const out = join(dir.path, 'x.aci');
    await packAci({ files: [{ path, type: 'file', content: 'x' }], manifest, out });
    const members = [];
    for await (const member of readTar(openTar(out))) members.push(member.path.join('/'));
    expect(members.at(-1)).to.equal(`rootfs/${path}`);
  });

  it('refuses a manifest that is not valid, and leaves nothing behind', async () => {
    const out = join(dir.path, 'x.aci');
    const failure = await packAci({ files: [], manifest: { ...manifest, name: 'Bad' }, out }).catch(
      (e: unknown) => e,
    );
    expect(failure).to.be.instanceOf(RktFailure);
    expect(fs.readdirSync(dir.path)).to.deep.equal([]);
  });
});

describe('collectHostPaths', () => {
  it('brings a program with its interpreter and libraries, so that it runs in a chroot', function () {
    const dir = temporaryDir();
    try {
      const files = collectHostPaths(['/bin/sh']);
      expect(files.map(({ path }) => path)).to.include('bin');
      const target = (path: string): string => fs.realpathSync(`/${path}`);
      for (const file of files.filter(({ type }) => type === 'file'))
        expect(target(file.path)).to.equal(file.source);
      requires(this, 'root');
      for (const file of files) {
        const place = join(dir.path, file.path);
        if (file.type === 'directory') fs.mkdirSync(place, { recursive: true });
        else if (file.type === 'symlink') fs.symlinkSync(file.linkname ?? '', place);
        else fs.copyFileSync(file.source ?? '', place);
      }
      expect(execFileSync('chroot', [dir.path, '/bin/sh', '-c', 'echo ran'], { encoding: 'utf8' })).to.equal(
        'ran\n',
      );
    } finally {
      dir.remove();
    }
  });

  it('names what is missing', () => {
    expect(() => collectHostPaths(['/no/such/program'])).to.throw(
      RktFailure,
      'no such file: /no/such/program',
    );
    expect(() => collectHostPaths(['sh'])).to.throw(RktFailure, 'not an absolute path: sh');
  });
});
