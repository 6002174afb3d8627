import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { findStored, renderTree } from '../../src/embedded/store/image-store.ts';
import type { RktResult } from '../support/embedded-rkt.ts';
import { callRkt, temporaryDir, testContext } from '../support/embedded-rkt.ts';
import { buildImage } from '../support/images.ts';

const NAME = 'example.com/app';

describe('image verify', () => {
  let dir: ReturnType<typeof temporaryDir>;
  let data: string;
  const verify = (): Promise<RktResult> => callRkt([`--dir=${data}`, 'image', 'verify', NAME]);
  const render = () => renderTree(testContext(data), findStored(testContext(data), NAME));

  beforeEach(async () => {
    dir = temporaryDir();
    data = join(dir.path, 'data');
    const files = [{ path: 'bin/file', type: 'file' as const, content: 'content' }];
    const image = await buildImage(dir.path, { name: NAME, files, bare: true });
    await callRkt([`--dir=${data}`, '--insecure-options=image', 'fetch', image]);
  });
  afterEach(() => dir.remove());

  it('finds nothing wrong with a tree as it was rendered, nor without one', async () => {
    fs.rmSync(join(data, 'cas/tree'), { recursive: true });
    expect((await verify()).stdout).to.equal(`image "${NAME}" not rendered; no verification needed\n`);
    await render();
    const { exitCode, stdout, stderr } = await verify();
    expect([exitCode, stderr]).to.deep.equal([0, '']);
    expect(stdout).to.match(
      /^successfully verified checksum for image: "example.com\/app" \("sha512-\w{64}"\)\n$/,
    );
  });

  const changes: Readonly<Record<string, (file: string) => void>> = {
    content: (file) => fs.writeFileSync(file, 'CONTENT'),
    mode: (file) => fs.chmodSync(file, 0o4755),
    'a file more': (file) => fs.writeFileSync(`${file}2`, ''),
    'a file less': (file) => fs.unlinkSync(file),
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`rebuilds a tree that has changed: ${what}`, async () => {
      const { rootfsDir } = await render();
      change(join(rootfsDir, 'bin/file'));
      const { exitCode, stdout } = await verify();
      expect([exitCode, stdout]).to.deep.equal([
        0,
        `tree cache verification failed for image ${NAME}: the tree has changed;  rebuilding...\n`,
      ]);
      expect(fs.readdirSync(join(rootfsDir, 'bin'))).to.deep.equal(['file']);
      expect((await verify()).stdout).to.match(/^successfully verified/);
      expect(fs.readdirSync(join(data, 'cas/tmp'))).to.deep.equal([]);
    });
  }

  it('does not touch the tree of a pod', async () => {
    const { rootfsDir, treeStoreId } = await render();
    const info = join(data, 'pods/run/11111111-2222-3333-4444-555555555555/appsinfo/app');
    fs.mkdirSync(info, { recursive: true });
    fs.writeFileSync(join(info, 'treeStoreID'), treeStoreId);
    fs.writeFileSync(join(rootfsDir, 'bin/file'), 'changed');
    const { exitCode, stderr } = await verify();
    expect(exitCode).to.equal(254);
    expect(stderr).to.equal(
      `verify: unable to repair cache for image ${NAME}: pod 11111111-2222-3333-4444-555555555555 uses its tree\n`,
    );
    expect(fs.readFileSync(join(rootfsDir, 'bin/file'), 'utf8')).to.equal('changed');
  });

  it('does not build from an archive that has changed itself', async () => {
    const { rootfsDir } = await render();
    const { id } = findStored(testContext(data), NAME);
    fs.appendFileSync(join(data, 'cas/blob/sha512', id.slice(7, 9), id), Buffer.alloc(512));
    const { exitCode, stderr } = await verify();
    expect([exitCode, stderr]).to.deep.equal([
      254,
      `verify: the archive of ${id} in the store has changed: remove the image and fetch it again\n`,
    ]);
    expect(fs.existsSync(rootfsDir)).to.equal(true);
  });
});
