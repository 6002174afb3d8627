import { copyFileSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { PodFixture } from '../support/pod-fixture.ts';
import { requires } from '../support/requirements.ts';

const SCRIPT = fileURLToPath(new URL('../../examples/what-can-i-see/what-can-i-see.sh', import.meta.url));

const factsOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => line.split('=', 2) as [string, string]),
  );

describe('examples/what-can-i-see', () => {
  let fixture: PodFixture;
  let volume: string;

  before(async function () {
    requires(this, 'crun', 'catatonit', 'busybox');
    fixture = await PodFixture.create(this);
    const dir = join(fixture.dir, 'seen');
    mkdirSync(dir);
    copyFileSync(SCRIPT, join(dir, 'seen.sh'));
    volume = `--volume=seen,kind=host,source=${dir},readOnly=true`;
  });

  after(() => fixture.remove());

  const MOUNT = '--mount=volume=seen,target=/seen';
  const seenBy = async (stage1: string): Promise<Readonly<Record<string, string>>> => {
    const pod = ['run', `--stage1-name=${stage1}`, '--net=none', volume];
    const { stdout } = await fixture.rkt([
      ...pod,
      fixture.image,
      MOUNT,
      '--exec=/bin/sh',
      '--',
      '/seen/seen.sh',
    ]);
    return factsOf(stdout);
  };

  it('shows of oci what engines of containers show by default, and nothing more', async () => {
    const hidden = [
      '/proc/kcore',
      '/proc/keys',
      '/proc/timer_list',
      '/proc/sched_debug',
      '/proc/scsi',
      '/proc/acpi',
    ];
    expect(await seenBy('oci')).to.deep.equal({
      ...{ user: '0:0', capabilities: '00000000a00425fb', bounding: '00000000a00425fb' },
      ...{ 'no-new-privileges': '1', seccomp: '2', 'own-pid-namespace': 'yes', interfaces: 'lo ' },
      ...{ 'block-devices': '0', 'open-memory': 'no', 'make-device': 'no', 'write-sysrq': 'no' },
      ...Object.fromEntries([...hidden, '/sys/firmware'].map((path) => [`hidden ${path}`, 'yes'])),
      ...{ 'write-sysctl': 'no', 'write-sys': 'no', mount: 'no' },
    });
  });

  it('shows the same to a command that enters the pod', async () => {
    const pod = await fixture.startOci('sleep 1000', ['--net=none']);
    const script = `sh -s <<'END'\n${readFileSync(SCRIPT, 'utf8')}\nEND`;
    const { stdout } = await fixture.rkt(['enter', pod.uuid, '/bin/sh', '-c', script]);
    expect(factsOf(stdout)).to.deep.equal(await seenBy('oci'));
  });

  it('shows of fly that an app shares the machine', async () => {
    const seen = await seenBy('fly');
    expect(seen).to.include({ 'own-pid-namespace': 'no', 'no-new-privileges': '0', seccomp: '0' });
    expect(seen['capabilities']).to.not.equal('00000000a00425fb');
  });

  it('can be executed', () => expect(statSync(SCRIPT).mode & 0o111).to.equal(0o111));
});
