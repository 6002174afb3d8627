// A row for each step of a start that can fail: one table, so that a step which has no row is seen.
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { TaskSpecInput } from '../../src/index.ts';
import type { ErrorCode } from '../../src/model/error-catalogue.ts';
import { RktError } from '../../src/model/rkt-error.ts';
import type { TaskEventKind } from '../../src/model/task-event.ts';
import type { OpsContext } from '../../src/ops/ops-context.ts';
import { detectCgroups } from '../../src/sources/cgroup/cgroups.ts';
import type { OpsMachine } from './ops-machine.ts';
import { REFUSALS, recordedCommand } from './recorded-rkt.ts';
import { aStoredTask } from './stored-tasks.ts';

/** Of a `rkt prepare` that was not finished. */
export const HALF_POD = '0f3c2f6e-8b1e-4c57-9f62-9b0f6c1a2d3e';

/** One step of a start that fails. */
export interface StartFailure {
  readonly step: string;
  readonly task?: Partial<TaskSpecInput>;
  /** Makes the step fail: by what it does to the machine, */
  readonly arrange?: (machine: OpsMachine) => unknown;
  /** or by another context. */
  readonly context?: (machine: OpsMachine) => Partial<OpsContext> | Promise<Partial<OpsContext>>;
  readonly code: ErrorCode;
  readonly message: RegExp;
  /** Whether the start got far enough to be known to anybody; then its end is published. */
  readonly isKnown: boolean;
  /** What rkt is asked after the step has failed, with POD for the pod of this start. */
  readonly undoing?: readonly string[];
  readonly before?: readonly TaskEventKind[];
}

export const config = (more: Partial<TaskSpecInput['config']>): Partial<TaskSpecInput> => ({
  config: { image: 'test.local/busybox', ...more },
});
const full = (): Promise<never> => Promise.reject(new RktError('RKT_ERR_NO_SPACE', 'the disk is full'));

/** Fails the nth save of a state file from now on. */
function failingSave(machine: OpsMachine, nth: number): Partial<OpsContext> {
  const { store } = machine.ctx;
  let saves = 0;
  return {
    store: {
      ...store,
      save: (entry) => {
        saves += 1;
        return saves === nth ? full() : store.save(entry);
      },
    },
  };
}

/** Does something on the machine at the moment at which the pod is prepared. */
function whilePreparing(machine: OpsMachine, act: () => Promise<unknown>): void {
  machine.rkt.answer('prepare', async () => {
    await act();
    return undefined;
  });
}

async function allocation(machine: OpsMachine): Promise<string> {
  const directory = join(machine.dir, 'alloc');
  for (const name of ['alloc', 'web/local', 'web/secrets'])
    await mkdir(join(directory, name), { recursive: true });
  return directory;
}

/** The app never runs, and the start gives up when the launch takes too long. */
function waitedInVain(why: string, kind: 'never' | 'hangs'): StartFailure {
  return {
    step: `the app is waited for, and ${why}`,
    context: ({ apps, ctx }) => {
      apps.launch = { kind };
      return { timeouts: { ...ctx.timeouts, launchMs: 1_000 } };
    },
    code: 'RKT_ERR_LAUNCH',
    message: /: it had not started after 1000 ms/,
    isKnown: true,
    undoing: ['rm POD'],
    before: ['prepared'],
  };
}

export const START_FAILURES: readonly StartFailure[] = [
  {
    step: 'rkt is looked for',
    context: () => ({
      runner: () => Promise.reject(new RktError('RKT_ERR_RKT_MISSING', 'there is no rkt')),
    }),
    code: 'RKT_ERR_RKT_MISSING',
    message: /^there is no rkt/,
    isKnown: false,
  },
  {
    step: 'rkt is asked for its version, which is too old',
    arrange: ({ rkt }) => {
      const recorded = recordedCommand('version', 0);
      rkt.answer('version', { ...recorded, stdout: recorded.stdout.replace('1.30.0', '1.26.0') });
    },
    code: 'RKT_ERR_RKT_VERSION',
    message: /^Unsupported rkt version 1\.26\.0: at least 1\.27\.0 is needed/,
    isKnown: false,
  },
  {
    step: 'the arguments of rkt are made',
    task: config({ args: [''] }),
    code: 'RKT_ERR_TASK_CONFIG',
    message: /^args holds "", which rkt does not pass/,
    isKnown: false,
  },
  {
    step: 'the id is claimed, which another driver has taken',
    arrange: async ({ ctx }) => {
      await ctx.store.create(aStoredTask('web', {}, { owner: ctx.owner, cgroupPaths: [] }));
    },
    code: 'RKT_ERR_TASK_EXISTS',
    message: /^A task with the id "web" is in .*\/state, but was not recovered here/,
    isKnown: false,
  },
  {
    step: 'the id is claimed, and the state cannot be written',
    arrange: async ({ dataDir }) => {
      await mkdir(dataDir);
      await writeFile(join(dataDir, 'state'), '');
    },
    code: 'RKT_ERR_STATE_FILE',
    message: /^Could not write state file .*\/state\/web-/,
    isKnown: false,
  },
  {
    step: 'the directory of the task is made',
    arrange: async ({ dataDir }) => {
      await mkdir(dataDir);
      await writeFile(join(dataDir, 'tasks'), '');
    },
    code: 'RKT_ERR_DATA_DIR',
    message: /^Could not make .*\/tasks\//,
    isKnown: true,
  },
  {
    step: 'the keys of a prefix are trusted',
    task: config({ trust_prefix: 'test.local' }),
    arrange: ({ rkt }) => rkt.answer('trust', recordedCommand('signatures', 4)),
    code: 'RKT_ERR_RKT_FAILED',
    message: /trust --skip-fingerprint-review=true --prefix=test\.local exited with 254/,
    isKnown: true,
  },
  {
    step: 'rkt prepares the pod, and the image is missing',
    arrange: ({ rkt }) => rkt.answer('prepare', REFUSALS.imageMissing),
    code: 'RKT_ERR_IMAGE',
    message: /^rkt cannot use test\.local\/busybox: .*does-not-exist\.aci: no such file or directory/,
    isKnown: true,
    undoing: [],
  },
  {
    step: 'rkt prepares the pod, and leaves half of it',
    arrange: ({ rkt }) =>
      rkt.answer('prepare', async () => {
        await mkdir(join(rkt.dir, 'pods/prepare', HALF_POD), { recursive: true });
        return REFUSALS.imageMissing;
      }),
    code: 'RKT_ERR_IMAGE',
    message: /^rkt cannot use/,
    isKnown: true,
    undoing: [`rm ${HALF_POD}`],
  },
  {
    step: 'rkt prepares the pod, and does not say which',
    arrange: ({ rkt }) =>
      rkt.answer('prepare', async (words) => {
        await rkt.prepare(startOf(words));
        return { ...recordedCommand('prepare-basic', 0), stdout: 'ready\n' };
      }),
    code: 'RKT_ERR_RKT_OUTPUT',
    message: /^the answer of rkt prepare is not what rkt prints: "ready\\n"/,
    isKnown: true,
    undoing: ['list --format=json', 'rm POD'],
  },
  {
    step: 'the targets of volumes are checked',
    task: { resources: { mounts: [{ hostPath: '/etc', taskPath: '/dev/rkt-streams-test-missing' }] } },
    code: 'RKT_ERR_VOLUME',
    message: /^\/etc cannot be mounted at \/dev\/rkt-streams-test-missing: \/dev is the host's own/,
    isKnown: true,
    undoing: ['rm POD'],
  },
  {
    step: 'the isolation of the pod is checked',
    task: config({ net: ['default'] }),
    code: 'RKT_ERR_ISOLATION',
    message: /^The task has net = \["default"\], which would have no effect/,
    isKnown: true,
    undoing: ['rm POD'],
  },
  {
    step: 'the pod is written down',
    context: (machine) => failingSave(machine, 1),
    code: 'RKT_ERR_NO_SPACE',
    message: /^the disk is full/,
    isKnown: true,
    undoing: ['rm POD'],
    before: ['prepared'],
  },
  {
    step: 'the cgroup is made, which cannot hold the limit',
    task: { resources: { memoryLimitBytes: 64 * 2 ** 20 } },
    context: async () => ({ cgroups: await detectCgroups({ root: '/nowhere' }) }),
    code: 'RKT_ERR_CGROUP',
    message: /^Could not make the cgroup web-.*no writable hierarchy has the memory controller/,
    isKnown: true,
    undoing: ['rm POD'],
    before: ['prepared'],
  },
  {
    step: 'the outputs are opened, of which one was replaced',
    task: { stdoutPath: '@DIR@/out' },
    arrange: (machine) => whilePreparing(machine, () => symlink('/etc/passwd', join(machine.dir, 'out'))),
    code: 'RKT_ERR_OUTPUT',
    message: /^stdoutPath .*\/out cannot be opened: it is a symbolic link/,
    isKnown: true,
    undoing: ['rm POD'],
    before: ['prepared'],
  },
  {
    step: 'the volumes are opened, of which one was replaced',
    task: { allocDir: '@DIR@/alloc' },
    arrange: async (machine) => {
      const directory = await allocation(machine);
      whilePreparing(machine, async () => {
        await rename(join(directory, 'alloc'), join(directory, 'moved'));
        await symlink('/etc', join(directory, 'alloc'));
      });
    },
    code: 'RKT_ERR_VOLUME_ESCAPE',
    message: /^the volume .*\/alloc\/alloc has been replaced .*: "alloc" is a symbolic link/,
    isKnown: true,
    undoing: ['rm POD'],
    before: ['prepared'],
  },
  {
    step: 'the ticket of the shim is written',
    arrange: async ({ dataDir }) => {
      await mkdir(dataDir);
      await writeFile(join(dataDir, 'exits'), '');
    },
    code: 'RKT_ERR_DATA_DIR',
    message: /^Could not reserve .*\/exits\//,
    isKnown: true,
    undoing: ['rm POD'],
    before: ['prepared'],
  },
  {
    step: 'the shim is spawned',
    context: ({ rkt }) => {
      const { runner } = rkt;
      const spawn: typeof runner.spawn = (argv) =>
        Promise.reject(new RktError('RKT_ERR_RKT_MISSING', `${argv[0] ?? ''} cannot be executed`));
      return { runner: () => Promise.resolve({ ...runner, spawn }) };
    },
    code: 'RKT_ERR_RKT_MISSING',
    message: /^\/bin\/sh cannot be executed/,
    isKnown: true,
    undoing: ['rm POD'],
    before: ['prepared'],
  },
  {
    step: 'rkt runs the pod, and refuses',
    arrange: ({ apps }) => {
      const { stderr } = recordedCommand('prepare-basic', 22);
      apps.launch = { kind: 'fails', exitCode: 254, stderr };
    },
    code: 'RKT_ERR_LAUNCH',
    message: /^rkt could not start pod [0-9a-f-]{36}: run: fly only supports 1 application per Pod for now/,
    isKnown: true,
    undoing: ['rm POD'],
    before: ['prepared'],
  },
  {
    step: 'rkt runs the pod, and finds a volume replaced',
    arrange: ({ apps }) => {
      apps.launch = { kind: 'fails', exitCode: 253, stderr: '' };
    },
    code: 'RKT_ERR_VOLUME_ESCAPE',
    message: /: a volume or its mount point was replaced/,
    isKnown: true,
    undoing: ['rm POD'],
    before: ['prepared'],
  },
  waitedInVain('the shim never begins', 'never'),
  waitedInVain('the shim hangs', 'hangs'),
  {
    step: 'the network is waited for, that ports are to be mapped to',
    task: {
      ...config({ net: [], port_map: [{ web: 'http' }] }),
      resources: { networks: [{ reservedPorts: [{ label: 'web', value: 8080 }] }] },
    },
    arrange: ({ rkt }) =>
      // A pod of another stage1 than fly, which would be refused before.
      rkt.answer('prepare', async (words) => {
        const podId = await rkt.prepare(startOf(words));
        await rm(join(rkt.dir, 'pods/prepared', podId, 'stage1'), { recursive: true });
        return { ...recordedCommand('prepare-basic', 0), stdout: `${podId}\n` };
      }),
    code: 'RKT_ERR_NETWORK',
    message: /^Pod [0-9a-f-]{36} has no network to map ports to: no address after 20000 ms/,
    isKnown: true,
    undoing: ['rm POD'],
    before: ['prepared'],
  },
  {
    step: 'the handle is written down',
    context: (machine) => failingSave(machine, 2),
    code: 'RKT_ERR_NO_SPACE',
    message: /^the disk is full/,
    isKnown: true,
    undoing: ['rm POD'],
    before: ['prepared'],
  },
];

function startOf(words: readonly string[]): Readonly<Record<string, string>> {
  const token = words.find((word) => word.startsWith('--user-annotation=rkt-streams/start='));
  return { 'rkt-streams/start': token?.split('=').at(-1) ?? '' };
}
