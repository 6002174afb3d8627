import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import type { Volume } from '../../src/ops/arguments/volume-arguments.ts';
import { openVolumes } from '../../src/ops/checked-volumes.ts';
import { expectRktRejection } from '../support/errors.ts';

describe('openVolumes', () => {
  let root: string;
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'rkt-streams-test-')));
    await mkdir(join(root, 'a/b'), { recursive: true });
    await writeFile(join(root, 'a/file'), '');
  });
  afterEach(() => rm(root, { recursive: true }));

  const volume = (path: string): Volume => ({
    name: 'v',
    source: join(root, path),
    root,
    target: '/v',
    readOnly: false,
  });
  const descriptors = (): number => readdirSync('/proc/self/fd').length;

  it('has the identity of directories, files and sockets, and lets go of them', async () => {
    const before = descriptors();
    const server = createServer().listen(join(root, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const paths = ['a/b', 'a/file', 'socket', '.'];
    const opened = await openVolumes(paths.map(volume));
    for (const [i, path] of paths.entries()) {
      const { dev, ino } = await stat(join(root, path), { bigint: true });
      expect(opened.volumes[i]).to.include({ identity: `${dev}:${ino}`, isDirectory: i === 0 || i === 3 });
    }
    await opened.close();
    await new Promise((resolve) => server.close(resolve));
    expect(descriptors()).to.be.at.most(before);
  });

  it('leaves alone what the operator answers for', async () => {
    const { root: _, ...trusted } = volume('a/b');
    expect((await openVolumes([trusted])).volumes).to.deep.equal([]);
  });

  for (const place of ['a', 'a/b']) {
    it(`refuses a symbolic link at ${place}, even to the same directory`, async () => {
      await rename(join(root, place), join(root, 'aside'));
      await symlink(join(root, 'aside'), join(root, place));
      const before = descriptors();
      const error = await expectRktRejection(
        openVolumes([volume('.'), volume('a/b')]),
        'RKT_ERR_VOLUME_ESCAPE',
      );
      expect(error.message).to.include(join(root, 'a/b')).and.include('replaced');
      expect(descriptors()).to.equal(before);
    });
  }

  it('names what does not exist', async () => {
    const error = await expectRktRejection(openVolumes([volume('a/none/x')]), 'RKT_ERR_LAUNCH');
    expect(error.what).to.equal(`the volume ${join(root, 'a/none/x')} does not exist`);
  });
});
