import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { makeRunDirectories, runDirectories } from '../../../src/embedded/pods/run-directories.ts';

describe('the directories of a pod that is prepared', () => {
  let pod: string;
  let umask: number;

  beforeEach(() => {
    pod = mkdtempSync(join(tmpdir(), 'rkt-streams-test-'));
    umask = process.umask(0o077);
  });
  afterEach(() => {
    process.umask(umask);
    rmSync(pod, { recursive: true });
  });

  const modeOf = (path: string): string => (statSync(join(pod, path)).mode & 0o7777).toString(8);

  /** The root of an image, whose mode is not that of any other directory. */
  function image(path: string): string {
    mkdirSync(join(pod, path), { recursive: true });
    chmodSync(join(pod, path), 0o1711);
    mkdirSync(join(pod, path, 'proc'), { mode: 0o700 });
    symlinkSync('/nowhere', join(pod, path, 'tmp'));
    return join(pod, path);
  }

  it('are layers with the mode of the root, and what the image lacks in them, whatever the umask is', () => {
    const lower = image('lower');
    const directories = runDirectories('app', 's1', 'tree');
    makeRunDirectories(pod, { directories, lower, flavor: 'fly' });
    const { upper = '', work = '' } = directories.layers ?? {};
    expect(upper).to.equal('overlay/tree/upper/app');
    expect([modeOf(upper), modeOf(`${upper}/dev`), modeOf(`${upper}/sys`)]).to.deep.equal([
      '1711',
      '755',
      '755',
    ]);
    expect(['proc', 'tmp'].filter((name) => existsSync(join(pod, upper, name)))).to.deep.equal([]);
    expect(modeOf(work)).to.equal('750');
    expect(modeOf('stage1/rootfs/opt/stage2/app/rootfs')).to.equal('755');
  });

  it('leave a root that is a copy of the image as it is', () => {
    const directories = runDirectories('app', 's1', undefined);
    const lower = image(directories.root);
    makeRunDirectories(pod, { directories, lower, flavor: 'fly' });
    expect([modeOf(directories.root), modeOf(`${directories.root}/proc`)]).to.deep.equal(['1711', '700']);
    expect(modeOf(`${directories.root}/dev`)).to.equal('755');
    expect(existsSync(join(pod, 'overlay'))).to.equal(false);
  });

  it('hold no mount points for an OCI runtime, which makes its own', () => {
    const lower = image('lower');
    makeRunDirectories(pod, { directories: runDirectories('app', 's1', 'tree'), lower, flavor: 'oci' });
    expect(existsSync(join(pod, 'overlay/tree/upper/app/dev'))).to.equal(false);
  });

  it('are not made for an image without a root', () => {
    const directories = runDirectories('app', 's1', undefined);
    makeRunDirectories(pod, { directories, lower: join(pod, directories.root), flavor: 'fly' });
    expect(existsSync(join(pod, 'stage1'))).to.equal(false);
  });
});
