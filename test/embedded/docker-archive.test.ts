import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { packDockerArchive, type DockerArchiveOptions } from '../../src/embedded/aci/docker-archive.ts';
import { callRkt, temporaryDir } from '../support/embedded-rkt.ts';
import { architecture } from '../support/oci-images.ts';
import { requires } from '../support/requirements.ts';

describe('packDockerArchive', () => {
  let dir: ReturnType<typeof temporaryDir>;
  beforeEach(() => (dir = temporaryDir()));
  afterEach(() => dir.remove());

  const long = `${'n'.repeat(120)}/${'m'.repeat(120)}`;
  const options = (out: string): DockerArchiveOptions => ({
    files: [
      { path: 'bin/app', type: 'file', mode: 0o4755, uid: 7, gid: 8, content: 'app' },
      { path: 'bin/same', type: 'link', linkname: 'bin/app' },
      { path: 'bin/link', type: 'symlink', linkname: 'app' },
      { path: long, type: 'file', source: '/etc/passwd' },
      { path: 'pipe', type: 'fifo', mode: 0o640 },
    ],
    tag: 'example.com/team/app:1.2',
    run: { Cmd: ['/bin/app'], Env: ['A=b'] },
    architecture,
    out,
  });

  it('gives the same bytes for the same files, and leaves nothing beside them', () => {
    const [one, two] = [join(dir.path, 'one.tar'), join(dir.path, 'two.tar')];
    const id = packDockerArchive(options(one));
    expect(id).to.match(/^sha256:[0-9a-f]{64}$/);
    expect(packDockerArchive(options(two))).to.equal(id);
    expect(readFileSync(one).equals(readFileSync(two))).to.equal(true);
    expect(readdirSync(dir.path).sort()).to.deep.equal(['one.tar', 'two.tar']);
  });

  it('makes an image that is fetched with its name, its app and its files', async () => {
    const out = join(dir.path, 'app.tar');
    packDockerArchive(options(out));
    const rkt = (...argv: readonly string[]) =>
      callRkt([`--dir=${dir.path}/rkt`, '--insecure-options=image', ...argv]);
    expect((await rkt('fetch', out)).stderr).to.equal('');
    const { stdout } = await rkt('image', 'cat-manifest', 'example.com/team/app:1.2');
    const { app } = JSON.parse(stdout) as { app: { exec: unknown; environment: unknown } };
    expect(app).to.deep.include({ exec: ['/bin/app'], environment: [{ name: 'A', value: 'b' }] });
    await rkt('image', 'extract', '--rootfs-only', 'example.com/team/app:1.2', join(dir.path, 'tree'));
    const list = execFileSync('find', ['.', '-printf', '%P %y %m %n %l\n'], {
      cwd: join(dir.path, 'tree'),
      encoding: 'utf8',
    });
    expect(list.split('\n')).to.include.members([
      'bin/app f 4755 2 ',
      'bin/same f 4755 2 ',
      'bin/link l 777 1 app',
      'pipe p 640 1 ',
    ]);
    expect(readFileSync(join(dir.path, 'tree', long))).to.deep.equal(readFileSync('/etc/passwd'));
  });

  it('is read by other programs', function () {
    requires(this, 'skopeo');
    const out = join(dir.path, 'app.tar');
    packDockerArchive(options(out));
    const text = execFileSync('skopeo', ['inspect', '--config', `docker-archive:${out}`], {
      encoding: 'utf8',
    });
    expect((JSON.parse(text) as { config: unknown }).config).to.deep.equal(options('').run);
    execFileSync('skopeo', [
      '--insecure-policy',
      'copy',
      '-q',
      `docker-archive:${out}`,
      `oci:${dir.path}/layout:1`,
    ]);
    expect(readdirSync(join(dir.path, 'layout')).sort()).to.deep.equal(['blobs', 'index.json', 'oci-layout']);
  });

  it('leaves nothing when a file cannot be read', () => {
    const made = options(join(dir.path, 'app.tar'));
    const files = [...made.files, { path: 'gone', type: 'file', source: '/no/such/file' } as const];
    expect(() => packDockerArchive({ ...made, files })).to.throw('/no/such/file');
    expect(readdirSync(dir.path)).to.deep.equal([]);
  });
});
