import { readdirSync, readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';
import { firstValueFrom, of } from 'rxjs';

import type { Driver, ExecStreamingOptions, TaskSpecInput } from '../../src/index.ts';
import { describeRuntimes } from '../support/oci-runtimes.ts';
import { skipFor } from '../support/requirements.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';
import { knownPid } from '../support/known-pid.ts';

const FOREVER = 'while :; do sleep 1; done';

/** The process with exactly these arguments. */
function pidOf(argv: readonly string[]): string | undefined {
  const wanted = [...argv, ''].join('\0');
  return readdirSync('/proc').find((entry) => {
    try {
      return /^\d+$/.test(entry) && readFileSync(`/proc/${entry}/cmdline`, 'utf8') === wanted;
    } catch {
      return false;
    }
  });
}

describeRuntimes('the terminal of a command in a task of the stage1 oci', function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let driver: Driver;

  before(async function () {
    sandbox = await openSandbox(this);
    if (sandbox.options.rkt !== 'embedded') skipFor(this, 'embedded-rkt', 'a real rkt has no such stage1');
    driver = sandbox.driver();
    driver.setConfig({ stage1: 'oci' });
  });
  after(() => sandbox.close());
  afterEach(async () => {
    for (const { id } of await firstValueFrom(driver.tasks())) await driver.destroyTask(id, { force: true });
    expect(await sandbox.leftovers()).to.deep.equal([]);
  });

  const task = (id: string, script: string): TaskSpecInput => {
    const plain = sandbox.shell(id, script);
    return { ...plain, config: { ...plain.config, net: ['none'] } };
  };

  it('is one, with the restrictions of the app, and can be resized', async () => {
    await driver.startTask(task('tty', FOREVER));
    const exec = async (script: string, more: Partial<ExecStreamingOptions> = {}) => {
      const out: Buffer[] = [];
      const stdout = new PassThrough().on('data', (chunk: Buffer) => out.push(chunk));
      const cmd = ['/bin/sh', '-c', script];
      const { exitCode } = await driver.execTaskStreaming('tty', { cmd, stdout, tty: true, ...more });
      return { exitCode, stdout: Buffer.concat(out).toString() };
    };
    const isTerminal = 'test -t 0 && test -t 1 && echo terminal; grep NoNewPrivs /proc/self/status; exit 43';
    expect(await exec(isTerminal)).to.deep.equal({ exitCode: 43, stdout: 'terminal\r\nNoNewPrivs:\t1\r\n' });
    const script = 'while [ "$(stty size 2>/dev/null)" != "100 100" ]; do sleep 0.05; done; stty size';
    const resized = await exec(script, { resize: of({ rows: 100, columns: 100 }) });
    expect(resized).to.deep.equal({ exitCode: 0, stdout: '100 100\r\n' });
  });

  // crun prints what it has not read when a command ends as a message of its log: here it is stopped until then.
  it('has the last output of a command as it is', async () => {
    const script = 'until test -e /tmp/go; do sleep 0.05; done; printf "%08000d" 0; exit 7';
    await driver.startTask(task('last', `mkdir -p /tmp; ${FOREVER}`));
    const out: Buffer[] = [];
    const stdout = new PassThrough().on('data', (chunk: Buffer) => out.push(chunk));
    const exec = driver.execTaskStreaming('last', { cmd: ['/bin/sh', '-c', script], stdout, tty: true });
    let command: string | undefined;
    await until('the command runs', () => (command = pidOf(['/bin/sh', '-c', script])) !== undefined);
    const status = (pid = command) => readFileSync(`/proc/${pid ?? ''}/status`, 'utf8');
    const parentOf = (pid = command) => /^PPid:\t(\d+)$/m.exec(status(pid))?.[1];
    const launcher = Number(parentOf());
    process.kill(knownPid(launcher), 'SIGSTOP');
    try {
      await driver.execTask('last', ['/bin/sh', '-c', 'touch /tmp/go']);
      await until('the command has ended', () => /^State:\tZ/m.test(status()));
    } finally {
      // script(1) stops together with its child.
      for (const pid of [Number(parentOf(String(launcher))), launcher])
        process.kill(knownPid(pid), 'SIGCONT');
    }
    expect({ ...(await exec), stdout: Buffer.concat(out).toString() }).to.deep.include({
      exitCode: 7,
      stdout: '0'.repeat(8000),
    });
  });
});
