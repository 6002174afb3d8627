import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { callRkt } from '../../support/embedded-rkt.ts';
import { ImageSandbox } from '../../support/image-sandbox.ts';
import { TestRegistry } from '../../support/registry.ts';

describe('rkt-streams image build --from', function () {
  this.timeout(120_000);
  let registry: TestRegistry;
  let sandbox: ImageSandbox;
  before(async () => {
    registry = await new TestRegistry().listen();
    await registry.put('team/app', {
      layers: [{ 'bin/app': 'base', 'etc/conf': 'base', 'etc/kept': 'base' }],
      config: {
        Entrypoint: ['/bin/app'],
        Cmd: ['serve'],
        Env: ['A=1', 'B=2'],
        ExposedPorts: { '80/tcp': {} },
        User: '7',
      },
      tag: '1',
    });
    sandbox = new ImageSandbox();
    mkdirSync(join(sandbox.path, 'root/etc'), { recursive: true });
    writeFileSync(join(sandbox.path, 'root/etc/conf'), 'own');
  });
  after(async () => {
    sandbox.remove();
    await registry.close();
  });

  const from = (): string => `docker://${registry.host}/team/app:1`;
  const build = (...flags: readonly string[]) =>
    sandbox.run([
      'build',
      'out.aci',
      '--name',
      'example.com/own:2',
      '--from',
      from(),
      '--rootfs',
      'root',
      ...flags,
    ]);
  const rkt = (...args: readonly string[]) =>
    callRkt([`--dir=${sandbox.store}`, '--insecure-options=image', ...args], { cwd: sandbox.path });

  it('puts files on top of an image of a registry, whose app it keeps', async () => {
    const { exitCode, stdout, stderr } = await build('-e', 'B=3', '--port', 'more:udp:53');
    expect(exitCode, stderr).to.equal(0);
    expect((await rkt('fetch', '--full', './out.aci')).stdout).to.equal(stdout);
    expect((await rkt('image', 'render', 'example.com/own', 'rendered')).exitCode).to.equal(0);
    const read = (path: string): string => readFileSync(join(sandbox.path, 'rendered/rootfs', path), 'utf8');
    expect(['etc/conf', 'etc/kept', 'bin/app'].map(read)).to.deep.equal(['own', 'base', 'base']);
    const manifest = JSON.parse((await rkt('image', 'cat-manifest', 'example.com/own')).stdout) as {
      labels: { name: string; value: string }[];
      app: Record<string, unknown> & { ports: { name: string }[] };
      annotations: { name: string; value: string }[];
    };
    expect(manifest.labels).to.deep.include({ name: 'version', value: '2' });
    expect(manifest.app).to.deep.include({
      exec: ['/bin/app', 'serve'],
      user: '7',
      environment: [
        { name: 'A', value: '1' },
        { name: 'B', value: '3' },
      ],
    });
    expect(manifest.app.ports.map(({ name }) => name)).to.have.members(['80-tcp', 'more']);
    expect(manifest.annotations).to.deep.include({ name: 'appc.io/docker/cmd', value: '["serve"]' });
  });

  it('takes an image that the store has without asking for it again, and another program of it', async () => {
    registry.seen.length = 0;
    const { exitCode, stderr, stdout } = await build('--exec', '/bin/other', '--arg', 'x', '--user', '8');
    expect([exitCode, registry.seen], stderr).to.deep.equal([0, []]);
    await rkt('fetch', './out.aci');
    const text = (await rkt('image', 'cat-manifest', stdout.trim())).stdout;
    expect(JSON.parse(text)).to.deep.nested.include({ 'app.exec': ['/bin/other', 'x'], 'app.user': '8' });
    expect(text).to.not.include('docker/cmd');
  });

  it('refuses what is not enough, and a base that cannot be had; nothing is written', async () => {
    const noProgram = await sandbox.run(['build', 'x.aci', '--name', 'example.com/x', '--rootfs', 'root']);
    expect([noProgram.exitCode, /needs --exec, unless --from/.test(noProgram.stderr)]).to.deep.equal([
      2,
      true,
    ]);
    const flags = ['--name', 'example.com/x', '--from', `docker://${registry.host}/none`];
    const noBase = await sandbox.run(['build', 'x.aci', ...flags]);
    expect([noBase.exitCode, /RKT_ERR_IMAGE: rkt cannot fetch/.test(noBase.stderr)]).to.deep.equal([1, true]);
  });
});
