import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { cliIn, shellLine, variablesOf } from '../support/cli-process.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { openTerminal, type Terminal } from '../support/tmux.ts';
import { knownPid } from '../support/known-pid.ts';

const COUNTS = 'i=0; while :; do i=$((i+1)); echo "line $i"; echo "problem $i" >&2; sleep 0.2; done';

describe('rkt-streams top', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  const opened: Terminal[] = [];

  before(async function () {
    sandbox = await openSandbox(this);
  });
  after(async () => {
    await Promise.all(opened.map((terminal) => terminal.close()));
    await sandbox.close();
  });

  /** The pid of the command is in a file, as only its terminal knows it else. */
  const open = async (
    context: Mocha.Context,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Terminal> => {
    const line = shellLine(['top', '--interval', '500ms']);
    const script = `stty -g >before; sh -c 'echo $$ >pid; exec "$0" "$@"' ${line}; code=$?; stty -g >after; (exit $code)`;
    const options = { columns: 80, rows: 24, env: { ...variablesOf(sandbox), ...env } };
    const terminal = await openTerminal(context, `cd '${sandbox.base}' && ${script}`, options);
    opened.push(terminal);
    return terminal;
  };
  const isRestored = async (terminal: Terminal): Promise<void> => {
    expect(await terminal.report('alternate_on')).to.equal('0');
    expect(await terminal.report('cursor_flag')).to.equal('1');
    const settings = ['before', 'after'].map((name) => readFileSync(join(sandbox.base, name), 'utf8'));
    expect(settings[1]).to.equal(settings[0]);
  };

  it('is drawn on the whole terminal, obeys its keys, and gives the terminal back', async function () {
    const driver = sandbox.driver();
    await driver.startTask({
      ...sandbox.shell('web', COUNTS),
      resources: { memoryLimitBytes: 64 * 1024 * 1024 },
    });
    await driver.startTask(sandbox.shell('busy', 'while :; do :; done'));
    await driver.startTask(sandbox.shell('done', 'exit 3'));
    const terminal = await open(this, { CI: 'true' });

    await terminal.shows(/▸ busy +running +[01]\.\d\d .*\n {2}web +running .* \d+K\/64M +\d/);
    expect(await terminal.report('alternate_on')).to.equal('1');
    expect(await terminal.styled()).to.match(/\[(\d+;)*7m/);
    await terminal.press('a');
    await terminal.shows(/ {2}done +exited/);
    await terminal.press('s', 's', 'r');
    await terminal.shows('CPU▲');
    // Two letters could be in the random name of the directory of the images.
    await terminal.press('f', 'w', 'e', 'b');
    await terminal.shows(/filter: web▏/);
    await terminal.shows(/1 shown[^]*▸ web/);
    await terminal.press('Enter', 'o');
    await terminal.shows(
      /web {2}running[^]*CPU \d\.\d\d cores[^]*MEMORY \d+K, limit 64M[^]*EVENTS\n.*recovered/,
    );
    await terminal.press('l');
    await terminal.shows(/web stdout .*\n(line \d+\n)+/);
    await terminal.press('Tab');
    await terminal.shows(/web stderr .*\n(problem \d+\n)+/);
    await terminal.press('h');
    await terminal.shows('KEYS');
    await terminal.press('x');
    await terminal.shows('Tab stdout/stderr');
    await terminal.press('Escape');
    await terminal.shows('s sort');
    await terminal.press('Escape');
    await terminal.shows('3 shown');

    await terminal.resize(200, 50);
    await terminal.shows(/UPTIME IMAGE\n/);
    await terminal.resize(60, 12);
    const small = await terminal.shows(/MEMORY +PIDS\n/);
    expect(small.trimEnd().split('\n')).to.have.length(11);

    await terminal.press('q');
    await terminal.shows('ended with 0');
    await isRestored(terminal);
  });

  it('stops a task, sends it a signal and opens a shell in it, each after a question', async function () {
    const driver = sandbox.driver();
    await driver.startTask(sandbox.shell('zz-web', 'trap "echo got HUP" HUP; while :; do sleep 0.05; done'));
    const terminal = await open(this);
    await terminal.press('f', 'z', 'z', 'Enter');
    await terminal.shows(/▸ zz-web +running/);
    await terminal.press('x');
    await terminal.shows(/Stop zz-web\? y: yes, other keys: no/);
    await terminal.press('n');
    await terminal.shows('Nothing was done.');
    await terminal.press('S', 'N', 'O', 'Enter');
    await terminal.shows('There is no signal NO.');
    await terminal.press('S', 'h', 'u', 'p', 'Enter');
    await terminal.shows('SIGHUP was sent to zz-web.');
    await terminal.press('l');
    await terminal.shows(/zz-web stdout[^]*got HUP/);
    await terminal.press('Escape');
    await terminal.press('e');
    await terminal.shows(/Open a shell in zz-web\? y: yes/);
    await terminal.press('y');
    await terminal.shows('# ');
    expect(await terminal.report('alternate_on')).to.equal('0');
    await terminal.press('echo $((40+2)) in; exit 5', 'Enter');
    await terminal.shows('The shell in zz-web exited with 5.');
    expect(await terminal.report('alternate_on')).to.equal('1');
    await terminal.press('x', 'y');
    await terminal.shows('zz-web was stopped.');
    await terminal.press('x', 'y', 'q');
    await terminal.shows('ended with 0');
    await isRestored(terminal);
    await driver.shutdown();
  });

  it('has no colours with NO_COLOR, and gives the terminal back at SIGTERM and Ctrl-C', async function () {
    const terminal = await open(this, { NO_COLOR: '1' });
    await terminal.shows(/^ rkt-streams top /);
    expect(await terminal.styled()).to.not.contain('\x1b[');
    process.kill(knownPid(Number(readFileSync(join(sandbox.base, 'pid'), 'utf8'))), 'SIGTERM');
    await terminal.shows('ended with 0');
    await isRestored(terminal);

    const other = await open(this);
    await other.shows(/^ rkt-streams top /);
    await other.press('C-c');
    await other.shows('ended with 0');
    await isRestored(other);
  });

  it('needs a terminal, and prints no JSON', async () => {
    const { exitCode, stdout, stderr } = await cliIn(sandbox).run(['top']);
    expect([exitCode, stdout]).to.deep.equal([2, '']);
    expect(stderr).to.contain('RKT_ERR_OPTIONS: top needs a terminal');
    const asJson = await cliIn(sandbox).run(['--json', 'top']);
    expect(asJson.exitCode).to.equal(2);
    expect(asJson.stderr).to.contain('stats --json');
  });
});
