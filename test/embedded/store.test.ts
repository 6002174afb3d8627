import * as fs from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { copyTree, findImage, findImageById, renderTree } from '../../src/embedded/store/image-store.ts';
import type { RktResult } from '../support/embedded-rkt.ts';
import { callRkt, temporaryDir, testContext } from '../support/embedded-rkt.ts';
import { buildImage } from '../support/images.ts';

describe('the image store', () => {
  let dir: ReturnType<typeof temporaryDir>;
  beforeEach(() => (dir = temporaryDir()));
  afterEach(() => dir.remove());

  const rkt = (...argv: readonly string[]): Promise<RktResult> =>
    callRkt([`--dir=${join(dir.path, 'data')}`, '--insecure-options=image', ...argv], { cwd: dir.path });

  /** A small image whose only file reports its version. */
  async function image(version: string, manifest: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const files = [{ path: 'version', type: 'file' as const, content: version }];
    return buildImage(dir.path, { name: 'example.com/app', version, files, bare: true, manifest });
  }

  async function fetched(version: string): Promise<string> {
    const { stdout } = await rkt('fetch', '--full', await image(version));
    return stdout.trim();
  }

  it('names images by the hash of their tar, however they are compressed', async () => {
    const spec = {
      name: 'example.com/same',
      bare: true,
      files: [{ path: 'f', type: 'file' as const, content: 'x' }],
    };
    const ids = [];
    for (const compression of ['none', 'gzip'] as const) {
      const path = await buildImage(join(dir.path, compression), { ...spec, compression });
      ids.push((await rkt('fetch', path)).stdout);
    }
    expect(ids[0]).to.match(/^sha512-[0-9a-f]{32}\n$/);
    expect(ids[1]).to.equal(ids[0]);
    expect((await rkt('image', 'list', '--no-legend')).stdout.trim().split('\n')).to.have.length(1);
  });

  it('finds by prefix of the id, by name, by version and by label', async () => {
    const one = await fetched('1.0');
    const two = await fetched('2.0');
    const ctx = testContext(join(dir.path, 'data'));
    const find = async (text: string) => (await findImage(ctx, text, { pullPolicy: 'new' })).id;
    expect(await find(one.slice(0, 20))).to.equal(one);
    expect(await find(`${one}${'0'.repeat(64)}`)).to.equal(one);
    expect(await find('example.com/app:1.0')).to.equal(one);
    expect(await find('example.com/app,version=1.0,os=linux')).to.equal(one);
    expect(await find('example.com/app')).to.equal(two);
    expect((await findImageById(ctx, two.slice(0, 15))).manifest.name).to.equal('example.com/app');
  });

  it('prefers the most recent import', async () => {
    const one = await fetched('1.0');
    await fetched('2.0');
    await fetched('1.0');
    const ctx = testContext(join(dir.path, 'data'));
    expect((await findImage(ctx, 'example.com/app', { pullPolicy: 'never' })).id).to.equal(one);
  });

  it('takes a relative argument for a path when it is there or looks like one', async () => {
    const path = await image('1.0');
    expect((await rkt('fetch', 'app.aci')).exitCode).to.equal(0);
    expect((await rkt('fetch', `file://${path}`)).exitCode).to.equal(0);
    expect((await rkt('fetch', './none.aci')).stderr).to.equal(
      `fetch: open ${join(dir.path, 'none.aci')}: no such file or directory\n`,
    );
  });

  it('renders an image once, and completely or not at all', async () => {
    await fetched('1.0');
    const ctx = testContext(join(dir.path, 'data'));
    const stored = await findImage(ctx, 'example.com/app', { pullPolicy: 'never' });
    const trees = await Promise.all([
      renderTree(ctx, stored),
      renderTree(ctx, stored),
      renderTree(ctx, stored),
    ]);
    expect(new Set(trees.map(({ treeStoreId }) => treeStoreId)).size).to.equal(1);
    expect(trees[0].treeStoreId).to.match(/^deps-sha512-[0-9a-f]{64}$/);
    expect(fs.readFileSync(join(trees[0].rootfsDir, 'version'), 'utf8')).to.equal('1.0');
    expect(fs.readdirSync(join(ctx.dir, 'cas/tmp'))).to.deep.equal([]);
  });

  it('renders several callers of a new image to the same tree', async () => {
    await fetched('1.0');
    const ctx = testContext(join(dir.path, 'data'));
    for (const tree of fs.readdirSync(join(ctx.dir, 'cas/tree'))) {
      fs.rmSync(join(ctx.dir, 'cas/tree', tree), { recursive: true });
    }
    const stored = await findImage(ctx, 'example.com/app', { pullPolicy: 'never' });
    const trees = await Promise.all(Array.from({ length: 4 }, () => renderTree(ctx, stored)));
    expect(new Set(trees.map(({ rootfsDir }) => rootfsDir)).size).to.equal(1);
    expect(fs.readdirSync(join(ctx.dir, 'cas/tree'))).to.have.length(1);
    expect(fs.readdirSync(join(ctx.dir, 'cas/tmp'))).to.deep.equal([]);
  });

  it('lays dependencies below an image and applies its whitelist', async () => {
    const files = ['base', 'shared'].map((path) => ({ path, type: 'file' as const, content: 'of the base' }));
    await rkt('fetch', await buildImage(dir.path, { name: 'example.com/base', bare: true, files }));
    const top = await buildImage(dir.path, {
      ...{ name: 'example.com/top', bare: true },
      files: ['shared', 'hidden'].map((path) => ({ path, type: 'file' as const, content: 'of the top' })),
      manifest: { dependencies: [{ imageName: 'example.com/base' }], pathWhitelist: ['/base', '/shared'] },
    });
    expect((await rkt('fetch', top)).stderr).to.equal('');
    const ctx = testContext(join(dir.path, 'data'));
    const dest = join(dir.path, 'copy');
    await copyTree(ctx, await findImage(ctx, 'example.com/top', { pullPolicy: 'never' }), dest);
    expect(fs.readdirSync(join(dest, 'rootfs')).sort()).to.deep.equal(['base', 'shared']);
    expect(fs.readFileSync(join(dest, 'rootfs/shared'), 'utf8')).to.equal('of the top');
    expect(JSON.parse(fs.readFileSync(join(dest, 'manifest'), 'utf8'))).to.include({
      name: 'example.com/top',
    });
  });

  it('says which dependency is missing', async () => {
    const { exitCode, stderr } = await rkt(
      'fetch',
      await image('1', { dependencies: [{ imageName: 'example.com/gone' }] }),
    );
    expect(exitCode).to.equal(254);
    expect(stderr).to.equal(
      'fetch: the dependency "example.com/gone" is not in the local store and cannot be fetched: discovery failed\n',
    );
    const never = await rkt('fetch', '--pull-policy=never', 'example.com/app');
    expect(never.stderr).to.contain('dependency "example.com/gone" is not in the local store');
    // The image itself is sound: it stays, and can be used when the dependency has come.
    expect((await rkt('image', 'list', '--no-legend')).stdout.trim().split('\n')).to.have.length(1);
    await rkt('fetch', await image('1', { name: 'example.com/gone' }));
    expect(await rkt('fetch', '--pull-policy=never', 'example.com/app')).to.include({
      stderr: '',
      exitCode: 0,
    });
  });

  it('forgets removed images', async () => {
    const id = await fetched('1.0');
    const { stdout, stderr } = await rkt('image', 'rm', 'example.com/app:1.0');
    expect(stdout).to.equal(`successfully removed aci for image: "${id}"\n`);
    expect(stderr).to.equal('rm: 1 image(s) successfully removed\n');
    expect((await rkt('image', 'list', '--format=json')).stdout).to.equal('null\n');
  });

  it('lists times in nanoseconds and sorts as it is reported', async () => {
    await fetched('1.0');
    await fetched('2.0');
    const list = await rkt('image', 'list', '--sort=name', '--order=desc', '--fields=name', '--no-legend');
    expect(list.stdout).to.equal('example.com/app:2.0\nexample.com/app:1.0\n');
    const { stdout } = await rkt('image', 'list', '--format=json');
    expect(stdout).to.match(/"import_time":\d{19},"last_used_time":\d{19},"size":\d+}/);
    expect(JSON.parse(stdout)).to.have.length(2);
  });

  describe('with a web server', () => {
    const hits: string[] = [];
    let url: string;
    const server = createServer((request, response) => {
      hits.push(request.url ?? '');
      if (request.url === '/moved.aci') response.writeHead(302, { location: '/app.aci' }).end();
      else if (request.url === '/out.aci') response.writeHead(302, { location: 'file:///etc/passwd' }).end();
      else if (request.url === '/app.aci') fs.createReadStream(join(dir.path, 'app.aci')).pipe(response);
      else response.writeHead(404).end();
    });
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
    beforeEach(() => hits.splice(0));

    it('downloads images, following redirects, and keeps none of the download', async () => {
      await image('1.0');
      expect((await rkt('fetch', `${url}/moved.aci`)).exitCode).to.equal(0);
      expect(hits).to.deep.equal(['/moved.aci', '/app.aci']);
      expect(fs.readdirSync(join(dir.path, 'data/cas/tmp'))).to.deep.equal([]);
    });

    it('downloads an image again only when reported to', async () => {
      await image('1.0');
      const ctx = testContext(join(dir.path, 'data'));
      for (const pullPolicy of ['new', 'new', 'never', 'update'])
        await findImage(ctx, `${url}/app.aci`, { pullPolicy });
      expect(hits).to.have.length(2);
    });

    it('fails on bad answers and on redirects to other places', async () => {
      expect((await rkt('fetch', `${url}/none.aci`)).stderr).to.equal('fetch: bad HTTP status code: 404\n');
      expect((await rkt('fetch', `${url}/out.aci`)).stderr).to.contain(
        'refused a redirect to file:///etc/passwd',
      );
      expect((await rkt('fetch', `${url}/app.tar`)).stderr).to.contain('invalid image string');
    });

    it('wants the signature first', async () => {
      await image('1.0');
      const { exitCode } = await callRkt([`--dir=${join(dir.path, 'data')}`, 'fetch', `${url}/app.aci`]);
      expect(exitCode).to.equal(254);
      expect(hits).to.deep.equal(['/app.aci.asc']);
    });
  });
});
