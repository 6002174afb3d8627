import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { PodFixture } from '../../support/pod-fixture.ts';
import { requires, skipFor } from '../../support/requirements.ts';
import { until } from '../../support/until.ts';

/** Runs where the unified hierarchy is the only one that is mounted; this machine may have others. */
const UNIFIED_ALONE = 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec sh dist/embedded/rkt.sh "$@"';

describe('the cgroup namespace of an app of the stage1 oci, with a unified hierarchy alone', () => {
  const name = `rkt-streams-test-namespace-${process.pid}`;
  const procs = `/sys/fs/cgroup/${name}/cgroup.procs`;
  let fixture: PodFixture;
  let cgroup = '';

  before(async function () {
    requires(this, 'crun', 'catatonit', 'cgroups');
    fixture = await PodFixture.create(this);
    const hierarchies = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];
    const hierarchy = hierarchies.find((dir) => existsSync(join(dir, 'cgroup.controllers')));
    if (hierarchy === undefined) skipFor(this, 'cgroups', 'needs a unified hierarchy');
    cgroup = join(hierarchy, name);
    mkdirSync(cgroup);
  });

  after(async () => {
    await fixture.remove();
    if (cgroup === '') return;
    await until('the cgroup is empty', () => readFileSync(join(cgroup, 'cgroup.procs'), 'utf8') === '');
    rmdirSync(cgroup);
  });

  const run = (...words: readonly string[]) => {
    const argv = fixture.args('run', '--stage1-name=oci', '--net=none', ...words);
    const unshare = ['--mount', '--propagation', 'private', 'sh', '-c', UNIFIED_ALONE, 'rkt', ...argv];
    const env = { ...process.env, RKT_STREAMS_CGROUP_PROCS: procs };
    const { status, stdout, stderr } = spawnSync('unshare', unshare, { encoding: 'utf8', env });
    return { status, stdout, stderr: stderr.replace(/^networking: .*\n/, '') };
  };
  const app = (script: string) => [fixture.image, '--exec=/bin/sh', '--', '-c', script];
  const SEEN = 'grep ^0: /proc/self/cgroup';

  it('has the cgroup of the task as its root', () => {
    expect(run(...app(SEEN))).to.deep.equal({ status: 0, stdout: '0::/\n', stderr: '' });
  });

  it('has it with users of its own', () => {
    const outcome = run('--no-overlay', '--private-users', ...app(SEEN));
    expect(outcome).to.deep.equal({ status: 0, stdout: '0::/\n', stderr: '' });
  });

  it('has it in a pod of several apps', () => {
    const second = [fixture.image, '--name=second', '--exec=/bin/sh', '--', '-c', SEEN];
    const outcome = run(...app(SEEN), '---', ...second);
    expect(outcome).to.deep.equal({ status: 0, stdout: '0::/\n0::/\n', stderr: '' });
  });

  it('fails where the cgroup cannot be entered', () => {
    rmdirSync(cgroup);
    try {
      const { status, stderr } = run(...app(SEEN));
      expect({ status, stderr }).to.deep.equal({
        status: 254,
        stderr: `run: cannot make the cgroup namespace of the app: writing to ${procs} failed\n`,
      });
    } finally {
      mkdirSync(cgroup);
    }
  });
});
