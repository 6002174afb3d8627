import * as fs from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { extractRootfs } from '../../src/embedded/aci/extract.ts';
import { RktFailure } from '../../src/embedded/embedded-context.ts';
import { temporaryDir } from '../support/embedded-rkt.ts';
import type { RawMember } from '../support/images.ts';
import { rawTar } from '../support/images.ts';
import { requires } from '../support/requirements.ts';

const isRoot = process.getuid?.() === 0;

describe('extractRootfs', () => {
  let dir: ReturnType<typeof temporaryDir>;
  let root: string;
  let warnings: string[];
  const outside = () => join(dir.path, 'outside');

  beforeEach(() => {
    dir = temporaryDir();
    root = join(dir.path, 'tree', 'rootfs');
    warnings = [];
    fs.mkdirSync(join(dir.path, 'tree'));
    fs.mkdirSync(outside());
    fs.writeFileSync(join(outside(), 'secret'), 'untouched');
  });
  afterEach(() => dir.remove());

  async function extract(
    members: readonly RawMember[],
    options: { asRoot?: boolean; whitelist?: string[] } = {},
  ) {
    const tar = Readable.from([await rawTar(members)]);
    return extractRootfs(tar, root, {
      asRoot: options.asRoot ?? isRoot,
      pathWhitelists: options.whitelist === undefined ? [] : [options.whitelist],
      warn: (text) => void warnings.push(text),
    });
  }

  async function failureOf(members: readonly RawMember[]): Promise<string> {
    try {
      await extract(members);
    } catch (error) {
      expect(error).to.be.instanceOf(RktFailure);
      return (error as Error).message;
    }
    throw new Error('extracted');
  }

  function nothingOutside(): void {
    expect(fs.readdirSync(dir.path).sort()).to.deep.equal(['outside', 'tree']);
    expect(fs.readdirSync(join(dir.path, 'tree')).filter((name) => name !== 'rootfs')).to.deep.equal([]);
    expect(fs.readdirSync(outside())).to.deep.equal(['secret']);
    expect(fs.readFileSync(join(outside(), 'secret'), 'utf8')).to.equal('untouched');
  }

  it('keeps modes with the setuid bit, times and links', async () => {
    const mtime = new Date(1_000_000_000_000);
    await extract([
      { name: 'rootfs/bin', type: 'directory', mode: 0o555, mtime },
      { name: 'rootfs/bin/su', mode: 0o4755, mtime, content: 'su' },
      { name: 'rootfs/bin/same', type: 'link', linkname: 'rootfs/bin/su' },
      { name: 'rootfs/sbin', type: 'symlink', linkname: '/bin' },
    ]);
    const su = fs.statSync(join(root, 'bin/su'));
    expect(su.mode & 0o7777).to.equal(0o4755);
    expect(su.mtimeMs).to.equal(mtime.getTime());
    expect(su.nlink).to.equal(2);
    expect(fs.statSync(join(root, 'bin')).mode & 0o7777).to.equal(0o555);
    expect(fs.statSync(join(root, 'bin')).mtimeMs).to.equal(mtime.getTime());
    expect(fs.readlinkSync(join(root, 'sbin'))).to.equal('/bin');
    fs.chmodSync(join(root, 'bin'), 0o755);
  });

  it('keeps owners as root', async function () {
    requires(this, 'root');
    await extract([{ name: 'rootfs/f', uid: 1234, gid: 567, content: '' }]);
    const { uid, gid } = fs.statSync(join(root, 'f'));
    expect([uid, gid]).to.deep.equal([1234, 567]);
  });

  it('ignores what is not below rootfs/', async () => {
    expect(
      await extract([
        { name: 'stray', content: 'x' },
        { name: '/etc/x', content: 'x' },
      ]),
    ).to.equal(false);
    expect(fs.existsSync(root)).to.equal(false);
    nothingOutside();
  });

  it('never leaves the rootfs by ..', async () => {
    await extract([
      { name: 'rootfs/', type: 'directory', mode: 0o755 },
      { name: 'rootfs/../../escape', content: 'x' },
      { name: '../rootfs/../../../outside/secret', content: 'x' },
      { name: 'rootfs/a/../../rootfs/b', content: 'inside' },
    ]);
    nothingOutside();
    expect(fs.readdirSync(root)).to.deep.equal(['b']);
  });

  it('never writes through a symlink out of the rootfs', async () => {
    await extract([
      { name: 'rootfs/up', type: 'symlink', linkname: '../../outside' },
      { name: 'rootfs/abs', type: 'symlink', linkname: outside() },
      { name: 'rootfs/up/secret', content: 'overwritten' },
      { name: 'rootfs/abs/secret', content: 'overwritten' },
      { name: 'rootfs/abs/dir', type: 'directory', mode: 0o755 },
      { name: 'rootfs/up', type: 'directory', mode: 0o777 },
    ]);
    nothingOutside();
    expect(fs.readFileSync(join(root, 'outside/secret'), 'utf8')).to.equal('overwritten');
  });

  it('replaces a symlink in the place of a file instead of following it', async () => {
    await extract([
      { name: 'rootfs/f', type: 'symlink', linkname: join(outside(), 'secret') },
      { name: 'rootfs/f', content: 'mine' },
    ]);
    nothingOutside();
    expect(fs.lstatSync(join(root, 'f')).isFile()).to.equal(true);
  });

  it('follows symlinks inside, as in a chroot', async () => {
    await extract([
      { name: 'rootfs/usr/lib', type: 'directory', mode: 0o755 },
      { name: 'rootfs/lib', type: 'symlink', linkname: '/usr/lib' },
      { name: 'rootfs/lib/libc.so', content: 'elf' },
    ]);
    expect(fs.readFileSync(join(root, 'usr/lib/libc.so'), 'utf8')).to.equal('elf');
  });

  it('refuses hard links out of the rootfs or to nothing', async () => {
    for (const linkname of ['../outside/secret', '/etc/passwd', 'rootfs/../../outside/secret', 'manifest']) {
      expect(await failureOf([{ name: 'rootfs/l', type: 'link', linkname }])).to.contain(
        'hard link out of the rootfs',
      );
    }
    expect(await failureOf([{ name: 'rootfs/l', type: 'link', linkname: 'rootfs/none' }])).to.contain(
      'to nothing',
    );
    nothingOutside();
  });

  it('resolves the directory of a hard link target inside the rootfs', async () => {
    const through = await failureOf([
      { name: 'rootfs/up', type: 'symlink', linkname: outside() },
      { name: 'rootfs/l', type: 'link', linkname: 'rootfs/up/secret' },
    ]);
    expect(through).to.contain('to nothing');
    nothingOutside();
    expect(fs.statSync(join(outside(), 'secret')).nlink).to.equal(1);
  });

  it('refuses symlinks that lead in circles', async () => {
    const message = await failureOf([
      { name: 'rootfs/a', type: 'symlink', linkname: 'b' },
      { name: 'rootfs/b', type: 'symlink', linkname: 'a' },
      { name: 'rootfs/a/x', content: '' },
    ]);
    expect(message).to.contain('too many levels of symbolic links');
  });

  it('leaves device nodes out without root and says so', async () => {
    await extract([{ name: 'rootfs/null', type: 'character-device', devmajor: 1, devminor: 3 }], {
      asRoot: false,
    });
    expect(warnings).to.deep.equal(['device node "null" left out: only root can make it']);
    expect(fs.readdirSync(root)).to.deep.equal([]);
  });

  it('makes device nodes as root, and fifos for everybody', async function () {
    await extract([{ name: 'rootfs/pipe', type: 'fifo', mode: 0o622 }]);
    expect(fs.statSync(join(root, 'pipe')).isFIFO()).to.equal(true);
    requires(this, 'root');
    await extract([{ name: 'rootfs/null', type: 'character-device', mode: 0o666, devmajor: 1, devminor: 3 }]);
    const stat = fs.statSync(join(root, 'null'));
    expect([stat.isCharacterDevice(), stat.rdev, stat.mode & 0o777]).to.deep.equal([true, 0x103, 0o666]);
  });

  it('makes many special files with few processes', async function () {
    requires(this, 'root');
    const bin = join(dir.path, 'outside', 'bin');
    const log = join(bin, 'log');
    fs.mkdirSync(bin);
    fs.writeFileSync(join(bin, 'sh'), `#!/bin/sh\necho x >>'${log}'\nexec /bin/sh "$@"\n`, { mode: 0o755 });
    const path = process.env['PATH'] ?? '';
    process.env['PATH'] = `${bin}:${path}`;
    try {
      const numbers = Array.from({ length: 200 }, (_, n) => n);
      await extract([
        ...numbers.map((n) => ({
          name: `rootfs/dev/loop${n}`,
          type: 'block-device' as const,
          devmajor: 7,
          devminor: n,
        })),
        { name: 'rootfs/file', content: 'x' },
        { name: 'rootfs/pipe', type: 'fifo', mode: 0o622 },
      ]);
      expect(fs.readFileSync(log, 'utf8')).to.equal('x\nx\n');
      for (const n of numbers) {
        const stat = fs.statSync(join(root, 'dev', `loop${n}`));
        expect([stat.isBlockDevice(), stat.rdev]).to.deep.equal([true, 0x700 + n]);
      }
    } finally {
      process.env['PATH'] = path;
    }
  });

  it('makes a special file before whatever lies over it or links to it', async () => {
    await extract([
      { name: 'rootfs/a', type: 'fifo', mode: 0o600 },
      { name: 'rootfs/a', type: 'fifo', mode: 0o640 },
      { name: 'rootfs/b', type: 'link', linkname: 'rootfs/a' },
      { name: 'rootfs/c', type: 'fifo' },
      { name: 'rootfs/c', content: 'a file' },
      { name: 'rootfs/d', type: 'fifo' },
      { name: 'rootfs/d', type: 'directory' },
      { name: 'rootfs/e\nf g', type: 'fifo' },
    ]);
    expect(fs.statSync(join(root, 'b')).mode & 0o777).to.equal(0o640);
    expect(fs.statSync(join(root, 'b')).nlink).to.equal(2);
    expect(fs.readFileSync(join(root, 'c'), 'utf8')).to.equal('a file');
    expect(fs.statSync(join(root, 'd')).isDirectory()).to.equal(true);
    expect(fs.statSync(join(root, 'e\nf g')).isFIFO()).to.equal(true);
  });

  it('names the special file that cannot be made', async () => {
    const message = await failureOf([
      { name: 'rootfs/first', type: 'fifo' },
      { name: 'rootfs/dir', type: 'fifo' },
      { name: 'rootfs/dir/below', type: 'fifo' },
    ]);
    expect(message).to.match(/^cannot make device node "dir": mknod: .*exists$/);
  });

  it('writes only what a whitelist names', async () => {
    const members = ['a/b', 'a/c', 'd'].map((path) => ({ name: `rootfs/${path}`, content: path }));
    await extract(members, { whitelist: ['/a/b'] });
    expect(fs.readdirSync(root)).to.deep.equal(['a']);
    expect(fs.readdirSync(join(root, 'a'))).to.deep.equal(['b']);
  });

  it('fails on a tar that is cut short', async () => {
    const tar = (await rawTar([{ name: 'rootfs/f', content: 'x'.repeat(5000) }])).subarray(0, 2048);
    const options = { asRoot: false, pathWhitelists: [], warn: () => undefined };
    const failure = await extractRootfs(Readable.from([tar]), root, options).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(RktFailure);
    expect((failure as Error).message).to.equal('unexpected EOF');
  });

  it('leaves the world outside alone, whatever a tar holds', async function () {
    this.timeout(60_000);
    const part = fc.constantFrom('..', 'rootfs', 'a', 'b', 'outside', 'secret', '.');
    const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    const target = fc.oneof(
      path,
      path.map((text) => `/${text}`),
      fc.constant('../../outside'),
    );
    const name = path.map((text) => `rootfs/${text}`);
    const member = fc.oneof(
      fc.record({ name, content: fc.string() }),
      fc.record({ name, type: fc.constant('directory' as const) }),
      fc.record({ name, type: fc.constant('symlink' as const), linkname: target }),
      fc.record({ name, type: fc.constant('link' as const), linkname: fc.oneof(target, name) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(member, { maxLength: 12 }), async (members) => {
        fs.rmSync(root, { recursive: true, force: true });
        await extract(members.map((entry) => ({ mode: 0o755, ...entry }))).catch((error: unknown) => {
          expect(error).to.be.instanceOf(RktFailure);
        });
        nothingOutside();
        expect(fs.statSync(join(outside(), 'secret')).nlink).to.equal(1);
      }),
      { numRuns: 300 },
    );
  });
});
