import { spawnSync } from 'node:child_process';

import { expect } from 'chai';

import { machineChecks, type MachineCheck } from '../../../src/embedded/machine/machine-checks.ts';
import { machineReport, reportText } from '../../../src/embedded/machine/machine-report.ts';
import { callRkt } from '../../support/embedded-rkt.ts';
import { requires } from '../../support/requirements.ts';

const check = (
  name: string,
  neededFor: MachineCheck['neededFor'],
  more: Partial<MachineCheck> = {},
): MachineCheck => ({
  ...{ name, neededFor, works: true },
  ...more,
});

describe('what a machine can do', () => {
  const flock = check('flock', 'fly', { value: '2.38' });
  const crun = check('OCI runtime', 'oci', { value: 'crun 1.8.1' });
  const noCrun = check('OCI runtime', 'oci', { works: false, remedy: 'install crun' });
  const noIptables = check('iptables', 'networks', { works: false, remedy: 'install iptables' });

  it('follows from what is missing', () => {
    const { stage1, networks } = machineReport([flock, crun, noIptables]);
    expect(stage1).to.deep.equal({ fly: { works: true }, oci: { works: true, version: 'crun 1.8.1' } });
    expect(networks).to.deep.equal({ works: false, reason: 'iptables: install iptables' });
    const without = machineReport([flock, noCrun]);
    expect(without.stage1.oci).to.deep.equal({ works: false, reason: 'OCI runtime: install crun' });
    expect(without.networks.works).to.equal(false);
    const noFlock = machineReport([check('flock', 'fly', { works: false, remedy: 'install util-linux' })]);
    expect(noFlock.stage1.fly.works).to.equal(false);
  });

  it('is printed with versions and remedies', () => {
    const lines = reportText(machineReport([flock, noCrun])).split('\n');
    expect(lines[0]).to.match(/^ok +flock +2\.38$/);
    expect(lines[1]).to.match(/^FAIL +OCI runtime +install crun \(for oci\)$/);
    expect(lines).to.include('FAIL  stage1 oci                OCI runtime: install crun');
  });

  it('names a tool that is nowhere, and finds those of this machine', function () {
    requires(this, 'crun', 'catatonit');
    const found = machineChecks(process.env);
    const version = /^crun version (\S+)/.exec(
      spawnSync('crun', ['--version'], { encoding: 'utf8' }).stdout,
    )?.[1];
    expect(found.find(({ name }) => name === 'crun')).to.include({ works: true, value: version });
    expect(found.find(({ name }) => name === 'flock')?.value).to.match(/^\d+\.\d+/);
    expect(found.filter(({ works, remedy }) => !works && remedy === undefined)).to.deep.equal([]);
  });

  it('is the output of the command doctor, also as JSON', async function () {
    requires(this, 'root');
    const plain = await callRkt(['doctor'], { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
    expect(plain.exitCode).to.equal(0);
    expect(plain.stdout).to.match(/^ok {4}stage1 fly$/m);
    const { stdout } = await callRkt(['doctor', '--format=json'], { env: {} });
    expect(JSON.parse(stdout)).to.have.nested.property('stage1.fly.works', true);
  });
});
