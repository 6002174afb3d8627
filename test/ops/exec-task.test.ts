import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';

import { expect } from 'chai';

import { execTaskStreaming } from '../../src/ops/exec-streaming.ts';
import { execTask } from '../../src/ops/exec-task.ts';
import type { OpsContext } from '../../src/ops/ops-context.ts';
import type { StartedTask } from '../../src/ops/start-task.ts';
import { identify, isAlive } from '../../src/sources/process-info.ts';
import { EnteredCommands } from '../support/entered-commands.ts';
import { expectRktRejection } from '../support/errors.ts';
import { DEAD_PROCESS, OpsMachine } from '../support/ops-machine.ts';
import { aNewTask } from '../support/task-specs.ts';
import { until } from '../support/until.ts';

const MAX_BYTES = 16 * 1024 * 1024;

const sh = (script: string): readonly string[] => ['/bin/sh', '-c', script];

describe('a command in a task', () => {
  let machine: OpsMachine;
  let commands: EnteredCommands;
  let ctx: OpsContext;
  let started: StartedTask;
  beforeEach(async () => {
    machine = await OpsMachine.create();
    commands = new EnteredCommands();
    started = await machine.start('web', { env: { NAME: 'value' }, resources: { oomScoreAdj: 300 } });
    const runner = commands.around(machine.rkt.runner);
    ctx = { ...machine.ctx, runner: () => Promise.resolve(runner) };
  });
  afterEach(async () => {
    await commands.close();
    await machine.close();
  });

  /** Makes the root of the app visible, where programs are searched: that of this machine. */
  const showRoot = async (): Promise<void> => {
    const rootfs = join(machine.rkt.dir, 'pods', 'run', started.handle.state.podId, 'stage1', 'rootfs');
    await mkdir(rootfs);
    await symlink('oci', join(rootfs, 'flavor'));
  };

  describe('execTask', () => {
    it('enters the pod of the task through rkt, in its cgroups and with its OOM score', async () => {
      await execTask(ctx, 'web', ['/bin/echo', '${NAME}']);
      const { podId, cgroupPaths, process: app } = started.handle.state;
      const [line = []] = commands.lines;
      expect(commands.lines).to.have.length(1);
      expect([...line.slice(0, 2), line[3]]).to.deep.equal(['/bin/sh', '-c', '300']);
      expect(line.slice(line.indexOf('join'))).to.deep.equal([
        ...['join', cgroupPaths.map((path) => `${path}/cgroup.procs`).join(':')],
        ...['nsenter', `--mount=/proc/${app.pid}/ns/mnt`, '--'],
        ...['rkt', `--dir=${machine.rkt.dir}`, 'enter', podId, '/bin/echo', 'value'],
      ]);
    });

    it('returns what the command has written, and its exit code', async () => {
      const result = await execTask(ctx, 'web', sh('echo out; echo err >&2; exit 3'));
      expect(result).to.deep.include({ exitCode: 3, stdout: 'out\n', stderr: 'err\n', truncated: false });
      expect(['out\nerr\n', 'err\nout\n']).to.include(result.output);
    });

    it('reads nothing, and has the umask and the OOM score of an app', async () => {
      const { stdout } = await execTask(ctx, 'web', sh('cat; umask; cat /proc/self/oom_score_adj'));
      expect(stdout).to.equal('0022\n300\n');
    });

    it('runs in the cgroups of the task', async () => {
      const { stdout } = await execTask(ctx, 'web', sh('echo $$'));
      for (const path of started.handle.state.cgroupPaths)
        expect(readFileSync(join(path, 'cgroup.procs'), 'utf8')).to.equal(stdout);
    });

    it('returns 128 + n for a command that signal n has ended', async () => {
      expect(await execTask(ctx, 'web', sh('kill -TERM $$'))).to.deep.include({ exitCode: 143, signal: 15 });
    });

    for (const [command, exitCode, why] of [
      ['no-such-program', 127, 'it is in no directory of PATH'],
      ['/no/such/program', 127, 'no such file'],
      ['/etc', 126, 'it is a directory'],
      ['/etc/passwd', 126, 'permission denied'],
    ] as const) {
      it(`returns ${exitCode} for ${command}, and runs nothing`, async () => {
        await showRoot();
        const result = await execTask(ctx, 'web', [command, 's3cret']);
        const stderr = `rkt-streams: "${command}" cannot be executed in task "web": ${why}\n`;
        expect(result).to.deep.equal({ exitCode, stdout: '', stderr, output: stderr, truncated: false });
        expect(commands.lines).to.deep.equal([]);
      });
    }

    for (const [bytes, truncated] of [
      [MAX_BYTES, false],
      [MAX_BYTES + 1, true],
    ] as const) {
      it(`returns ${truncated ? 'the first 16 MiB' : 'all'} of ${bytes} bytes`, async () => {
        const result = await execTask(ctx, 'web', ['/usr/bin/env', 'head', '-c', String(bytes), '/dev/zero']);
        expect([result.stdout.length, result.output.length]).to.deep.equal([MAX_BYTES, MAX_BYTES]);
        expect(result).to.deep.include({ exitCode: 0, truncated });
      });
    }

    it('kills a command whose time is over, and shows what it had written to stderr, but no argument', async () => {
      const mark = join(machine.dir, 'written');
      commands.begun = () => until('the command has written', () => existsSync(mark));
      const command = [...sh('echo stuck >&2; : >"$0"; exec sleep 600'), mark, 's3cret'];
      const error = await expectRktRejection(
        execTask(ctx, 'web', command, { timeoutMs: 1 }),
        'RKT_ERR_EXEC_TIMEOUT',
      );
      expect(error.message).to.include('"/bin/sh" with 4 arguments in task "web" was killed after 1 ms');
      expect(error.message).to.not.include('s3cret');
      expect(error.details.stderr).to.equal('stuck\n');
      await until('the command has ended', async () => (await commands.alive()) === 0);
    });

    it('kills a command that is aborted, with its children, and returns what it had written', async () => {
      const abort = new AbortController();
      const [mark, child] = [join(machine.dir, 'lives'), join(machine.dir, 'child')];
      await writeFile(mark, '');
      const script = 'echo begun; (while [ -e "$0" ]; do sleep 0.01; done) & echo $! >"$1"; wait; echo late';
      const result = execTask(ctx, 'web', [...sh(script), mark, child], { signal: abort.signal });
      const pid = (): number => (existsSync(child) ? Number(readFileSync(child, 'utf8')) : 0);
      await until('the command has a child', () => pid() > 0);
      const identity = (await identify(pid())) ?? DEAD_PROCESS;
      expect(await isAlive(identity)).to.equal(true);
      abort.abort();
      expect(await result).to.deep.include({ exitCode: 137, signal: 9, stdout: 'begun\n' });
      await until('the child has ended', async () => !(await isAlive(identity)));
    });

    it('refuses an unknown task, one that has not started or has ended, and no command', async () => {
      const unknown = await expectRktRejection(execTask(ctx, 'nope', sh(':')), 'RKT_ERR_TASK_NOT_FOUND');
      expect(unknown.message).to.match(/^task not found for given id: "nope"/);
      ctx.registry.add(aNewTask('early'));
      const early = await expectRktRejection(execTask(ctx, 'early', sh(':')), 'RKT_ERR_TASK_NOT_RUNNING');
      expect(early.message).to.match(/^Nothing can be executed in task "early": it is preparing/);
      await expectRktRejection(execTask(ctx, 'web', []), 'RKT_ERR_EXEC_COMMAND');
      await machine.end(started, 'SIGKILL');
      await machine.apps.close();
      const late = await expectRktRejection(execTask(ctx, 'web', sh(':')), 'RKT_ERR_TASK_NOT_RUNNING');
      expect(late.message).to.match(/^Nothing can be executed in task "web": its process has ended/);
      expect(commands.lines).to.deep.equal([]);
    });
  });

  describe('execTaskStreaming', () => {
    it('connects stdin and stdout, and ends neither output', async () => {
      const [stdin, stdout] = [new PassThrough(), new PassThrough()];
      stdin.end('some words');
      const result = await execTaskStreaming(ctx, 'web', { cmd: sh('cat; exit 4'), stdin, stdout });
      expect(result).to.deep.equal({ exitCode: 4 });
      expect(String(stdout.read())).to.equal('some words');
      expect(stdout.writableEnded).to.equal(false);
    });

    it('waits for other holders of the outputs, for lingerMs at most', async () => {
      const [stdout, mark] = [new PassThrough(), join(machine.dir, 'lingers')];
      await writeFile(mark, '');
      const cmd = [...sh('(while [ -e "$0" ]; do sleep 0.01; done; echo $? >"$0.ended") & echo early'), mark];
      let hasReturned = false;
      const { timers } = machine.clock;
      const result = execTaskStreaming(ctx, 'web', { cmd, stdout, lingerMs: 100 });
      void result.then(() => (hasReturned = true));
      await until('the command has ended', () => machine.clock.timers > timers);
      await machine.clock.advance(99);
      expect(hasReturned).to.equal(false);
      await machine.clock.advance(1);
      expect(await result).to.deep.equal({ exitCode: 0 });
      expect(String(stdout.read())).to.equal('early\n');
      await rm(mark);
      await until('the background process has ended', () => existsSync(`${mark}.ended`));
    });

    it('kills the command when a given stream breaks', async () => {
      const stdout = new Writable({ write: (_chunk, _encoding, done) => done(new Error('the reader left')) });
      const cmd = sh('echo words; exec sleep 600');
      const error = await expectRktRejection(
        execTaskStreaming(ctx, 'web', { cmd, stdout }),
        'RKT_ERR_EXEC_STREAM',
      );
      expect(error.message).to.match(
        /^A stream of "\/bin\/sh" with 2 arguments in task "web" broke: the reader/,
      );
      await until('the command has ended', async () => (await commands.alive()) === 0);
    });

    it('writes why a program cannot be executed to a terminal as a line of one', async () => {
      await showRoot();
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      const cmd = ['/no/such/program'];
      const result = await execTaskStreaming(ctx, 'web', { cmd, tty: true, stdout, stderr });
      expect(result).to.deep.equal({ exitCode: 127 });
      expect(String(stdout.read())).to.match(/^rkt-streams: "\/no\/such\/program" .*: no such file\r\n$/);
      expect(stderr.read()).to.equal(null);
    });
  });
});
