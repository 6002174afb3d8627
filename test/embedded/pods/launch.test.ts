import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { runRkt } from '../../../src/embedded/command-line/run-rkt.ts';
import { statusDir } from '../../../src/embedded/pods/pod-info.ts';
import { PodFixture } from '../../support/pod-fixture.ts';
import { requires } from '../../support/requirements.ts';

const LINKS = [
  { path: 'etc/hosts', type: 'symlink', linkname: '../../../../../../escaped-hosts' },
  { path: 'etc/resolv.conf', type: 'symlink', linkname: '/var/resolv' },
  { path: 'var', type: 'directory' },
  { path: 'link', type: 'symlink', linkname: '../../../../../../../../var' },
] as const;

describe('launching a pod', () => {
  let fixture: PodFixture;
  let made: PodFixture | undefined;

  before(async function () {
    this.timeout(60_000);
    made = await PodFixture.create(this, { files: LINKS });
    fixture = made;
  });

  after(() => made?.remove());

  const run = (script: string, ...flags: readonly string[]) =>
    fixture.rkt(['run', ...flags, fixture.image, '--exec', '/bin/sh', '--', '-c', script]);

  it('hands over scripts that shellcheck accepts', async function () {
    requires(this, 'shellcheck');
    const uuid = await fixture.prepare(
      'echo it\'s a "test" $HOME `id` \\ \n done',
      `--volume=v,kind=host,source=${fixture.dir},readOnly=true`,
      '--mount=volume=v,target=/data/x',
    );
    let script = '';
    const exitCode = await runRkt({
      argv: fixture.args('run-prepared', '--dns=8.8.8.8', '--hosts-entry=10.0.0.1=db', uuid),
      env: { ...process.env, RKT_STREAMS_CGROUP_PROCS: '/tmp/a b/cgroup.procs' },
      cwd: '/',
      uid: 0,
      stdout: () => undefined,
      stderr: () => undefined,
      launch: (text) => (script = text),
    });
    expect(exitCode).to.equal(0);
    // Excluded: quotes and dollars that are meant to stay as they are.
    for (const text of [script, innerScript(script)]) {
      const { stdout } = spawnSync('shellcheck', ['--shell=sh', '--exclude=SC1003,SC2016', '-'], {
        input: text,
        encoding: 'utf8',
      });
      expect(stdout).to.equal('');
    }
  });

  it('makes no directory of a pod that has them, and all of one that has not', async () => {
    const uuid = await fixture.prepare(
      'for d in /dev /proc /sys /tmp; do [ -d $d ] && echo $d; done; exit 3',
    );
    const pod = fixture.podDir('prepared', uuid);
    const programs = async (): Promise<readonly string[]> => {
      let script = '';
      const world = { env: process.env, cwd: '/', uid: 0, stdout: () => undefined, stderr: () => undefined };
      const argv = fixture.args('run-prepared', uuid);
      await runRkt({ argv, ...world, launch: (text) => (script = text) });
      const found = innerScript(script).matchAll(/^(?:attempt \S+|attempt '[^']*') (mkdir)|^(chmod|cp) /gm);
      return [...found].map(([, first, second]) => first ?? second ?? '');
    };
    expect(await programs()).to.deep.equal([]);
    // As another rkt leaves a pod that it has prepared.
    for (const path of ['stage1/rootfs/rkt', 'stage1/rootfs/stop', 'overlay'])
      rmSync(join(pod, path), { recursive: true, force: true });
    expect(await programs()).to.include.members(['mkdir', 'cp']);
    const { exitCode, stdout } = await fixture.rkt(['run-prepared', uuid]);
    expect([exitCode, stdout]).to.deep.equal([3, '/dev\n/proc\n/sys\n/tmp\n']);
  });

  it('comes with scripts that shellcheck accepts', function () {
    requires(this, 'shellcheck');
    const embedded = fileURLToPath(new URL('../../../src/embedded', import.meta.url));
    const scripts = ['rkt.sh', ...['run', 'enter', 'stop', 'gc'].map((name) => `stage1/${name}.sh`)];
    const { stdout } = spawnSync(
      'shellcheck',
      scripts.map((name) => join(embedded, name)),
      { encoding: 'utf8' },
    );
    expect(stdout).to.equal('');
  });

  it('passes arguments and variables on unchanged', async () => {
    const odd = `it's "odd" $HOME \\ \`id\` *\n\tend`;
    const { stdout } = await fixture.rkt([
      ...['run', fixture.image, `--environment=ODD=${odd}`, '--exec', '/bin/sh', '--'],
      ...['-c', 'printf "%s|" "$@" "$ODD"', 'sh', odd, '', '-n', '--'],
    ]);
    expect(stdout).to.equal([odd, '', '-n', '--', odd, ''].join('|'));
  });

  it('joins the given cgroups, and keeps that from the app', async () => {
    const [one, two] = [join(fixture.dir, 'one procs'), join(fixture.dir, 'two')];
    const uuid = await fixture.prepare('echo $$; env');
    const { stdout } = await fixture.rkt(['run-prepared', uuid], {
      env: { RKT_STREAMS_CGROUP_PROCS: `${one}:${two}` },
    });
    const [pid = ''] = stdout.split('\n');
    expect([one, two].map((path) => readFileSync(path, 'utf8'))).to.deep.equal([`${pid}\n`, `${pid}\n`]);
    expect(stdout).not.to.contain('RKT_STREAMS');
  });

  it('fails when it cannot join a cgroup', async () => {
    const uuid = await fixture.prepare('echo never');
    const env = { RKT_STREAMS_CGROUP_PROCS: '/does/not/exist/cgroup.procs' };
    const { exitCode, stdout, stderr } = await fixture.rkt(['run-prepared', uuid], { env });
    expect(stderr).to.equal(
      'run-prepared: cannot join the cgroup: writing to /does/not/exist/cgroup.procs failed\n',
    );
    expect([exitCode, stdout]).to.deep.equal([254, '']);
    expect((await fixture.rkt(['status', uuid])).stdout).to.match(/^state=exited\n/);
  });

  it('leaves no mount behind in the namespace of the caller', async () => {
    const before = readFileSync('/proc/self/mountinfo', 'utf8');
    await run('true');
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).to.equal(before);
  });

  for (const overlay of ['with overlayfs', 'without overlayfs']) {
    it(`shows an exit code that somebody else has written, ${overlay}`, async () => {
      const uuid = await fixture.prepare('exit 3', ...(overlay === 'with overlayfs' ? [] : ['--no-overlay']));
      expect((await fixture.rkt(['run-prepared', uuid])).exitCode).to.equal(3);
      const dir = fixture.podDir('run', uuid);
      writeFileSync(join(statusDir({ uuid, phase: 'run', dir }), 'shell'), '3\n');
      expect((await fixture.rkt(['status', uuid])).stdout).to.match(/exited=true\napp-shell=3\n$/);
      expect((await fixture.rkt(['status', '--format=json', uuid])).stdout).to.contain('"exit_code":3');
    });
  }

  it("shows the networks of a real rkt's pod", async () => {
    const uuid = await fixture.prepare('true');
    await fixture.rkt(['run-prepared', uuid]);
    const network = {
      netName: 'default',
      netConf: 'net/99-default.conf',
      ifName: 'eth0',
      ip: '172.16.28.2',
      args: '',
    };
    writeFileSync(join(fixture.podDir('run', uuid), 'net-info.json'), JSON.stringify([network]));
    expect((await fixture.rkt(['status', uuid])).stdout).to.contain('\nnetworks=default:ip4=172.16.28.2\n');
    expect((await fixture.rkt(['status', '--format=json', uuid])).stdout).to.contain(
      `"networks":[${JSON.stringify(network)}]`,
    );
    expect((await fixture.rkt(['list', '--no-legend'])).stdout).to.contain('\tdefault:ip4=172.16.28.2\n');
  });

  it('never writes through a symlink of the image to the outside', async () => {
    const { stdout, stderr, exitCode } = await run('cat /var/resolv; cat /escaped-hosts', '--dns=8.8.8.8');
    expect([stderr, exitCode]).to.deep.equal(['', 0]);
    expect(stdout).to.equal(
      '# Generated by rkt run\n\nnameserver 8.8.8.8\n127.0.0.1 localhost localdomain\n',
    );
    expect(existsSync('/escaped-hosts') || existsSync('/var/resolv')).to.equal(false);
  });

  it('mounts a volume at a symlink inside the root only', async () => {
    const volume = join(fixture.dir, 'volume with "odd" name');
    mkdirSync(volume, { recursive: true });
    writeFileSync(join(volume, 'file'), 'from the volume\n');
    const flags = [`--volume=v,kind=host,source=${volume}`, '--mount=volume=v,target=/link/below'];
    expect((await run('cat /var/below/file', ...flags)).stdout).to.equal('from the volume\n');
    expect(existsSync('/var/below')).to.equal(false);
  });

  it('makes every mount of a recursive volume read-only', () => {
    const volume = join(fixture.dir, 'outer');
    mkdirSync(join(volume, 'inner'), { recursive: true });
    const flags = [
      `--volume=v,kind=host,source=${volume},recursive=true,readOnly=true`,
      '--mount=volume=v,target=/data',
    ];
    const script = `mount -t tmpfs -o nosuid,nodev tmpfs ${volume}/inner && exec sh "$@"`;
    const argv = fixture.args(
      'run',
      ...flags,
      fixture.image,
      '--exec',
      '/bin/sh',
      '--',
      '-c',
      'echo x > /data/a; echo x > /data/inner/b; true',
    );
    const rkt = fileURLToPath(new URL('../../../dist/embedded/rkt.sh', import.meta.url));
    const { stderr } = spawnSync(
      'unshare',
      ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', rkt, ...argv],
      {
        encoding: 'utf8',
      },
    );
    expect(stderr.match(/Read-only file system/g)).to.have.length(2);
  });

  it('refuses a program without its interpreter and a mount without a target', async () => {
    const failure = async (...args: readonly string[]) => {
      const { exitCode, stderr } = await fixture.rkt(['run', ...args]);
      return [exitCode, stderr];
    };
    const volume = join(fixture.dir, 'bin');
    mkdirSync(volume, { recursive: true });
    writeFileSync(join(volume, 'script'), '#!/no/such/interpreter\n', { mode: 0o755 });
    const mount = [`--volume=v,kind=host,source=${volume}`, '--mount=volume=v,target=/prog'];
    expect(await failure(...mount, fixture.image, '--exec=/prog/script')).to.deep.equal([
      254,
      'run: can\'t execute "/prog/script": no such file or directory\n',
    ]);
    expect(
      await failure(`--volume=v,kind=host,source=${volume}`, '--mount=volume=v', fixture.image),
    ).to.deep.equal([254, 'run: can\'t evaluate mounts: the mount of volume "v" has no target\n']);
  });

  it('serves the stage1 entry points a real rkt calls', async () => {
    const uuid = await fixture.prepare('exec sleep 1000');
    const app = await fixture.start(['run-prepared', uuid]);
    const dir = fixture.podDir('run', uuid);
    const call = (name: string, ...args: readonly string[]) =>
      spawnSync(join(dir, 'stage1/rootfs', name), args, { cwd: dir, encoding: 'utf8' });
    const entered = call(
      'enter',
      `--pid=${app.pid}`,
      '--appname=shell',
      '--',
      '/bin/sh',
      '-c',
      'pwd; echo $HOME; exit 9',
    );
    expect([entered.stdout, entered.status]).to.deep.equal(['/\n/root\n', 9]);
    expect(call('gc', uuid).status).to.equal(0);
    expect(call('run', uuid).status).to.equal(254);
    expect(call('stop', uuid).status).to.equal(0);
    expect((await app.outcome).signal).to.equal('SIGTERM');
  });
});

/** The script inside: the word behind `-c` of the last line, unquoted by a shell. */
function innerScript(script: string): string {
  const lines = script.split('\n');
  const line = lines.findIndex((text) => /^(?:PERL_BADLANG=0 )?exec \//.test(text));
  const rest = lines
    .slice(line)
    .join('\n')
    .replace(/^(?:PERL_BADLANG=0 )?exec /, "printf '%s\\0' ");
  const words = spawnSync('sh', ['-c', rest], { encoding: 'utf8' }).stdout.split('\0');
  return words.find((word) => word.startsWith('die() {')) ?? '';
}
