import { expect } from 'chai';
import { VirtualTimeScheduler } from 'rxjs';

import { silentLogger } from '../../src/model/logger.ts';
import type { Pod, PodState } from '../../src/model/pod.ts';
import type { RktRunner } from '../../src/rkt/command-runner.ts';
import { createPodView, type PodsDeps } from '../../src/streams/pods-stream.ts';

const ONE = '11111111-1111-4111-8111-111111111111';
const TWO = '22222222-2222-4222-8222-222222222222';

/** A machine whose pods are a map, and which counts what it is asked. */
function machine() {
  const pods = new Map<string, PodState>([[ONE, 'running']]);
  const calls: string[] = [];
  let isReadable = true;
  const scheduler = new VirtualTimeScheduler();
  const answer = (name: string): Pod => ({ name, state: pods.get(name) ?? 'exited' });
  const run = (args: readonly string[]) => {
    const [command = '', , uuid = ''] = args;
    calls.push(command);
    const stdout = command === 'list' ? [...pods.keys()].map(answer) : answer(uuid);
    return Promise.resolve({
      stdout: JSON.stringify(stdout),
      stderr: '',
      exitCode: 0,
      durationMs: 1,
      command: [],
    });
  };
  const deps: PodsDeps = {
    runner: () => Promise.resolve({ run } as unknown as RktRunner),
    directories: { read: () => Promise.resolve(isReadable ? new Map(pods) : undefined) },
    scheduler,
    logger: silentLogger,
  };
  return {
    pods,
    calls,
    deps,
    pass: (ms: number) => {
      scheduler.frame += ms;
    },
    hide: () => {
      isReadable = false;
    },
  };
}

describe('createPodView', () => {
  it('lists at first, and then starts no process while nothing changes', async () => {
    const { calls, deps, pass } = machine();
    const look = createPodView(deps);
    expect(await look()).to.deep.equal([{ name: ONE, state: 'running' }]);
    pass(1_000);
    expect(await look()).to.equal(undefined);
    expect(calls).to.deep.equal(['list']);
  });

  it('asks nothing while there are no pods', async () => {
    const { calls, deps, pass, pods } = machine();
    pods.clear();
    const look = createPodView(deps);
    expect(await look()).to.deep.equal([]);
    pass(120_000);
    expect(await look()).to.equal(undefined);
    expect(calls).to.deep.equal([]);
    pods.set(TWO, 'prepared');
    expect(await look()).to.deep.equal([{ name: TWO, state: 'prepared' }]);
  });

  it('confirms a change by the status of that pod', async () => {
    const { pods, calls, deps, pass } = machine();
    const look = createPodView(deps);
    await look();
    pods.set(ONE, 'exited');
    pass(1_000);
    expect(await look()).to.deep.equal([{ name: ONE, state: 'exited' }]);
    expect(calls).to.deep.equal(['list', 'status']);
  });

  it('sees pods come, in the order of their ids, and go', async () => {
    const { pods, deps } = machine();
    const look = createPodView(deps);
    await look();
    pods.set(TWO, 'prepared');
    pods.delete(ONE);
    pods.set(ONE, 'running');
    expect((await look())?.map(({ name }) => name)).to.deep.equal([ONE, TWO]);
  });

  it('answers many changes by one list', async () => {
    const { pods, calls, deps } = machine();
    const look = createPodView(deps);
    await look();
    for (let i = 0; i < 9; i += 1) pods.set(`${i}${TWO.slice(1)}`, 'running');
    expect(await look()).to.have.length(10);
    expect(calls).to.deep.equal(['list', 'list']);
  });

  it('does not ask for a pod in preparation, which rkt would refuse to report', async () => {
    const { pods, calls, deps } = machine();
    const look = createPodView(deps);
    await look();
    pods.set(TWO, 'preparing');
    expect(await look()).to.equal(undefined);
    expect(calls).to.deep.equal(['list']);
  });

  it('lists less and less often while a list reports nothing new', async () => {
    const { calls, deps, pass } = machine();
    const look = createPodView(deps);
    for (let second = 0; second < 300; second += 1) {
      await look();
      pass(1_000);
    }
    // At 0, 2, 6, 14, 30, 62 and then every 60 s.
    expect(calls).to.have.length(9);
  });

  it('lists at the same intervals where the directories cannot be read', async () => {
    const { pods, calls, deps, pass, hide } = machine();
    hide();
    const look = createPodView(deps);
    await look();
    pods.set(ONE, 'exited');
    pass(2_000);
    expect(await look()).to.deep.equal([{ name: ONE, state: 'exited' }]);
    expect(calls).to.deep.equal(['list', 'list']);
  });
});
