import { spawnSync } from 'node:child_process';

import { expect } from 'chai';

import { PodFixture } from '../../support/pod-fixture.ts';
import { requires } from '../../support/requirements.ts';

const SCRIPT =
  'while read -r _ _ device root target options rest; do echo "$device $root $target $options $rest"; done';

describe('the directories of the host in an app', function () {
  this.timeout(60_000);
  let made: PodFixture | undefined;
  let fixture: PodFixture;
  before(async function () {
    made = await PodFixture.create(this);
    fixture = made;
  });
  after(() => made?.remove());

  /** The mounts of an app whose launch script was changed, without what differs from pod to pod. */
  const mountsOf = async (change: (launch: string) => string): Promise<readonly string[]> => {
    const uuid = await fixture.prepare(`${SCRIPT} </proc/self/mountinfo`);
    const launch = await fixture.launchScript(uuid);
    const changed = change(launch);
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', changed], { encoding: 'utf8' });
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    const [own = '', ...mounts] = stdout.trim().split('\n');
    expect(own).to.contain(' / / ');
    return mounts.map((line) => line.replace(/^\d+:\d+ /, '').replace(/(?:shared|master):\d+ /g, ''));
  };
  const replacing =
    (from: string, to: string) =>
    (launch: string): string => {
      expect(launch).to.contain(from);
      return launch.replace(from, to);
    };

  it('are mounted alike in one process and by mount(8)', async function () {
    requires(this, 'perl');
    const together = await mountsOf((launch) => launch);
    const targets = together.map((line) => line.split(' ')[1]);
    for (const path of ['/dev', '/proc', '/sys', '/tmp'])
      expect(targets.filter((target) => target === path)).to.deep.equal([path]);
    expect(await mountsOf(replacing('$here, $type, 0 + $flags', '$here, $type, 1'))).to.deep.equal(together);
    // Not even the overlay, which is the first.
    expect(await mountsOf(replacing('my $done = 0;', 'my $done = 0; @mounts = ();'))).to.deep.equal(together);
    expect(await mountsOf(replacing('$done++;', '++$done < 2 or last;'))).to.deep.equal(together);
  });
});
