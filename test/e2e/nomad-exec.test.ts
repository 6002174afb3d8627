import { existsSync } from 'node:fs';

import { expect } from 'chai';

import { callError } from '../support/call-errors.ts';
import { openNomadSandbox, type NomadSandbox } from '../support/nomad-sandbox.ts';
import { until } from '../support/until.ts';

interface Talk {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** What came after the output, in order. */
  readonly ending: readonly string[];
  readonly arrivedMs: readonly number[];
}
interface ExecRequest {
  readonly tty?: boolean;
  readonly stdin?: string;
  /** Leaves stdin open, as a person at a terminal does. */
  readonly isOpen?: boolean;
  readonly size?: { readonly height: number; readonly width: number };
}

describe('nomad alloc exec', () => {
  let nomad: NomadSandbox;
  let task = '';

  before(async function () {
    nomad = await openNomadSandbox(this);
    await nomad.launch();
    task = await nomad.run('exec sleep 1000');
  });
  after(async () => {
    await nomad.destroy(task);
    await nomad.close();
  });

  const open = (script: string, tty = false) => {
    const call = nomad.plugin().driver.duplex('ExecTaskStreaming');
    call.write({ setup: { task_id: task, command: ['/bin/sh', '-c', script], tty } });
    return call;
  };

  async function exec(
    script: string,
    { tty = false, stdin = '', isOpen = false, size }: ExecRequest = {},
  ): Promise<Talk> {
    const call = open(script, tty);
    if (size !== undefined) call.write({ tty_size: size });
    call.write({});
    if (stdin !== '') call.write({ stdin: { data: Buffer.from(stdin) } });
    if (!isOpen) call.write({ stdin: { close: true } });
    const begun = performance.now();
    const seen = { stdout: '', stderr: '' };
    const ending: string[] = [];
    const arrivedMs: number[] = [];
    let exitCode = -1;
    for await (const { stdout, stderr, exited, result } of call) {
      for (const [name, part] of Object.entries({ stdout, stderr })) {
        if (part === null) continue;
        seen[name as keyof typeof seen] += part.data.toString();
        if (part.data.length > 0) arrivedMs.push(performance.now() - begun);
        if (part.close) ending.push(`${name} closed`);
      }
      if (!exited) continue;
      ending.push('exited');
      exitCode = result?.exit_code ?? -1;
    }
    expect((await call.ended).code).to.equal(0);
    return { ...seen, exitCode, ending, arrivedMs };
  }

  describe('without a terminal', () => {
    it('keeps both streams apart, closes them, and reports the exit last', async () => {
      const seen = await exec('echo hello stdout; echo hello stderr >&2; exit 43');
      expect(seen).to.include({ stdout: 'hello stdout\n', stderr: 'hello stderr\n', exitCode: 43 });
      expect(seen.ending).to.deep.equal(['stdout closed', 'stderr closed', 'exited']);
    });

    it('delivers lines as they are written', async () => {
      const seen = await exec('for i in 1 2 3; do echo $i; sleep 1; done');
      expect(seen).to.include({ stdout: '1\n2\n3\n', exitCode: 0 });
      expect((seen.arrivedMs.at(-1) ?? 0) - (seen.arrivedMs[0] ?? 0)).to.be.greaterThan(1_000);
    });

    it('is no terminal', async () => {
      const seen = await exec('test -t 0 || test -t 1 && echo terminal; exit 1');
      expect(seen).to.include({ stdout: '', exitCode: 1 });
    });

    it('feeds stdin', async () => {
      const seen = await exec('echo hello from command; head -n1', { stdin: 'hello from stdin\n' });
      expect(seen).to.include({ stdout: 'hello from command\nhello from stdin\n', exitCode: 0 });
    });

    it('waits for everybody who holds the pipes', async () => {
      const seen = await exec('(sleep 3; echo from child) & echo from main', { isOpen: true });
      expect(seen).to.include({ stdout: 'from main\nfrom child\n', exitCode: 0 });
    });

    it('does not wait for a daemon that a command has started', async () => {
      const seen = await exec('sleep 1000 & echo from main', { isOpen: true });
      expect(seen).to.include({ stdout: 'from main\n', exitCode: 0 });
      expect(seen.ending).to.deep.equal(['stdout closed', 'stderr closed', 'exited']);
    });

    it('carries much in both directions', async () => {
      const stdin = 'x'.repeat(3 * 2 ** 20);
      expect((await exec('cat', { stdin })).stdout.length).to.equal(stdin.length);
    });
  });

  describe('with a terminal', () => {
    const terminal = { tty: true, isOpen: true };

    it('shows both streams as one', async () => {
      const seen = await exec('echo hello stdout; echo hello stderr >&2; exit 43', terminal);
      expect(seen).to.include({ stdout: 'hello stdout\r\nhello stderr\r\n', stderr: '', exitCode: 43 });
      expect(seen.ending.at(-1)).to.equal('exited');
    });

    it('has the size it is given', async () => {
      // The size is reported by a later look, so the command looks until it sees it.
      const script = 'while [ "$(stty size)" != "100 100" ]; do sleep 0.05; done; stty size';
      const seen = await exec(script, { ...terminal, size: { height: 100, width: 100 } });
      expect(seen).to.include({ stdout: '100 100\r\n', exitCode: 0 });
    });

    it('echoes what is typed', async () => {
      const seen = await exec('head -n1', { ...terminal, stdin: 'hello from stdin\n' });
      expect(seen).to.include({ stdout: 'hello from stdin\r\nhello from stdin\r\n', exitCode: 0 });
    });

    it('waits for the command alone', async () => {
      const seen = await exec('(sleep 3; echo from child) & echo from main', terminal);
      expect(seen).to.include({ stdout: 'from main\r\n', exitCode: 0 });
    });
  });

  it('kills the command when it is cancelled', async () => {
    const call = open('echo $$; exec sleep 1000');
    const pid = (await call.next()).stdout?.data.toString().trim() ?? '';
    expect(existsSync(`/proc/${pid}`)).to.equal(true);
    call.cancel();
    await until('the command is gone', () => !existsSync(`/proc/${pid}`));
  });

  it('fails with a status for a command or a task that is not there', async () => {
    const call = nomad.plugin().driver.duplex('ExecTaskStreaming');
    call.write({ setup: { task_id: 'unknown', command: ['/bin/sh'], tty: false } });
    expect(await call.ended).to.include({ code: 2, details: 'task not found for given id' });
    expect((await callError(nomad.plugin().driver.unary('ExecTask', { task_id: task }))).code).to.equal(2);
  });

  it('answers a script check, and ends one that takes too long', async () => {
    const check = (script: string, nanos: number) =>
      nomad.plugin().driver.unary('ExecTask', {
        task_id: task,
        command: ['/bin/sh', '-c', script],
        timeout: { seconds: 0, nanos },
      });
    const { stdout, stderr, result } = await check('echo ${NOMAD_TASK_NAME}; echo bad >&2; exit 2', 0);
    expect([stdout.toString(), stderr.toString(), result?.exit_code]).to.deep.equal(['web\n', 'bad\n', 2]);
    const program = async (name: string) => {
      const request = { task_id: task, command: [name, 'x'], timeout: { seconds: 0, nanos: 0 } };
      const answer = await nomad.plugin().driver.unary('ExecTask', request);
      return [answer.result?.exit_code, answer.stdout.toString(), answer.stderr.toString()] as const;
    };
    expect(await program('echo')).to.deep.equal([0, 'x\n', '']);
    const [code, , why] = await program('nope');
    expect(code).to.equal(127);
    expect(why).to.include('"nope" cannot be executed');
    const daemon = await check('sleep 1000 & echo started', 0);
    expect(daemon.stdout.toString()).to.equal('started\n');
    const late = await callError(check('exec sleep 1000', 200_000_000));
    expect(late).to.include({ code: 2 });
    expect(late.details).to.include('killed after 200 ms');
  });
});
