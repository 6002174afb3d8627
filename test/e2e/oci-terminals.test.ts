import { readdirSync, readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';
import { of } from 'rxjs';

import type { Driver, ExecStreamingOptions, TaskSpecInput } from '../../src/index.ts';
import { describeRuntimes } from '../support/oci-runtimes.ts';
import { ociTask, useOciSandbox } from '../support/oci-sandbox.ts';
import type { Sandbox } from '../support/sandbox.ts';
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

describeRuntimes('the terminal of a command in a task of the stage1 oci', function (runtime) {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let driver: Driver;

  useOciSandbox((opened) => ({ sandbox, driver } = opened));

  const task = (id: string, script: string): TaskSpecInput => ociTask(sandbox, id, script);

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

  // crun prints what it has not read when a command ends as a message of its log: here it is stopped until then. (runc is the child of
  // script(1), which stops together with it.)
  if (runtime !== 'crun') return;
  it('has the last output of a command as it is', async () => {
    const script = 'until test -e /tmp/go; do sleep 0.05; done; printf "%08000d" 0; exit 7';
    await driver.startTask(task('last', `mkdir -p /tmp; ${FOREVER}`));
    const out: Buffer[] = [];
    const stdout = new PassThrough().on('data', (chunk: Buffer) => out.push(chunk));
    const exec = driver.execTaskStreaming('last', { cmd: ['/bin/sh', '-c', script], stdout, tty: true });
    let command: string | undefined;
    await until('the command runs', () => (command = pidOf(['/bin/sh', '-c', script])) !== undefined);
    const status = () => readFileSync(`/proc/${command ?? ''}/status`, 'utf8');
    const launcher = Number(/^PPid:\t(\d+)$/m.exec(status())?.[1]);
    process.kill(knownPid(launcher), 'SIGSTOP');
    try {
      await driver.execTask('last', ['/bin/sh', '-c', 'touch /tmp/go']);
      await until('the command has ended', () => /^State:\tZ/m.test(status()));
    } finally {
      process.kill(knownPid(launcher), 'SIGCONT');
    }
    expect({ ...(await exec), stdout: Buffer.concat(out).toString() }).to.deep.include({
      exitCode: 7,
      stdout: '0'.repeat(8000),
    });
  });
});
