import { expect } from 'chai';

import { driverConfigSchema } from '../../src/model/driver-config.ts';
import type { RktRuntime } from '../../src/model/fingerprint.ts';
import { taskConfigSchema, type TaskConfigInput } from '../../src/model/task-config.ts';
import { chosenStage1, withStage1 } from '../../src/ops/chosen-stage1.ts';
import { checkKnownIsolation, withoutEffect } from '../../src/ops/isolation.ts';
import { expectRktError } from '../support/errors.ts';
import { aTaskSpec } from '../support/task-specs.ts';

type More = Partial<TaskConfigInput>;

const config = (more: More) => taskConfigSchema.parse({ image: 'i', ...more });
const check =
  (more: More, runtime: RktRuntime = 'embedded', driver = {}) =>
  (): void => {
    const [task, policy] = [config(more), driverConfigSchema.parse(driver)];
    checkKnownIsolation(task, policy, chosenStage1(task, policy, runtime));
  };

const FLY = 'coreos.com/rkt/stage1-fly:1.30.0';
const COREOS = 'coreos.com/rkt/stage1-coreos:1.30.0';

describe('checkKnownIsolation', () => {
  const accepted: readonly [string, More, RktRuntime, object?][] = [
    ['a task without net', {}, 'embedded'],
    ['the network of the host', { net: ['host'], port_map: { a: 'b' } }, 'embedded'],
    ['stage1-fly of the embedded rkt', { stage1: FLY }, 'embedded'],
    ['a stage1 with networks', { net: ['none'], stage1: COREOS, port_map: { a: 'b' } }, 'rkt'],
    ['the stage1 of rkt, which is not known yet', { net: ['none'] }, 'rkt'],
    [
      'a task whose stage1 wins over that of the driver',
      { net: ['x'], stage1: COREOS },
      'rkt',
      { stage1: FLY },
    ],
    ['a net that the operator lets go', { net: ['none'] }, 'embedded', { allow_missing_isolation: true }],
    ['a stage1 that the operator lets go', { stage1: COREOS }, 'embedded', { allow_missing_isolation: true }],
    [
      'attributes that the operator lets go',
      { readonly_rootfs: true, hostname: 'a' },
      'embedded',
      { allow_missing_isolation: true },
    ],
    [
      'all that isolates with the stage1 oci',
      {
        stage1: 'oci',
        net: ['none'],
        hostname: 'a',
        readonly_rootfs: true,
        cap_retain: ['CAP_KILL'],
        seccomp: 'mode=remove,chmod',
      },
      'embedded',
    ],
    ['oci by its whole name', { stage1: 'rkt-streams/stage1-oci:0.1.0', net: ['default'] }, 'embedded'],
    ['oci of the driver', { net: ['default'], port_map: { a: 'b' } }, 'embedded', { stage1: 'oci' }],
  ];
  for (const [what, more, runtime, driver] of accepted) {
    it(`accepts ${what}`, () => {
      expect(check(more, runtime, driver)).to.not.throw();
    });
  }

  const refused: readonly [string, More, RktRuntime, object?][] = [
    ['no network', { net: ['none'] }, 'embedded'],
    ['a network by name', { net: ['default'] }, 'embedded'],
    ['no network of a fly pod', { net: ['none'], stage1: FLY }, 'rkt'],
    ['no network where the driver names fly', { net: ['none'] }, 'rkt', { stage1: '/opt/stage1-fly.aci' }],
    ['another stage1', { stage1: COREOS }, 'embedded'],
    ['a host name', { hostname: 'a' }, 'embedded'],
    ['a read-only root', { readonly_rootfs: true }, 'embedded'],
    ['capabilities', { cap_retain: ['CAP_KILL'] }, 'embedded'],
    ['fewer capabilities', { cap_remove: ['CAP_KILL'] }, 'embedded'],
    ['a filter of system calls', { seccomp: 'mode=remove,chmod' }, 'embedded'],
    ['fly of a task where the driver has oci', { hostname: 'a', stage1: FLY }, 'embedded', { stage1: 'oci' }],
    ['a host name in a fly pod', { hostname: 'a', stage1: FLY }, 'rkt'],
    ['another stage1 of the driver', {}, 'embedded', { stage1: COREOS }],
  ];
  for (const [what, more, runtime, driver] of refused) {
    it(`refuses ${what}`, () => {
      const error = expectRktError(check(more, runtime, driver), 'RKT_ERR_ISOLATION');
      expect(error.message)
        .to.contain('allow_missing_isolation')
        .and.to.match(/[a-z1_]+ = /);
    });
  }

  it('refuses ports that cannot be mapped, whatever the operator allows', () => {
    const act = check({ port_map: { a: 'b' } }, 'embedded', { allow_missing_isolation: true });
    const error = expectRktError(act, 'RKT_ERR_NETWORK');
    expect(error.recoverable).to.equal(false);
    expect(error.message).to.contain('net = ["host"]');
  });
});

describe('withoutEffect', () => {
  it('names what a chrooted app does not have', () => {
    expect(withoutEffect(config({}))).to.deep.equal([]);
    expect(withoutEffect(config({ net: ['host'], readonly_rootfs: false }))).to.deep.equal([]);
    const all: More = { hostname: 'a', readonly_rootfs: true, cap_retain: ['CAP_KILL'], net: ['none'] };
    expect(withoutEffect(config(all))).to.deep.equal(['net', 'hostname', 'readonly_rootfs', 'cap_retain']);
  });
});

describe('withStage1', () => {
  const spec = (more: More) => aTaskSpec('one', { config: { image: 'i', ...more } });
  const options = (more: More, stage1?: string) => {
    const task = spec(more);
    return withStage1(task, chosenStage1(task.config, { stage1 }, 'embedded')).config.insecure_options;
  };

  it('leaves a pod of oci its isolation where only the image is not verified', () => {
    expect(options({ stage1: 'oci' })).to.deep.equal(['image', 'tls', 'ondisk', 'http', 'pubkey']);
    expect(options({}, 'oci')).to.deep.equal(['image', 'tls', 'ondisk', 'http', 'pubkey']);
  });

  it('passes on what the task says itself', () => {
    expect(options({ stage1: 'oci', insecure_options: ['all'] })).to.deep.equal(['all']);
    expect(options({ stage1: 'oci', trust_prefix: 'example.com' })).to.deep.equal([]);
    expect(options({})).to.deep.equal([]);
  });

  it('leaves out a stage1 that the embedded rkt does not have', () => {
    const task = spec({ stage1: COREOS });
    expect(withStage1(task, chosenStage1(task.config, {}, 'embedded')).config.stage1).to.equal(undefined);
    expect(withStage1(task, chosenStage1(task.config, {}, 'rkt')).config.stage1).to.equal(COREOS);
  });
});
