import { copyFileSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { PodFixture } from '../support/pod-fixture.ts';
import { seenByPodman } from '../support/podman.ts';
import { requires } from '../support/requirements.ts';

const SCRIPT = fileURLToPath(new URL('../../examples/what-can-i-see/what-can-i-see.sh', import.meta.url));

const factsOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => line.split('=', 2) as [string, string]),
  );

type Facts = Readonly<Record<string, string>>;

/** Facts by which one can see or do what the other cannot. */
function moreIn(facts: Facts, other: Facts): readonly string[] {
  return Object.entries(facts)
    .filter(([name, value]) => isMore(name, value, other[name] ?? ''))
    .map(([name, value]) => `${name}: ${value}, not ${other[name] ?? 'known'}`);
}

function isMore(name: string, value: string, than: string): boolean {
  if (name === 'user') return value !== than;
  if (name === 'capabilities' || name === 'bounding')
    return (BigInt(`0x${value}`) & ~BigInt(`0x${than}`)) !== 0n;
  if (name === 'no-new-privileges' || name === 'seccomp') return Number(value) < Number(than);
  if (name === 'block-devices') return Number(value) > Number(than);
  if (name === 'devices' || name === 'interfaces')
    return value.split(' ').some((one) => !than.split(' ').includes(one));
  const isHidden = name.startsWith('hidden ') || name === 'own-pid-namespace';
  return isHidden ? value === 'no' && than === 'yes' : value === 'yes' && than === 'no';
}

describe('examples/what-can-i-see', function () {
  this.timeout(60_000);
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
      ...['/proc/latency_stats', '/proc/timer_stats', '/sys/dev/block', '/sys/fs/selinux'],
      '/proc/kcore',
      '/proc/keys',
      '/proc/timer_list',
      '/proc/sched_debug',
      '/proc/scsi',
      '/proc/acpi',
    ];
    expect(await seenBy('oci')).to.deep.equal({
      ...{ user: '0:0', capabilities: '00000000800405fb', bounding: '00000000800405fb' },
      ...{ 'no-new-privileges': '1', seccomp: '2', 'own-pid-namespace': 'yes', interfaces: 'lo ' },
      ...{ 'block-devices': '0', 'open-memory': 'no', 'make-device': 'no', 'write-sysrq': 'no' },
      ...Object.fromEntries([...hidden, '/sys/firmware'].map((path) => [`hidden ${path}`, 'yes'])),
      devices: 'full null pts/ptmx random tty urandom zero ',
      ...{ 'write-sysctl': 'no', 'write-sys': 'no', 'write-irq': 'no', 'read-log': 'no' },
      ...{ 'new-namespace': 'no', 'new-user-namespace': 'yes', mount: 'no' },
    });
  });

  /** What a command sees that enters a pod of oci. */
  async function entered(): Promise<Facts> {
    const pod = await fixture.startOci('sleep 1000', ['--net=none']);
    const script = `sh -s <<'END'\n${readFileSync(SCRIPT, 'utf8')}\nEND`;
    return factsOf((await fixture.rkt(['enter', pod.uuid, '/bin/sh', '-c', script])).stdout);
  }

  it('shows the same to a command that enters the pod', async () => {
    expect(await entered()).to.deep.equal(await seenBy('oci'));
  });

  it('shows of oci nothing that podman hides, to an app and to a command', async function () {
    requires(this, 'podman');
    const rootfs = join(fixture.dir, 'rootfs');
    await fixture.rkt(['fetch', fixture.image]);
    const extracted = await fixture.rkt(['image', 'extract', '--rootfs-only', 'test.local/shell', rootfs]);
    expect(extracted.exitCode, extracted.stderr).to.equal(0);
    copyFileSync(SCRIPT, join(rootfs, 'seen.sh'));
    const podman = await seenByPodman(fixture.dir, rootfs);
    const ours = await seenBy('oci');
    const [run, exec] = [factsOf(podman.run), factsOf(podman.exec)];
    expect(Object.keys(run)).to.deep.equal(Object.keys(ours));
    expect({ run: moreIn(ours, run), exec: moreIn(await entered(), exec) }).to.deep.equal({
      run: [],
      exec: [],
    });
    // The comparison would find it.
    const fly = moreIn(await seenBy('fly'), run).join('\n');
    expect(fly).to.contain('capabilities').and.contain('own-pid-namespace: no').and.contain('seccomp: 0');
  });

  it('shows of fly that an app shares the machine', async () => {
    const seen = await seenBy('fly');
    expect(seen).to.include({ 'own-pid-namespace': 'no', 'no-new-privileges': '0', seccomp: '0' });
    expect(seen['capabilities']).to.not.equal('00000000800405fb');
  });

  it('can be executed', () => expect(statSync(SCRIPT).mode & 0o111).to.equal(0o111));
});
