import { execFile, execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { RktResult } from '../support/embedded-rkt.ts';
import { callRkt, temporaryDir } from '../support/embedded-rkt.ts';
import { buildImage } from '../support/images.ts';

const FILE = 'file' as const;

describe('image export, extract and render', () => {
  let dir: ReturnType<typeof temporaryDir>;
  let out: string;
  let data: string;

  const rkt = (...argv: readonly string[]): Promise<RktResult> =>
    callRkt([`--dir=${data}`, '--insecure-options=image', ...argv], { cwd: out });
  const fails = async (stderr: string, ...argv: readonly string[]): Promise<void> => {
    const before = fs.readdirSync(out);
    expect(await rkt(...argv)).to.deep.equal({ exitCode: 254, stdout: '', stderr });
    expect(fs.readdirSync(out), 'nothing half done').to.deep.equal(before);
  };

  beforeEach(async () => {
    dir = temporaryDir();
    [out, data] = [join(dir.path, 'out'), join(dir.path, 'data')];
    fs.mkdirSync(out);
    const base = { name: 'example.com/base', bare: true };
    const app = {
      name: 'example.com/app',
      bare: true,
      files: [
        { path: 'file', type: FILE, content: 'app' },
        { path: 'lib/own', type: FILE, content: 'own' },
      ],
      manifest: { dependencies: [{ imageName: 'example.com/base' }] },
    };
    const files = [
      { path: 'file', type: FILE, content: 'base' },
      { path: 'lib/shared', type: FILE, content: 'shared', mode: 0o640 },
    ];
    for (const image of [{ ...base, files }, app])
      expect((await rkt('fetch', await buildImage(join(dir.path, image.name), image))).stderr).to.equal('');
  });
  afterEach(() => dir.remove());

  it('exports the tar of the store, which gives the same image again', async () => {
    const id = (await rkt('image', 'list', '--full', '--fields=id', '--no-legend')).stdout.split('\n')[0];
    expect(await rkt('image', 'export', 'example.com/base', 'base.aci')).to.deep.equal({
      ...{ exitCode: 0, stdout: '', stderr: '' },
    });
    expect((await rkt('fetch', '--full', './base.aci')).stdout.trim()).to.equal(id?.trim());
    expect(fs.readdirSync(out)).to.deep.equal(['base.aci']);
  });

  it('overwrites a file when asked to, follows a link to it and keeps its mode', async () => {
    fs.writeFileSync(join(out, 'real'), 'before', { mode: 0o600 });
    fs.symlinkSync('real', join(out, 'link'));
    const exists = 'export: output ACI file exists (try --overwrite)\n';
    await fails(exists, 'image', 'export', 'example.com/base', 'link');
    expect(fs.readFileSync(join(out, 'real'), 'utf8')).to.equal('before');
    expect((await rkt('image', 'export', '--overwrite', 'example.com/base', 'link')).exitCode).to.equal(0);
    expect(fs.lstatSync(join(out, 'link')).isSymbolicLink()).to.equal(true);
    expect(fs.statSync(join(out, 'real')).mode & 0o777).to.equal(0o600);
    expect(fs.statSync(join(out, 'real')).size).to.be.above(1000);
  });

  it('writes to a pipe without replacing it', async () => {
    const pipe = join(out, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reader = promisify(execFile)('cat', [pipe], { encoding: 'buffer' });
    expect((await rkt('image', 'export', '--overwrite', 'example.com/base', pipe)).stderr).to.equal('');
    expect((await rkt('image', 'export', 'example.com/base', 'file.aci')).stderr).to.equal('');
    expect((await reader).stdout.equals(fs.readFileSync(join(out, 'file.aci')))).to.equal(true);
    expect(fs.statSync(pipe).isFIFO()).to.equal(true);
  });

  it('says what cannot be exported, and where to', async () => {
    const none = 'cannot find aci satisfying name: "example.com/none" and labels: [] in the local store';
    await fails(`export: ${none}\n`, 'image', 'export', 'example.com/none', 'x.aci');
    await fails('export: no image IDs found\n', 'image', 'export', 'sha512-ffff', 'x.aci');
    await fails(
      'export: unable to open output ACI file no/x.aci: open ' +
        `${join(out, 'no/x.aci')}: no such file or directory\n`,
      ...['image', 'export', 'example.com/base', 'no/x.aci'],
    );
    const { exitCode, stdout } = await rkt('image', 'export', 'example.com/base');
    expect([exitCode, stdout.split('\n')[4]]).to.deep.equal([
      254,
      '\trkt image export IMAGE OUTPUT_ACI_FILE',
    ]);
  });

  it('extracts the image alone, and renders it with its dependencies', async () => {
    expect((await rkt('image', 'extract', 'example.com/app', 'new/ext')).stderr).to.equal('');
    expect((await rkt('image', 'render', 'example.com/app', 'ren')).stderr).to.equal('');
    expect(fs.readdirSync(join(out, 'new'))).to.deep.equal(['ext']);
    expect(fs.readdirSync(join(out, 'new/ext'))).to.deep.equal(['manifest', 'rootfs']);
    expect(fs.readdirSync(join(out, 'new/ext/rootfs/lib'))).to.deep.equal(['own']);
    expect(fs.readdirSync(join(out, 'ren/rootfs/lib'))).to.deep.equal(['own', 'shared']);
    expect(fs.readFileSync(join(out, 'ren/rootfs/file'), 'utf8')).to.equal('app');
    expect(fs.statSync(join(out, 'ren/rootfs/lib/shared')).mode & 0o777).to.equal(0o640);
  });

  it('makes the rootfs itself the output', async () => {
    for (const command of ['extract', 'render']) {
      expect((await rkt('image', command, '--rootfs-only', 'example.com/base', command)).exitCode).to.equal(
        0,
      );
      expect(fs.readdirSync(join(out, command))).to.deep.equal(['file', 'lib']);
    }
    expect(fs.readdirSync(out)).to.deep.equal(['extract', 'render']);
  });

  for (const command of ['extract', 'render']) {
    it(`${command} replaces a directory only when asked to, and never what a link leads to`, async () => {
      fs.mkdirSync(join(out, 'target'));
      fs.writeFileSync(join(out, 'target/kept'), '');
      fs.symlinkSync('target', join(out, 'link'));
      const exists = `${command}: output directory exists (try --overwrite)\n`;
      for (const path of ['target', 'link', '/'])
        await fails(exists, 'image', command, 'example.com/base', path);
      expect((await rkt('image', command, '--overwrite', 'example.com/base', 'link')).stderr).to.equal('');
      expect(fs.readdirSync(join(out, 'link'))).to.deep.equal(['manifest', 'rootfs']);
      expect(fs.readdirSync(join(out, 'target'))).to.deep.equal(['kept']);
      expect((await rkt('image', command, '--overwrite', 'example.com/base', 'target')).stderr).to.equal('');
      expect(fs.readdirSync(join(out, 'target'))).to.deep.equal(['manifest', 'rootfs']);
    });

    it(`${command} refuses to delete the system or the data directory`, async () => {
      const overwrite = ['image', command, '--overwrite', 'example.com/base'];
      await fails(`${command}: this would delete your root filesystem. Refusing.\n`, ...overwrite, '/');
      for (const path of [data, dir.path])
        await fails(
          `${command}: this would delete the data directory ${data}. Refusing.\n`,
          ...overwrite,
          path,
        );
    });

    it(`${command} leaves everything as it was when it fails`, async () => {
      fs.mkdirSync(join(out, 'target'));
      fs.writeFileSync(join(out, 'target/kept'), '');
      const limited = (path: string) =>
        callRkt([`--dir=${data}`, 'image', command, '--overwrite', 'example.com/base', path], {
          cwd: out,
          env: { RKT_STREAMS_IMAGE_LIMITS: 'entries=1' },
        });
      for (const path of ['target', 'new/target']) {
        const { exitCode, stderr } = await limited(path);
        expect(exitCode).to.equal(254);
        expect(stderr).to.contain('entries');
      }
      expect(fs.readdirSync(out)).to.deep.equal(['target']);
      expect(fs.readdirSync(join(out, 'target'))).to.deep.equal(['kept']);
    });
  }
});
