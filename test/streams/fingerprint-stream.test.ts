import { expect } from 'chai';
import { asyncScheduler, delay } from 'rxjs';

import { RktError } from '../../src/model/rkt-error.ts';
import type { Fingerprint } from '../../src/model/fingerprint.ts';
import { silentLogger, type Logger } from '../../src/model/logger.ts';
import type { RktRunner } from '../../src/rkt/command-runner.ts';
import type { RktOutput } from '../../src/rkt/command-options.ts';
import { createStage1Attributes } from '../../src/streams/stage1-attributes.ts';
import { fingerprint, takeFingerprint, type FingerprintDeps } from '../../src/streams/fingerprint-stream.ts';
import { marbles } from '../support/marbles.ts';
import { recordedCommands } from '../support/recordings.ts';

const version = (rkt: string): string => `rkt Version: ${rkt}\nappc Version: 0.8.11\n`;
const failure = new RktError('RKT_ERR_RKT_FAILED', 'rkt version exited with 254 after 12 ms: broken');

function aRunner(runtime: 'rkt' | 'embedded', answer: string | Error, namespaces = true): RktRunner {
  const output = (stdout: string): RktOutput => ({
    stdout,
    stderr: '',
    exitCode: 0,
    durationMs: 1,
    command: ['rkt'],
  });
  return {
    binary: { command: ['rkt'], runtime },
    ...{ globalArgs: [], queueLength: 0, stats: { calls: 0, failures: 0, totalMs: 0 } },
    launchScript: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
    spawn: () => Promise.reject(new Error('nothing is spawned here')),
    run: (_args, options) => {
      if (options?.wrap?.([])[0] === 'unshare')
        return namespaces ? Promise.resolve(output('')) : Promise.reject(failure);
      return typeof answer === 'string' ? Promise.resolve(output(answer)) : Promise.reject(answer);
    },
  };
}

function depsOf(runner: RktRunner | Error, more: Partial<FingerprintDeps> = {}): FingerprintDeps {
  return {
    runner: () => (runner instanceof Error ? Promise.reject(runner) : Promise.resolve(runner)),
    driverConfig: () => ({ volumes_enabled: true }),
    logger: silentLogger,
    scheduler: asyncScheduler,
    uid: 0,
    ...more,
  };
}

describe('takeFingerprint', () => {
  const real = aRunner('rkt', version('1.30.0+git171c416f'));

  it('is healthy with all attributes', async () => {
    const cgroups = (): Promise<{ version: 'v1' }> => Promise.resolve({ version: 'v1' });
    const { health, description, attributes } = await takeFingerprint(depsOf(real, { cgroups }));
    expect({ health, description }).to.deep.equal({ health: 'healthy', description: 'Healthy' });
    expect(attributes).to.deep.equal({
      ...{ 'driver.rkt': true, 'driver.rkt.version': '1.30.0', 'driver.rkt.appc.version': '0.8.11' },
      ...{ 'driver.rkt.runtime': 'real', 'driver.rkt.cgroup.version': 'v1' },
      'driver.rkt.volumes.enabled': true,
    });
  });

  it('says of volumes only that they are enabled', async () => {
    const deps = depsOf(real, { driverConfig: () => ({ volumes_enabled: false }) });
    expect((await takeFingerprint(deps)).attributes).to.not.have.property('driver.rkt.volumes.enabled');
  });

  const answering = (config: string, asked: string[] = []): RktRunner => ({
    ...real,
    run: (args, options) => {
      asked.push(args[0] ?? '');
      return (args[0] === 'config' ? aRunner('rkt', config) : real).run(args, options);
    },
  });
  let stage1Attributes = createStage1Attributes();
  beforeEach(() => {
    stage1Attributes = createStage1Attributes();
  });
  const stage1Of = async (runner: RktRunner, stage1?: string): Promise<unknown> => {
    const driverConfig = () => ({ volumes_enabled: true, stage1 });
    const deps = depsOf(runner, { driverConfig, stage1Attributes });
    return (await takeFingerprint(deps)).attributes['driver.rkt.stage1'];
  };

  it('names the stage1 of the driver configuration, or else the one that rkt is configured to use', async () => {
    const config = recordedCommands().filter(({ args, exitCode }) => args[0] === 'config' && exitCode === 0);
    const configured = config.find(({ stdout }) => stdout.includes('stage1-fly'))?.stdout ?? '';
    const plain = config.find(({ stdout }) => !stdout.includes('stage1-fly'))?.stdout ?? '';
    expect(await stage1Of(answering(configured), '/opt/fly.aci')).to.equal('/opt/fly.aci');
    expect(await stage1Of(answering(configured))).to.equal('coreos.com/rkt/stage1-fly:1.30.0');
    expect(await stage1Of(answering(configured.replace('1.30.0', '')))).to.equal(
      '/srv/stage1/stage1-fly.aci',
    );
    expect(await stage1Of(answering(plain))).to.equal(undefined);
    expect(await stage1Of(answering('no JSON'))).to.equal(undefined);
    let isBroken = true;
    const recovers: RktRunner = {
      ...real,
      run: (args, options) => {
        if (args[0] !== 'config') return real.run(args, options);
        return isBroken ? Promise.reject(failure) : answering(configured).run(args, options);
      },
    };
    expect(await stage1Of(recovers)).to.equal(undefined);
    isBroken = false;
    expect(await stage1Of(recovers)).to.equal('coreos.com/rkt/stage1-fly:1.30.0');
    expect(await stage1Of(aRunner('embedded', version('1.30.0')))).to.equal('fly');
  });

  it('names each stage1 of the embedded rkt, with its version or with what is missing', async () => {
    const embedded = aRunner('embedded', version('1.30.0+embedded'));
    const stage1 = { fly: { works: true }, oci: { works: false, reason: 'crun: install crun' } };
    const doctor = (oci: object): RktRunner => ({
      ...embedded,
      run: (args, options) => {
        const networks = { works: false, reason: 'cni plugins: install them' };
        const answer = JSON.stringify({ stage1: { ...stage1, oci }, networks });
        return (args[0] === 'doctor' ? aRunner('embedded', answer) : embedded).run(args, options);
      },
    });
    const without = await takeFingerprint(depsOf(doctor(stage1.oci)));
    expect(without.attributes).to.include({
      ...{ 'driver.rkt.stage1.fly': true, 'driver.rkt.stage1.oci': false },
      'driver.rkt.stage1.oci.reason': 'crun: install crun',
      ...{ 'driver.rkt.networks': false, 'driver.rkt.networks.reason': 'cni plugins: install them' },
    });
    const found = await takeFingerprint(depsOf(doctor({ works: true, version: 'crun 1.8.1' })));
    expect(found.attributes).to.include({ 'driver.rkt.stage1.oci': 'crun 1.8.1' });
    expect(found.attributes).to.not.have.property('driver.rkt.stage1.oci.reason');
    expect(await stage1Of(embedded, 'oci')).to.equal('oci');
  });

  it('asks for the configuration of rkt once', async () => {
    const asked: string[] = [];
    const runner = answering('{"stage0":[]}', asked);
    await stage1Of(runner);
    await stage1Of(runner);
    expect(asked).to.deep.equal(['version', 'config', 'version']);
  });

  it('is healthy without root when the embedded rkt can make user namespaces', async () => {
    const embedded = aRunner('embedded', version('1.30.0+embedded'));
    const { health, attributes } = await takeFingerprint(depsOf(embedded, { uid: 1000 }));
    expect(health).to.equal('healthy');
    expect(attributes).to.include({ 'driver.rkt.runtime': 'embedded', 'driver.rkt.version': '1.30.0' });
  });

  const missing = new RktError('RKT_ERR_RKT_MISSING', '');
  const undetected: readonly (readonly [string, FingerprintDeps, string])[] = [
    ['rkt is missing', depsOf(missing), 'The rkt binary was not found'],
    ['a real rkt is without root', depsOf(real, { uid: 1000 }), 'Driver must run as root'],
    ['both root and rkt are missing', depsOf(missing, { uid: 1000 }), 'Driver must run as root'],
    [
      'the embedded rkt is without root and user namespaces',
      depsOf(aRunner('embedded', version('1.30.0'), false), { uid: 1000 }),
      'user namespaces',
    ],
    ['rkt version fails', depsOf(aRunner('rkt', failure)), 'exited with 254'],
    ['rkt version prints garbage', depsOf(aRunner('rkt', 'hello')), 'not what rkt prints: "hello"'],
    [
      'rkt does not report the version of appc',
      depsOf(aRunner('rkt', 'rkt Version: 1.30.0\n')),
      'not what rkt prints',
    ],
    ['rkt is too old', depsOf(aRunner('rkt', version('1.26.0'))), 'Unsupported rkt version 1.26.0'],
  ];
  for (const [fact, deps, cause] of undetected) {
    it(`is undetected when ${fact}`, async () => {
      const { health, description, attributes } = await takeFingerprint(deps);
      expect(health).to.equal('undetected');
      expect(description).to.include(cause);
      expect(attributes).to.deep.equal({});
    });
  }
});

describe('fingerprint', () => {
  const healthy: Fingerprint = { health: 'healthy', description: 'Healthy', attributes: {}, timeMs: 0 };
  const broken = (description: string): Fingerprint => ({ ...healthy, health: 'undetected', description });
  const values = {
    h: healthy,
    b: broken('broken after 12 ms'),
    c: broken('broken after 345 ms'),
    d: broken('other'),
  };

  it('emits at once and then every period', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const probe = (): ReturnType<typeof cold<Fingerprint>> => cold('(h|)', values);
      const stream = fingerprint({ ...depsOf(failure), scheduler, periodMs: 10, probe });
      expectObservable(stream, '^----------------------!').toBe('h---------h---------h--', values);
    });
  });

  it('takes 30 s for the period', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const probe = (): ReturnType<typeof cold<Fingerprint>> => cold('(h|)', values);
      const stream = fingerprint({ ...depsOf(failure), scheduler, probe });
      expectObservable(stream, '^ 59s !').toBe('h 29999ms h', values);
    });
  });

  it('does not overtake a probe that takes longer than the period', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const probe = (): ReturnType<typeof cold<Fingerprint>> => cold('------------(h|)', values);
      const stream = fingerprint({ ...depsOf(failure), scheduler, periodMs: 10, probe });
      expectObservable(stream, '^----------------------------------!').toBe(
        '------------h-------------------h--',
        values,
      );
    });
  });

  it('probes once for all subscribers, replays, stops with the last one and starts anew', () => {
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      let probes = 0;
      const probe = (): ReturnType<typeof cold<Fingerprint>> => {
        probes += 1;
        return cold('(h|)', values);
      };
      const stream = fingerprint({ ...depsOf(failure), scheduler, periodMs: 10_000, probe });
      expectObservable(stream, '  ^---------!').toBe('h----------', values);
      expectObservable(stream, '  -----^----!').toBe('-----h-----', values);
      expectObservable(stream, '  10s ^----!').toBe(' 10s h----', values);
      flush();
      expect(probes).to.equal(2);
    });
  });

  it('logs a failure when it begins, changes and ends, not at every period', () => {
    marbles(({ cold, flush, expectObservable }, scheduler) => {
      const logged: string[] = [];
      const note = (level: string) => (fields: object) => {
        logged.push(`${level} ${(fields as Partial<Fingerprint>).description ?? ''}`);
      };
      const logger: Logger = { ...silentLogger, info: note('info'), warn: note('warn') };
      const answers = 'hbcbdhhb'.split('');
      const probe = (): ReturnType<typeof cold<Fingerprint>> => cold(`(${answers.shift() ?? 'b'}|)`, values);
      const stream = fingerprint({ ...depsOf(failure), logger, scheduler, periodMs: 1, probe });
      expectObservable(stream, '^-------!').toBe('hbcbdhhb', values);
      flush();
      expect(logged).to.deep.equal([
        'warn broken after 12 ms',
        'warn other',
        'info ',
        'warn broken after 12 ms',
      ]);
    });
  });

  it('leaves no probe running when the last subscriber is gone', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const source = cold('----', values);
      const stream = fingerprint({ ...depsOf(failure), scheduler, periodMs: 10, probe: () => source });
      expectObservable(stream, '^-----!').toBe('------');
      expectSubscriptions(source.subscriptions).toBe('^ 1005ms !');
    });
  });

  it('takes real fingerprints when it is given no probe', (done) => {
    const runner = aRunner('rkt', version('1.30.0'));
    const subscription = fingerprint(depsOf(runner))
      .pipe(delay(0))
      .subscribe({
        next: ({ health }) => {
          subscription.unsubscribe();
          expect(health).to.equal('healthy');
          done();
        },
        error: done,
      });
  });
});
