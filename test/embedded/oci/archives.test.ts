import { deepEqual, equal, match } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { archiveArgument } from '../../../src/embedded/oci/archive-argument.ts';
import type { RktResult } from '../../support/embedded-rkt.ts';
import { callRkt, temporaryDir } from '../../support/embedded-rkt.ts';
import type { MadeImage } from '../../support/oci-images.ts';
import { configText, tarOf, writeBlobs, writeLayout } from '../../support/oci-images.ts';
import { requires } from '../../support/requirements.ts';

function image(content: string): MadeImage {
  return { layers: [{ tar: tarOf([{ name: 'etc/name', content }]) }], run: { Cmd: ['/bin/app'] } };
}

describe('archives of images', () => {
  let dir: ReturnType<typeof temporaryDir>;
  beforeEach(() => (dir = temporaryDir()));
  afterEach(() => dir.remove());

  const rkt = (...argv: readonly string[]): Promise<RktResult> =>
    callRkt([`--dir=${dir.path}/data`, '--insecure-options=image', ...argv], { cwd: dir.path });

  /** Name and version of what an argument fetches. */
  async function fetched(argument: string): Promise<string> {
    const { stdout, stderr, exitCode } = await rkt('fetch', '--full', argument);
    equal(exitCode, 0, stderr);
    deepEqual(readdirSync(join(dir.path, 'data/cas/tmp')), []);
    const manifest = JSON.parse((await rkt('image', 'cat-manifest', stdout.trim())).stdout) as {
      name: string;
      labels: readonly { name: string; value: string }[];
    };
    const version = manifest.labels.find(({ name }) => name === 'version')?.value;
    return version === undefined ? manifest.name : `${manifest.name}:${version}`;
  }

  async function refused(argument: string): Promise<string> {
    const { stdout, stderr, exitCode } = await rkt('fetch', argument);
    deepEqual([exitCode, stdout], [254, ''], stderr);
    deepEqual(readdirSync(join(dir.path, 'data/cas/tmp')), []);
    return stderr;
  }

  /** As docker wrote them up to version 24: a layer that occurs twice is a link. */
  function dockerSave(file: string, tags: readonly string[] | null, made = image('x')): void {
    const [layer] = made.layers;
    const doubled = { ...made, layers: [...made.layers, ...made.layers] };
    const manifest = [{ Config: 'c.json', RepoTags: tags, Layers: ['1/layer.tar', '2/layer.tar'] }];
    const tar = tarOf([
      { name: 'c.json', content: configText(doubled) },
      { name: '1/layer.tar', content: layer?.tar ?? '' },
      { name: '2/layer.tar', flag: '2', link: '../1/layer.tar' },
      { name: 'manifest.json', content: JSON.stringify(manifest) },
    ]);
    writeFileSync(join(dir.path, file), tar);
  }

  it('of docker save are taken by path, and named as docker names them', async () => {
    dockerSave('redis.tar', ['redis:3.2']);
    equal(await fetched('./redis.tar'), 'registry-1.docker.io/library/redis:3.2');
    equal(await fetched(`file://${dir.path}/redis.tar`), 'registry-1.docker.io/library/redis:3.2');
    equal(await fetched('docker-archive:redis.tar'), 'registry-1.docker.io/library/redis:3.2');
    equal(await fetched('docker-archive:redis.tar:redis:3.2'), 'registry-1.docker.io/library/redis:3.2');
    match(await refused('docker-archive:redis.tar:redis'), /has no image "redis"; there are redis:3\.2/);
  });

  it('without a name are named by their file', async () => {
    dockerSave('My App.tar', null);
    equal(await fetched(`${dir.path}/My App.tar`), 'my-app');
  });

  it('that are compressed as a whole are taken, too', async () => {
    dockerSave('x.tar', ['example.com:5000/x/y:1']);
    execFileSync('gzip', [join(dir.path, 'x.tar')]);
    equal(await fetched('docker-archive:x.tar.gz'), 'example.com_5000/x/y:1');
  });

  it('of several images need a name', async () => {
    writeLayout(join(dir.path, 'layout'), { '1.0': image('one'), '2.0': image('two') });
    match(await refused('oci:layout'), /has not exactly one image; name one: there are 1\.0, 2\.0/);
    match(await refused('oci:layout:3.0'), /has no image "3\.0"; there are 1\.0, 2\.0/);
    equal(await fetched('oci:layout:2.0'), 'layout:2.0');
  });

  it('of an OCI layout are taken as a directory and as a tar', async () => {
    writeLayout(join(dir.path, 'app'), { 'example.com/team/app:7': image('x') });
    equal(await fetched('oci:app'), 'example.com/team/app:7');
    execFileSync('tar', ['-cf', join(dir.path, 'app.tar'), '-C', join(dir.path, 'app'), '.']);
    equal(await fetched('./app.tar'), 'example.com/team/app:7');
    equal(await fetched('oci:app.tar:example.com/team/app:7'), 'example.com/team/app:7');
    match(await refused('docker-archive:app.tar'), /it has no manifest\.json/);
  });

  it('that skopeo has written are taken', async function () {
    requires(this, 'skopeo');
    this.timeout(30_000);
    writeLayout(join(dir.path, 'layout'), { '1.0': image('x') });
    const copy = (target: string): Buffer =>
      execFileSync('skopeo', ['copy', '--insecure-policy', `oci:${dir.path}/layout:1.0`, target], {
        stdio: 'pipe',
      });
    copy(`docker-archive:${dir.path}/saved.tar:busybox:1.36`);
    copy(`oci-archive:${dir.path}/oci.tar:2`);
    equal(await fetched('./saved.tar'), 'registry-1.docker.io/library/busybox:1.36');
    equal(await fetched('./oci.tar'), 'oci:2');
  });

  it('that are damaged are refused', async () => {
    const layout = join(dir.path, 'layout');
    writeLayout(layout, { '1.0': image('x') });
    const { layers, manifestDigest = '' } = writeBlobs(layout, image('x'));
    writeFileSync(layers[0]?.file ?? '', 'other');
    match(await refused('oci:layout'), /another content: the archive is damaged/);
    writeFileSync(join(layout, 'blobs/sha256', manifestDigest.slice(7)), '{}');
    match(await refused('oci:layout'), /another content: the archive is damaged/);
  });

  it('that are none are refused', async () => {
    writeFileSync(join(dir.path, 'other.tar'), tarOf([{ name: 'x' }]));
    match(await refused('./other.tar'), /is no archive of images: it has no manifest\.json or index\.json/);
    match(await refused('oci:gone'), /gone: no such file or directory/);
    writeFileSync(join(dir.path, 'text.tar'), 'no tar at all'.repeat(100));
    match(await refused('./text.tar'), /invalid tar header/);
    mkdirSync(join(dir.path, 'empty'));
    match(await refused('oci:empty'), /it has no index\.json/);
  });

  it('need their signatures to be left unchecked, like docker images', async () => {
    dockerSave('redis.tar', ['redis:3.2']);
    const { stderr, exitCode } = await callRkt([`--dir=${dir.path}/data`, 'fetch', './redis.tar'], {
      cwd: dir.path,
    });
    equal(exitCode, 254);
    equal(
      stderr,
      'fetch: signature verification for docker images is not supported (try --insecure-options=image)\n',
    );
  });

  it('are distinguished from names of images', () => {
    const cwd = dir.path;
    writeFileSync(join(cwd, 'a:b.tar'), '');
    equal(archiveArgument({ cwd }, 'example.com/app.tar'), undefined);
    equal(archiveArgument({ cwd }, 'https://example.com/app.tar'), undefined);
    equal(archiveArgument({ cwd }, 'oci://x'), undefined);
    equal(archiveArgument({ cwd }, './x.aci'), undefined);
    deepEqual(archiveArgument({ cwd }, 'a:b.tar'), { path: join(cwd, 'a:b.tar') });
    deepEqual(archiveArgument({ cwd }, 'docker-archive:a:b.tar:r:1'), {
      kind: 'docker-archive',
      path: join(cwd, 'a:b.tar'),
      reference: 'r:1',
    });
  });
});
