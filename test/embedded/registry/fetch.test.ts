import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import type { RktResult } from '../../support/embedded-rkt.ts';
import { callRkt, temporaryDir } from '../../support/embedded-rkt.ts';
import { TestRegistry } from '../../support/registry.ts';
import { until } from '../../support/until.ts';

describe('docker images of a registry', () => {
  let registry: TestRegistry;
  let sandbox: { readonly path: string; readonly remove: () => void };
  before(async () => (registry = await new TestRegistry().listen()));
  after(() => registry.close());
  beforeEach(async () => {
    registry.reset();
    sandbox = temporaryDir();
    await registry.put('team/app', {
      layers: [{ 'bin/hello': 'old', 'etc/keep': 'kept' }, { 'bin/hello': 'new' }],
      config: { Entrypoint: ['/bin/hello'], Cmd: ['world'], Env: ['A=b'] },
      tag: '1.2',
    });
  });
  afterEach(() => sandbox.remove());

  const rkt = (...argv: readonly string[]): Promise<RktResult> =>
    callRkt([
      `--dir=${sandbox.path}`,
      `--local-config=${sandbox.path}/etc`,
      `--system-config=${sandbox.path}/usr`,
      ...argv,
    ]);
  const fetch = (...argv: readonly string[]): Promise<RktResult> =>
    rkt('--insecure-options=image', 'fetch', '--full', ...argv);
  const image = (): string => `docker://${registry.host}/team/app:1.2`;
  const blobs = (): number => registry.seen.filter(({ url }) => url.includes('/blobs/')).length;
  const left = (dir: string): readonly string[] =>
    existsSync(join(sandbox.path, 'cas', dir)) ? readdirSync(join(sandbox.path, 'cas', dir)) : [];

  it('become an ACI with the name, version and app that docker2aci gives', async () => {
    const { exitCode, stdout, stderr } = await fetch(image());
    expect([exitCode, stderr]).to.deep.equal([0, '']);
    expect(stdout).to.match(/^sha512-[0-9a-f]{64}\n$/);
    const name = `localhost_${registry.port}/team/app`;
    const { stdout: listed } = await rkt('image', 'list', '--no-legend', '--fields=name');
    expect(listed).to.equal(`${name}:1.2\n`);
    const { stdout: text } = await rkt('image', 'cat-manifest', name);
    const manifest = JSON.parse(text) as {
      app: { exec: unknown };
      annotations: { name: string; value: string }[];
    };
    expect(manifest.app.exec).to.deep.equal(['/bin/hello', 'world']);
    expect(manifest.annotations.map(({ name: key }) => key)).to.include('appc.io/docker/manifesthash');
    expect([left('tmp'), left('pull')]).to.deep.equal([[], []]);
  });

  it('are in the store under the hash of their bytes, readable as every other image', async () => {
    const { stdout } = await fetch(image());
    const id = stdout.trim();
    const blob = join(sandbox.path, 'cas/blob/sha512', id.slice(7, 9), id);
    const hash = createHash('sha512').update(readFileSync(blob)).digest('hex');
    expect(`sha512-${hash.slice(0, 64)}`).to.equal(id);
    expect(statSync(blob).mode & 0o777).to.equal(0o660);
  });

  it('are held to the limit of unpacked bytes as a whole', async () => {
    await registry.put('team/app', { layers: [{ a: Buffer.alloc(3000) }], tag: '1.2' });
    const call = callRkt(
      [`--dir=${sandbox.path}`, '--insecure-options=image', 'fetch', image()],
      // enough for the tar of the layer, not for the image with its manifest and the links of /dev
      { env: { RKT_STREAMS_IMAGE_LIMITS: 'unpackedBytes=7KiB' } },
    );
    expect((await call).stderr).to.include('the limit unpackedBytes is 7.0KiB');
    expect([left('tmp'), left('blob/sha512'), left('db/embedded')]).to.deep.equal([[], [], []]);
  });

  it('are not fetched without --insecure-options=image', async () => {
    const { exitCode, stderr } = await rkt('fetch', image());
    expect([exitCode, stderr]).to.deep.equal([
      254,
      'fetch: signature verification for docker images is not supported (try --insecure-options=image)\n',
    ]);
    expect(registry.seen).to.deep.equal([]);
  });

  it('are fetched as the pull policy says, and downloaded again only when they have changed', async () => {
    expect((await fetch('--pull-policy=never', image())).stderr).to.include('unable to fetch image from URL');
    expect(registry.seen).to.deep.equal([]);
    const first = await fetch(image());
    const downloaded = blobs();
    expect((await fetch('--pull-policy=new', image())).stdout).to.equal(first.stdout);
    expect((await fetch('--pull-policy=never', image())).stdout).to.equal(first.stdout);
    const asked = registry.seen.length;
    expect((await fetch('--pull-policy=update', image())).stdout).to.equal(first.stdout);
    expect([registry.seen.length > asked, blobs()]).to.deep.equal([true, downloaded]);
    await registry.put('team/app', { layers: [{ changed: 'yes' }], tag: '1.2' });
    expect((await fetch('--pull-policy=new', image())).stdout).to.equal(first.stdout);
    expect((await fetch('--pull-policy=update', image())).stdout).not.to.equal(first.stdout);
  });

  it('are fetched once by several commands at the same time', async () => {
    const results = await Promise.all([fetch(image()), fetch(image()), fetch(image())]);
    expect(results.map(({ exitCode }) => exitCode)).to.deep.equal([0, 0, 0]);
    expect(new Set(results.map(({ stdout }) => stdout)).size).to.equal(1);
    expect(blobs()).to.equal(3);
    expect(left('pull')).to.deep.equal([]);
  });

  it('keep what an interrupted fetch has downloaded, for a day', async () => {
    const { layerDigests } = await registry.put('team/app', { layers: [{ a: '1' }, { b: '2' }], tag: '1.2' });
    const [first = '', second = ''] = layerDigests;
    const arrived = (): boolean =>
      left('pull').some((dir) => left(join('pull', dir)).includes(first.replace(':', '-')));
    registry.intercepts.push((request, response) => {
      if (request.url?.endsWith(second) !== true) return false;
      void until('the first layer has arrived', arrived).then(() => {
        response.writeHead(403);
        response.end();
      });
      return true;
    });
    const failed = await fetch(image());
    expect([failed.exitCode, failed.stdout]).to.deep.equal([254, '']);
    const [pull = ''] = left('pull');
    expect(pull).to.match(/^[0-9a-f]{32}$/);
    registry.reset();
    writeFileSync(join(sandbox.path, 'cas/pull', pull, 'sha256-unknown.part'), 'x');
    expect((await fetch(image())).exitCode).to.equal(0);
    expect(registry.seen.some(({ url }) => url.endsWith(first))).to.equal(false);
    expect(left('pull')).to.deep.equal([]);

    const old = join(sandbox.path, 'cas/pull/old');
    mkdirSync(old, { recursive: true });
    const dayBefore = Date.now() / 1000 - 25 * 3600;
    utimesSync(old, dayBefore, dayBefore);
    mkdirSync(join(sandbox.path, 'cas/pull/young'));
    await rkt('image', 'list');
    expect(left('pull')).to.deep.equal(['young']);
  });

  it('are refused for a reference that is none, before anything is asked for', async () => {
    const { exitCode, stderr } = await fetch('docker://Not/Valid');
    expect(exitCode).to.equal(254);
    expect(stderr).to.include(
      'fetch: invalid docker image "docker://Not/Valid": "Valid" is no part of a name',
    );
    expect(registry.seen).to.deep.equal([]);
  });
});
