import { chmodSync, existsSync, linkSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { openTar } from '../../src/embedded/aci/decompress.ts';
import { readManifestText, readTar } from '../../src/embedded/aci/read.ts';
import { createProgram } from '../../src/cli/program.ts';
import { isRktError } from '../../src/model/rkt-error.ts';
import { callRkt, temporaryDir } from '../support/embedded-rkt.ts';
import { parseLines, startCli, type CliResult } from '../support/cli-process.ts';

describe('rkt-streams image build', function () {
  this.timeout(120_000);
  const { path: dir, remove } = temporaryDir();
  after(remove);
  const build = (out: string, ...flags: readonly string[]): Promise<CliResult> =>
    startCli(['image', 'build', join(dir, out), ...flags]).ended;
  const shell = ['--name', 'example.com/shell', '--host-path', '/bin/sh', '--exec', '/bin/sh'];
  const members = async (out: string): Promise<readonly string[]> => {
    const names: string[] = [];
    for await (const { path } of readTar(openTar(join(dir, out)))) names.push(path.join('/'));
    return names;
  };

  it('prints the id that rkt gives the image', async () => {
    const { stdout, exitCode } = await build('shell.aci', ...shell);
    expect(exitCode).to.equal(0);
    expect(stdout).to.match(/^sha512-[0-9a-f]{64}\n$/);
    const store = join(dir, 'rkt');
    await callRkt([`--dir=${store}`, '--insecure-options=image', 'fetch', join(dir, 'shell.aci')]);
    const listed = await callRkt([`--dir=${store}`, 'image', 'list', '--full', '--no-legend']);
    expect(listed.stdout).to.include(stdout.trim());
  });

  it('gives the same input the same id, compressed or not', async () => {
    const ids = await Promise.all([
      build('one.aci', ...shell, '--compression', 'none'),
      build('two.aci', ...shell, '--compression', 'gzip'),
    ]);
    expect(ids[0].stdout).to.equal(ids[1].stdout);
  });

  it('writes what it was reported into the manifest', async () => {
    const flags = ['--name', 'example.com/web:1.2', '--host-path', '/bin/sh', '--exec', '/bin/sh'];
    const app = ['--arg', '-c', '--arg', 'exit 0', '-e', 'A=b=c', '--port', 'http:tcp:80', '--user', '7'];
    const more = [
      '--mount',
      'data:/data',
      '--mount',
      'conf:/conf:ro',
      '--group',
      '8',
      '--working-dir',
      '/srv',
    ];
    const labels = ['--label', 'os=linux', '--label', 'channel=test', '--annotation', 'authors=Somebody'];
    const { exitCode } = await build('web.aci', ...flags, ...app, ...more, ...labels);
    expect(exitCode).to.equal(0);
    const manifest = JSON.parse(await readManifestText(openTar(join(dir, 'web.aci')))) as {
      labels: readonly { name: string; value: string }[];
    };
    expect(manifest).to.deep.include({
      name: 'example.com/web',
      app: {
        exec: ['/bin/sh', '-c', 'exit 0'],
        user: '7',
        group: '8',
        workingDirectory: '/srv',
        environment: [{ name: 'A', value: 'b=c' }],
        mountPoints: [
          { name: 'data', path: '/data' },
          { name: 'conf', path: '/conf', readOnly: true },
        ],
        ports: [{ name: 'http', protocol: 'tcp', port: 80, count: 1, socketActivated: false }],
      },
      annotations: [{ name: 'authors', value: 'Somebody' }],
    });
    const named = Object.fromEntries(manifest.labels.map(({ name, value }) => [name, value]));
    expect(named).to.deep.include({ version: '1.2', os: 'linux', channel: 'test' });
  });

  it('takes a program with its shared libraries and its links', async () => {
    await build('libraries.aci', ...shell);
    const names = await members('libraries.aci');
    expect(names.some((name) => /^rootfs\/.*\bsh$/.test(name))).to.equal(true);
    expect(names.some((name) => /^rootfs\/.*libc\./.test(name))).to.equal(true);
    expect(names).to.include.members(['rootfs/dev', 'rootfs/proc', 'rootfs/tmp']);
  });

  it('takes a directory with all that is in it, and a rootfs as it is', async () => {
    const root = join(dir, 'root');
    mkdirSync(join(root, 'bin'), { recursive: true });
    writeFileSync(join(root, 'bin', 'app'), '#!/bin/sh\n');
    chmodSync(join(root, 'bin', 'app'), 0o755);
    linkSync(join(root, 'bin', 'app'), join(root, 'bin', 'same'));
    symlinkSync('app', join(root, 'bin', 'other'));
    const data = join(dir, 'data');
    mkdirSync(data);
    writeFileSync(join(data, 'file'), 'x');
    const flags = [
      '--name',
      'example.com/root',
      '--rootfs',
      root,
      '--host-path',
      data,
      '--exec',
      '/bin/other',
    ];
    const { exitCode, stdout } = await build('root.aci', ...flags, '--json');
    expect(exitCode).to.equal(0);
    expect(parseLines(stdout)[0]).to.include({ name: 'example.com/root', path: join(dir, 'root.aci') });
    expect(await members('root.aci')).to.include.members([
      'rootfs/bin/app',
      'rootfs/bin/same',
      'rootfs/bin/other',
      `rootfs${data}/file`,
    ]);
  });

  const refused: readonly (readonly [string, readonly string[], string])[] = [
    ['a name in capitals', ['--name', 'Bad', ...shell.slice(2)], 'RKT_ERR_IMAGE_BUILD'],
    ['a missing file', [...shell, '--host-path', '/no/such'], 'RKT_ERR_IMAGE_BUILD'],
    ['a missing rootfs', [...shell, '--rootfs', '/no/such'], 'RKT_ERR_IMAGE_BUILD'],
    ['a program that is not in the image', [...shell, '--exec', '/bin/other'], 'RKT_ERR_IMAGE_BUILD'],
    ['a program that is a directory', [...shell, '--exec', '/tmp'], 'RKT_ERR_IMAGE_BUILD'],
    ['a program without a path', [...shell, '--exec', 'sh'], 'RKT_ERR_IMAGE_BUILD'],
    ['a port that no machine has', [...shell, '--port', 'http:tcp:70000'], 'RKT_ERR_IMAGE_BUILD'],
    ['a port name with a dot', [...shell, '--port', 'a.b:tcp:1'], 'RKT_ERR_IMAGE_BUILD'],
    ['two mounts of one name', [...shell, '--mount', 'a:/a', '--mount', 'a:/b'], 'RKT_ERR_IMAGE_BUILD'],
    ['a variable that is no name', [...shell, '-e', '1=2'], 'RKT_ERR_IMAGE_BUILD'],
    ['a relative working directory', [...shell, '--working-dir', 'srv'], 'RKT_ERR_IMAGE_BUILD'],
    ['an unknown processor', [...shell, '--label', 'arch=abacus'], 'RKT_ERR_IMAGE_BUILD'],
    ['a port without protocol', [...shell, '--port', 'http:80'], 'RKT_ERR_OPTIONS'],
    ['a mount without path', [...shell, '--mount', 'data'], 'RKT_ERR_OPTIONS'],
    ['a variable without value', [...shell, '-e', 'A'], 'RKT_ERR_OPTIONS'],
    ['an unknown compression', [...shell, '--compression', 'zip'], 'RKT_ERR_OPTIONS'],
    ['nothing to put in', ['--name', 'a', '--exec', '/bin/sh'], 'RKT_ERR_OPTIONS'],
  ];
  for (const [what, flags, code] of refused) {
    it(`refuses ${what} and writes nothing`, async () => {
      const argv = ['image', 'build', join(dir, 'refused', 'no.aci'), ...flags];
      const program = await createProgram(argv);
      const error = await program.parseAsync(argv, { from: 'user' }).catch((reason: unknown) => reason);
      expect(isRktError(error) && error.code).to.equal(code);
      expect(existsSync(join(dir, 'refused'))).to.equal(false);
    });
  }

  it('exits with 2 for a wrong command line and with 1 for an image that cannot be', async () => {
    const results = [build('no.aci'), build('no.aci', '--json', ...shell, '--name', 'Bad')];
    const [usage, failure] = await Promise.all(results);
    expect(usage?.exitCode).to.equal(2);
    expect(failure?.exitCode).to.equal(1);
    expect(parseLines(failure?.stderr ?? '')[0]).to.have.nested.property('error.code', 'RKT_ERR_IMAGE_BUILD');
  });

  it('leaves nothing beside a place that cannot be written', async () => {
    mkdirSync(join(dir, 'place', 'taken.aci', 'full'), { recursive: true });
    const { exitCode, stderr } = await build('place/taken.aci', ...shell);
    expect(exitCode).to.equal(1);
    expect(stderr).to.include('RKT_ERR_IMAGE_BUILD');
    expect(readdirSync(join(dir, 'place'))).to.deep.equal(['taken.aci']);
  });
});
