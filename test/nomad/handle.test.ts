import { decode } from '@msgpack/msgpack';
import { expect } from 'chai';

import type { TaskHandle } from '../../src/model/task-state.ts';
import { taskSpecSchema } from '../../src/model/task-spec.ts';
import type { TaskHandle__Output } from '../../src/nomad/generated/hashicorp/nomad/plugins/drivers/proto/TaskHandle.ts';
import { fromWireHandle, toWireHandle } from '../../src/nomad/handle.ts';
import { encodeMsgpack } from '../../src/nomad/msgpack.ts';
import { toTaskSpec } from '../../src/nomad/to-task-spec.ts';
import { expectRktError } from '../support/errors.ts';
import { received, wireTask } from '../support/wire-messages.ts';

const task = wireTask({ alloc_id: 'alloc', job_name: 'job', env: { A: 'b' } });
const handle: TaskHandle = {
  version: 1,
  state: {
    spec: taskSpecSchema.parse(toTaskSpec(task)),
    podId: 'f4d7bc67',
    startToken: 'token',
    process: { pid: 42, startTicks: 7 },
    shim: { pid: 41, startTicks: 6 },
    startedAtMs: 1_500,
    cgroupPaths: ['/sys/fs/cgroup/memory/rkt-streams/token'],
  },
};
const kept = (change: object = {}): TaskHandle__Output =>
  received('TaskHandle', { ...toWireHandle(task, handle), ...change });

describe('the handle of a task', () => {
  it('echoes the task, runs, and has a version', () => {
    const wire = kept();
    expect(wire).to.include({ version: 1, state: 'RUNNING' });
    expect(wire.config).to.deep.equal(task);
  });

  it('holds what the original driver kept, under its names', () => {
    const state = decode(kept().driver_state) as Record<string, unknown>;
    expect(state).to.include({ ReattachConfig: null, Pid: 42, UUID: 'f4d7bc67' });
    expect(state['StartedAt']).to.deep.equal(new Date(1_500));
    expect(state['TaskConfig']).to.deep.equal({
      ID: 'alloc/web/1',
      Name: 'web',
      AllocID: 'alloc',
      JobName: 'job',
    });
  });

  it('is enough without the config block, and without any config', () => {
    const bare = received('TaskConfig', { ...task, msgpack_driver_config: Buffer.alloc(0) });
    expect(fromWireHandle(kept())).to.deep.equal(handle);
    expect(fromWireHandle(kept({ config: bare }))).to.deep.equal(handle);
    expect(fromWireHandle(kept({ config: null }))).to.deep.equal(handle);
  });

  const refusals: readonly (readonly [string, () => TaskHandle__Output | null, string])[] = [
    ['is missing', () => null, 'without its handle'],
    ['is from before Nomad 0.9', () => kept({ version: 0 }), 'version 0'],
    ['is of a later version', () => kept({ version: 2 }), 'version 2'],
    ['is of another task', () => kept({ config: { id: 'other' } }), '"other"'],
    ['holds no msgpack', () => kept({ driver_state: Buffer.from('c1', 'hex') }), 'not valid msgpack'],
    ['holds nothing', () => kept({ driver_state: Buffer.alloc(0) }), '0 bytes'],
    ['holds something else', () => kept({ driver_state: encodeMsgpack({ Pid: 1 }) }), 'driver_state.Handle'],
  ];
  for (const [what, wire, why] of refusals) {
    it(`is refused when it ${what}`, () => {
      expect(expectRktError(() => fromWireHandle(wire()), 'RKT_ERR_HANDLE').message).to.include(why);
    });
  }
});
