import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { parseFlags } from '../../../src/embedded/command-line/args.ts';
import { preparationFlags } from '../../../src/embedded/pods/pod-flags.ts';
import { chooseStage1, stage1OfPod } from '../../../src/embedded/stage1/known-stage1.ts';
import { temporaryDir, testContext } from '../../support/embedded-rkt.ts';

const SPECS = preparationFlags({ portIp: '', podManifest: '', envFile: '' });

describe('the choice of a stage1', () => {
  const dir = temporaryDir();
  after(() => dir.remove());

  const chosen = (...argv: readonly string[]) =>
    chooseStage1(testContext(dir.path), parseFlags(SPECS, argv).flags).flavor;

  it('is fly where nothing is asked for', () => expect(chosen()).to.equal('fly'));

  for (const flag of [
    '--stage1-name=fly',
    '--stage1-name=coreos.com/rkt/stage1-fly:1.30.0',
    '--stage1-name=rkt-streams/stage1-embedded',
    '--stage1-from-dir=stage1-fly.aci',
    '--stage1-path=/usr/lib/rkt/stage1-images/stage1-fly.aci',
    '--stage1-url=https://example.com/stage1-fly.aci',
    '--stage1-hash=sha512-9dc6a7359259f1255a261fe0946830a1',
  ])
    it(`takes ${flag}`, () => expect(chosen(flag)).to.equal('fly'));

  for (const flag of [
    '--stage1-name=coreos.com/rkt/stage1-coreos:1.30.0',
    '--stage1-name=bogus',
    '--stage1-from-dir=stage1-kvm.aci',
    '--stage1-path=/opt/mine.aci',
  ])
    it(`refuses ${flag}, which would isolate otherwise than it says`, () => {
      expect(() => chosen(flag)).to.throw(/the embedded rkt has no stage1 ".*"; it has fly, oci/);
    });

  it('follows the configuration of rkt where no flag does', () => {
    const config = join(dir.path, 'etc/stage1.d');
    mkdirSync(config, { recursive: true });
    const entry = { rktVersion: 'v1', rktKind: 'stage1', name: 'coreos.com/rkt/stage1-coreos', version: '1' };
    writeFileSync(join(config, '10.json'), JSON.stringify({ ...entry, location: '' }));
    expect(() => chosen()).to.throw(/no stage1 "coreos.com\/rkt\/stage1-coreos"/);
    expect(chosen('--stage1-name=fly')).to.equal('fly');
  });

  it('is read from the pod afterwards, fly for one of another rkt', () => {
    const pod = { uuid: 'u', phase: 'prepared', dir: join(dir.path, 'pod') } as const;
    expect(stage1OfPod(pod).flavor).to.equal('fly');
    mkdirSync(join(pod.dir, 'stage1'), { recursive: true });
    writeFileSync(join(pod.dir, 'stage1/manifest'), '{"name":"rkt-streams/stage1-embedded"}');
    expect(stage1OfPod(pod).flavor).to.equal('fly');
  });
});
