import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';
import type { Context } from 'mocha';

import { cliIn, shellLine, variablesOf } from '../support/cli-process.ts';
import { useCliSandbox } from '../support/cli-sandbox.ts';
import { runProgram } from '../support/program.ts';
import { openTerminal, type Terminal } from '../support/tmux.ts';
import { until } from '../support/until.ts';

const SIZE = { columns: 120, rows: 30 };
/** Writes without end, and does not end by itself. */
const CHATTY = 'while :; do echo line; sleep 0.02; done';

describe('a terminal that goes away', function () {
  this.timeout(180_000);
  const cli = useCliSandbox();
  const terminals: Terminal[] = [];
  afterEach(async () => {
    for (const terminal of terminals.splice(0)) await terminal.close();
  });

  const environment = (): Record<string, string> => ({ ...variablesOf(cli().sandbox), TMPDIR: temporary() });
  const temporary = (): string => {
    const path = join(cli().sandbox.base, 'tmp');
    mkdirSync(path, { recursive: true });
    return path;
  };
  const open = async (context: Context, script: string): Promise<Terminal> => {
    const terminal = await openTerminal(context, script, { ...SIZE, env: environment() });
    terminals.push(terminal);
    return terminal;
  };
  /** Processes of the command line in this sandbox. */
  const commands = (word: string): readonly string[] =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => read(`/proc/${pid}/environ`).includes(`TMPDIR=${temporary()}`))
      .filter((pid) => read(`/proc/${pid}/cmdline`).split('\0').includes(word));
  const ended = (word: string): Promise<void> =>
    until(`${word} has ended`, () => commands(word).length === 0);
  const nothingIsLeftOfDemo = async (): Promise<void> => {
    await ended('demo');
    expect(readdirSync(temporary()).filter((name) => name.startsWith('rkt-streams-demo-'))).to.deep.equal([]);
    const cgroups = readdirSync('/sys/fs/cgroup').flatMap((hierarchy) =>
      readdirSync(join('/sys/fs/cgroup', hierarchy)).filter((name) =>
        name.startsWith(`${cli().sandbox.options.cgroupParent}-demo`),
      ),
    );
    expect(cgroups).to.deep.equal([]);
    const processes = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter(
        (pid) =>
          read(`/proc/${pid}/mountinfo`).includes('rkt-streams-demo-') ||
          read(`/proc/${pid}/cmdline`).includes(`${temporary()}/rkt-streams-demo-`),
      );
    expect(processes).to.deep.equal([]);
  };
  /** A command whose exit code is kept; `keeper` ignores that the terminal goes away, so no SIGHUP reaches the command. */
  const kept = (
    args: readonly string[],
  ): { readonly script: string; readonly code: () => Promise<number> } => {
    const file = join(temporary(), `code-${Math.random()}`);
    return {
      script: `trap '' HUP; ${shellLine(args)}; echo $? >'${file}'`,
      code: async () => {
        await until('the command has ended', () => read(file) !== '');
        return Number(read(file));
      },
    };
  };

  describe('ends a demo with all that it has made', () => {
    it('when its session is closed', async function () {
      const terminal = await open(this, shellLine(['demo']));
      await terminal.shows('started');
      await terminal.hangUp();
      await nothingIsLeftOfDemo();
    });

    it('when only its writes fail', async function () {
      const { script, code } = kept(['demo']);
      const terminal = await open(this, script);
      await terminal.shows('started');
      await terminal.hangUp();
      expect(await code()).to.equal(0);
      await nothingIsLeftOfDemo();
    });

    it('when SIGTERM follows SIGHUP, and neither output nor errors can be written', async () => {
      const demo = cliIn(cli().sandbox).start(['demo', '--log-level', 'debug'], { env: environment() });
      await demo.says('started');
      demo.child.stdout?.destroy();
      demo.child.stderr?.destroy();
      for (const signal of ['SIGHUP', 'SIGTERM', 'SIGHUP', 'SIGTERM'] as const) demo.child.kill(signal);
      expect((await demo.ended).exitCode).to.equal(0);
      await nothingIsLeftOfDemo();
    });

    it('when its reader has seen enough', async () => {
      const { stdout } = await runProgram('sh', ['-c', `${shellLine(['demo'])} 2>&1 | head -1`], {
        env: environment(),
      });
      expect(stdout).to.match(/^Working in .*\n$/);
      await nothingIsLeftOfDemo();
    });
  });

  describe('stops the task of run', () => {
    const marker = (): string => join(temporary(), 'seen');
    const patient = (): string[] =>
      cli().shell(
        `trap "echo hup >/out/seen; exit 0" HUP; ${CHATTY}`,
        '--rm',
        '--volume',
        `${temporary()}:/out`,
        '--stop-timeout',
        '1h',
      );

    it('with SIGHUP, in the time it has, and removes it with --rm', async function () {
      const terminal = await open(this, shellLine(patient()));
      await terminal.shows('line');
      await terminal.hangUp();
      await ended('run');
      expect(read(marker())).to.equal('hup\n');
      // The shell around the command ends by itself a moment later.
      await until('nothing is left', async () => (await cli().sandbox.leftovers()).length === 0);
    });

    it('the same when only its writes fail, and exits with 129', async function () {
      const { script, code } = kept(patient());
      const terminal = await open(this, script);
      await terminal.shows('line');
      await terminal.hangUp();
      expect(await code()).to.equal(129);
      expect(read(marker())).to.equal('hup\n');
      // The shell around the command ends by itself a moment later.
      await until('nothing is left', async () => (await cli().sandbox.leftovers()).length === 0);
    });

    it('and says so when its output cannot be written for another reason', async function () {
      if (!existsSync('/dev/full')) return this.skip();
      const line = `${shellLine(cli().shell(CHATTY, '--rm'))} >/dev/full`;
      const { exitCode, stderr } = await runProgram('sh', ['-c', line], { env: environment() });
      expect({ exitCode, stderr }).to.deep.equal({
        exitCode: 125,
        stderr: 'rkt-streams: Could not write to standard output: ENOSPC: no space left on device, write\n',
      });
      expect(await cli().sandbox.leftovers()).to.deep.equal([]);
    });
  });

  it('kills the command of exec --tty, also one that ignores it, and leaves the task alone', async function () {
    await cli().detach('web');
    const terminal = await open(
      this,
      shellLine([
        'exec',
        '-t',
        'web',
        '--',
        '/bin/sh',
        '-c',
        `trap "" HUP TERM; echo rea""dy; sleep 987654321`,
      ]),
    );
    await terminal.shows('ready');
    await terminal.hangUp();
    await ended('exec');
    await until('the command has ended', () => !isRunning('987654321'));
    expect((await cli().json('ps'))[0]).to.include({ id: 'web', phase: 'running' });
  });

  const watchers: readonly (readonly [readonly string[], string])[] = [
    [['top'], 'rkt-streams top'],
    [['logs', '-f', 'web'], 'line'],
    [['events', '--replay'], 'recovered'],
    [['stats', '--interval', '100ms'], 'MEM USAGE'],
    [['ps', '--watch'], 'running'],
  ];
  for (const [args, shown] of watchers) {
    it(`ends ${args.join(' ')}, and leaves the task alone`, async function () {
      await cli().detach('web', CHATTY);
      const terminal = await open(this, shellLine(args));
      await terminal.shows(shown);
      await terminal.hangUp();
      await ended(args[0] ?? '');
      const { script, code } = kept(args);
      const other = await open(this, script);
      await other.shows(shown);
      await other.hangUp();
      // Something has to be written for it to be noticed.
      await cli().detach('another');
      expect(await code()).to.equal(0);
      expect((await cli().json('ps'))[0]).to.include({ id: 'web', phase: 'running' });
    });
  }
});

function isRunning(word: string): boolean {
  return readdirSync('/proc').some(
    (pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/cmdline`).split('\0').includes(word),
  );
}

/** What is gone by now reads as nothing. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
