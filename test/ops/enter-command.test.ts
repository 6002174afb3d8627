import { expect } from 'chai';

import type { OpsContext } from '../../src/ops/ops-context.ts';
import { enterTask, type EnterCommand } from '../../src/ops/enter-command.ts';
import type { TaskRecord } from '../../src/registry/task-record.ts';
import { newTaskRecord } from '../../src/registry/task-record.ts';
import type { RktRunner } from '../../src/rkt/command-runner.ts';
import type { Cgroups } from '../../src/sources/cgroup/cgroups.ts';
import { identify } from '../../src/sources/process-info.ts';
import { expectRktRejection } from '../support/errors.ts';
import { anOpsContext } from '../support/ops-context.ts';
import { aNewTask, aTaskSpec } from '../support/task-specs.ts';

const POD = '591531c3-15fa-4c70-b535-1420e03c7ef5';
const RKT = ['/usr/bin/rkt', '--dir=/data/rkt', 'enter', POD];

/** A process that lives. */
const SELF = (await identify(process.pid)) ?? { pid: 0, startTicks: 0 };

function aRunner(runtime: 'rkt' | 'embedded'): RktRunner {
  const binary = { command: ['/usr/bin/rkt'], runtime };
  return { binary, globalArgs: ['--dir=/data/rkt'] } as unknown as RktRunner;
}

/** Cgroups of which a process may be in another one than its task was put into. */
function cgroupsAt(now: readonly string[]): Cgroups {
  const open = (paths: readonly string[]) => ({
    paths,
    procsFiles: paths.map((path) => `${path}/cgroup.procs`),
  });
  return { open, ofProcess: () => Promise.resolve(now) } as unknown as Cgroups;
}

function aTask(more: Partial<TaskRecord> = {}): TaskRecord {
  return newTaskRecord({
    ...aNewTask('one'),
    spec: aTaskSpec('one', { env: { NAME: 'value', 'WITH.DOT': 'dotted', EMPTY: '' } }),
    phase: 'running',
    podId: POD,
    process: SELF,
    ...more,
  });
}

describe('enterTask', () => {
  let ctx: OpsContext;

  beforeEach(async () => {
    ctx = await anOpsContext('/nowhere', { cgroups: cgroupsAt([]) });
  });

  const enter = async (
    command: readonly string[],
    task = aTask(),
    runtime: 'rkt' | 'embedded' = 'rkt',
  ): Promise<EnterCommand> => {
    const entered = await enterTask(ctx, aRunner(runtime), task, command);
    if ('exitCode' in entered) throw new Error(entered.message);
    return entered;
  };

  it('goes into the mount namespace of the pod first', async () => {
    const { argv, env } = await enter(['/bin/ls', '-l']);
    expect(argv).to.deep.equal([
      'nsenter',
      `--mount=/proc/${SELF.pid}/ns/mnt`,
      '--',
      ...RKT,
      '/bin/ls',
      '-l',
    ]);
    expect(env).to.deep.equal({});
  });

  for (const [who, other] of [
    ['a later process of the same pid', { ...SELF, startTicks: SELF.startTicks + 1 }],
    ['a process of another boot with the same pid and start time', { ...SELF, bootId: 'another' }],
  ] as const) {
    it(`does not go into the namespace of ${who}`, async () => {
      const error = await expectRktRejection(
        enter(['/bin/ls'], aTask({ process: other })),
        'RKT_ERR_TASK_NOT_RUNNING',
      );
      expect(error.message).to.include('its process has ended');
    });
  }

  it('leaves the search to rkt where the root of the app cannot be seen', async () => {
    expect((await enter(['ls'])).argv.at(-1)).to.equal('ls');
  });

  it('joins the cgroups of the task before', async () => {
    const { argv } = await enter(['/bin/ls'], aTask({ cgroupPaths: ['/cg/cpu/one', '/cg/memory/one'] }));
    expect(argv.slice(0, 2)).to.deep.equal(['/bin/sh', '-c']);
    expect(argv[4]).to.equal('/cg/cpu/one/cgroup.procs:/cg/memory/one/cgroup.procs');
    expect(argv.slice(5)).to.deep.equal([
      'nsenter',
      `--mount=/proc/${SELF.pid}/ns/mnt`,
      '--',
      ...RKT,
      '/bin/ls',
    ]);
  });

  it('goes where the task is now, when that is below', async () => {
    ctx = { ...ctx, cgroups: cgroupsAt(['/cg/cpu/one/inner', '/cg/memory/elsewhere']) };
    const { argv } = await enter(['/bin/ls'], aTask({ cgroupPaths: ['/cg/cpu/one', '/cg/memory/one'] }));
    expect(argv[4]).to.equal('/cg/cpu/one/inner/cgroup.procs:/cg/memory/one/cgroup.procs');
  });

  it('leaves both to the embedded rkt', async () => {
    const task = aTask({ cgroupPaths: ['/cg/cpu/one'] });
    const { argv, env } = await enter(['/bin/ls'], task, 'embedded');
    expect(argv).to.deep.equal([...RKT, 'RKT_STREAMS_ARGUMENT_2']);
    expect(env).to.deep.equal({
      RKT_STREAMS_ARGUMENT_2: '/bin/ls',
      RKT_STREAMS_CGROUP_PROCS: '/cg/cpu/one/cgroup.procs',
    });
  });

  for (const [written, meant] of [
    ['${NAME}', 'value'],
    ['a-${NAME}-${NAME}', 'a-value-value'],
    ['${WITH.DOT}', 'dotted'],
    ['[${EMPTY}]', '[]'],
    ['${OTHER}', '${OTHER}'],
    ['${OTHER:-x}', '${OTHER:-x}'],
    ['$NAME', '$NAME'],
    ['${}', '${}'],
    ['${NAME', '${NAME'],
    ['${toString}', '${toString}'],
    ['$${NAME}', '$value'],
  ] as const) {
    it(`reads ${written} as ${meant}`, async () => {
      expect((await enter(['/bin/echo', written])).argv.at(-1)).to.equal(meant);
    });
  }

  for (const command of [[], [''], ['', '/bin/ls'], ['/bin/ls', 'a\0b']]) {
    it(`refuses ${JSON.stringify(command)}`, async () => {
      const error = await expectRktRejection(enter(command), 'RKT_ERR_EXEC_COMMAND');
      expect(error.message).to.include('"one"');
    });
  }

  for (const phase of ['preparing', 'starting', 'exited', 'unknown'] as const) {
    it(`refuses a task that is ${phase}`, async () => {
      const error = await expectRktRejection(
        enter(['/bin/ls'], aTask({ phase })),
        'RKT_ERR_TASK_NOT_RUNNING',
      );
      expect(error.message).to.include(phase);
    });
  }
});
