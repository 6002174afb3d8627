import { PassThrough, Readable, Writable } from 'node:stream';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { expect } from 'chai';
import { of } from 'rxjs';

import type { Driver, ExecResult, ExecStreamingOptions } from '../../src/index.ts';
import { expectRktRejection } from '../support/errors.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';

interface Conversation extends ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  /** When each chunk of stdout came, in ms after the start. */
  readonly arrivedMs: readonly number[];
}

describe('execTaskStreaming', function () {
  let sandbox: Sandbox;
  let driver: Driver;

  before(async function () {
    sandbox = await openSandbox(this);
    driver = sandbox.driver();
    await driver.startTask(sandbox.shell('task', 'sleep 1000'));
  });
  after(() => sandbox.close());

  async function exec(script: string, options: Partial<ExecStreamingOptions> = {}): Promise<Conversation> {
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const arrivedMs: number[] = [];
    const begin = performance.now();
    const stdout = new PassThrough().on('data', (chunk: Buffer) => {
      out.push(chunk);
      arrivedMs.push(performance.now() - begin);
    });
    const stderr = new PassThrough().on('data', (chunk: Buffer) => err.push(chunk));
    const cmd = ['/bin/sh', '-c', script];
    const result = await driver.execTaskStreaming('task', { cmd, stdout, stderr, ...options });
    return {
      ...result,
      stdout: Buffer.concat(out).toString(),
      stderr: Buffer.concat(err).toString(),
      arrivedMs,
    };
  }

  describe('without a terminal', () => {
    it('keeps both streams apart and passes the exit code on', async () => {
      const seen = await exec('echo hello stdout; echo hello stderr >&2; exit 43');
      expect(seen).to.include({ stdout: 'hello stdout\n', stderr: 'hello stderr\n', exitCode: 43 });
    });

    it('delivers lines as they are written', async () => {
      const seen = await exec('for i in 1 2 3; do echo $i; sleep 1; done');
      expect(seen).to.include({ stdout: '1\n2\n3\n', exitCode: 0 });
      const [first = 0] = seen.arrivedMs;
      expect((seen.arrivedMs.at(-1) ?? 0) - first).to.be.greaterThan(1_000);
    });

    it('is no terminal', async () => {
      const seen = await exec('if test -t 0 || test -t 1; then echo terminal; else echo none; exit 1; fi');
      expect(seen).to.include({ stdout: 'none\n', exitCode: 1 });
    });

    it('feeds stdin', async () => {
      const seen = await exec('echo hello from command; head -n1', {
        stdin: Readable.from(['hello from stdin\n']),
      });
      expect(seen).to.include({ stdout: 'hello from command\nhello from stdin\n', exitCode: 0 });
    });

    it('waits for everybody who holds the pipes', async () => {
      const seen = await exec('(sleep 3; echo from child) & echo from main');
      expect(seen).to.include({ stdout: 'from main\nfrom child\n', exitCode: 0 });
    });
  });

  describe('of a command that leaves another one behind, which holds its outputs', () => {
    const DAEMON = 'sleep 1000 & echo from main';

    it('ends some time after the command', async () => {
      expect(await exec(DAEMON, { lingerMs: 300 })).to.include({ stdout: 'from main\n', exitCode: 0 });
      expect(await exec(DAEMON)).to.include({ stdout: 'from main\n', exitCode: 0 });
    });

    it('ends with the command where no one is waited for, with all that was written', async () => {
      const bytes = 3 * 2 ** 20;
      const script = `sleep 1000 & head -c ${bytes} /dev/zero | tr '\\0' x; echo err >&2; exit 7`;
      const seen = await exec(script, { lingerMs: 0 });
      expect(seen).to.include({ exitCode: 7, stderr: 'err\n' });
      expect(seen.stdout.length).to.equal(bytes);
    });

    it('loses nothing to a reader that is slow', async () => {
      const bytes = 2 ** 20;
      let count = 0;
      const stdout = new Writable({
        write(chunk: Buffer, _encoding, done) {
          count += chunk.length;
          setImmediate(done);
        },
      });
      const script = `sleep 1000 & head -c ${bytes} /dev/zero`;
      const cmd = ['/bin/sh', '-c', script];
      await driver.execTaskStreaming('task', { cmd, stdout, lingerMs: 0 });
      expect(count).to.equal(bytes);
    });

    it('ends at once when it is aborted meanwhile', async () => {
      const abort = new AbortController();
      const stdout = new PassThrough().on('data', () => abort.abort());
      const seen = await exec(DAEMON, { stdout, signal: abort.signal, lingerMs: 1_000_000 });
      expect(seen.exitCode).to.be.oneOf([0, 137]);
    });

    it('ends with the command as execTask', async () => {
      const seen = await driver.execTask('task', ['/bin/sh', '-c', `${DAEMON}; exit 3`]);
      expect(seen).to.include({ stdout: 'from main\n', exitCode: 3 });
    });

    it('is killed at its timeout, though one that has left its process tree still holds the outputs', async () => {
      const script = '(sleep 1000 &); exec sleep 1000';
      const late = driver.execTask('task', ['/bin/sh', '-c', script], { timeoutMs: 300 });
      await expectRktRejection(late, 'RKT_ERR_EXEC_TIMEOUT');
    });

    it('refuses a time that is none', async () => {
      await expectRktRejection(exec('true', { lingerMs: Number.NaN }), 'RKT_ERR_OPTIONS');
    });
  });

  describe('with a terminal', () => {
    it('shows both streams as one and passes the exit code on', async () => {
      const seen = await exec('echo hello stdout; echo hello stderr >&2; exit 43', { tty: true });
      expect(seen).to.include({ stdout: 'hello stdout\r\nhello stderr\r\n', exitCode: 43 });
    });

    it('has the size it is given', async () => {
      // The size is reported by a later look, so the command looks until it sees it.
      const script = 'while [ "$(stty size)" != "100 100" ]; do sleep 0.05; done; stty size';
      const seen = await exec(script, { tty: true, resize: of({ rows: 100, columns: 100 }) });
      expect(seen).to.include({ stdout: '100 100\r\n', exitCode: 0 });
    });

    it('echoes what is typed', async () => {
      const stdin = new PassThrough();
      stdin.write('hello from stdin\n');
      const seen = await exec('head -n1', { tty: true, stdin });
      expect(seen).to.include({ stdout: 'hello from stdin\r\nhello from stdin\r\n', exitCode: 0 });
    });

    it('waits for the command alone', async () => {
      const seen = await exec('(sleep 3; echo from child) & echo from main', { tty: true });
      expect(seen).to.include({ stdout: 'from main\r\n', exitCode: 0 });
    });
  });

  describe('of a program that has to be found', () => {
    const script = (name: string, text: string): Promise<unknown> =>
      exec(`printf '%s\\n' '#!/bin/sh' '${text}' >/tmp/${name}; chmod 755 /tmp/${name}`);

    it('looks in the PATH of the app', async () => {
      expect(await driver.execTask('task', ['sh', '-c', 'echo "$0"'])).to.include({ stdout: '/bin/sh\n' });
      await driver.startTask(
        sandbox.shell('found', 'exec sleep 1000', {
          env: { PATH: '/tmp:/bin' },
          config: { ...sandbox.shell('found', 'exec sleep 1000').config, working_dir: '/tmp' },
        }),
      );
      const write = 'printf "#!/bin/sh\\necho mine\\n" >/tmp/ls; chmod 755 /tmp/ls';
      await driver.execTask('found', ['sh', '-c', write]);
      expect(await driver.execTask('found', ['ls'])).to.include({ stdout: 'mine\n', exitCode: 0 });
      expect(await driver.execTask('found', ['./ls'])).to.include({ stdout: 'mine\n', exitCode: 0 });
      expect(await driver.execTask('found', ['/bin/ls', '/tmp'])).to.include({ stdout: 'ls\n' });
      await driver.destroyTask('found', { force: true });
    });

    it('ends with 127 and names what is not there', async () => {
      for (const name of ['nope', './nope', '/bin/nope']) {
        const seen = await driver.execTask('task', [name, 'argument']);
        expect(seen, name).to.include({ exitCode: 127, stdout: '' });
        expect(seen.stderr).to.match(
          new RegExp(`^rkt-streams: "${name}" cannot be executed in task "task": .*\n$`),
        );
      }
      const seen = await driver.execTask('task', ['${NOPE}nope']);
      expect(seen.stderr).to.include('"${NOPE}nope"');
    });

    it('ends with 126 and names what cannot be executed', async () => {
      await exec('echo text >/tmp/text');
      for (const name of ['/tmp', '/tmp/text']) {
        const seen = await driver.execTask('task', [name]);
        expect(seen, name).to.include({ exitCode: 126, stdout: '' });
        expect(seen.stderr).to.include(`"${name}"`);
      }
    });

    it('writes that to the terminal, if there is one', async () => {
      const lines: string[] = [];
      const stdout = new PassThrough().on('data', (chunk: Buffer) => lines.push(chunk.toString()));
      const seen = await driver.execTaskStreaming('task', { cmd: ['nope'], tty: true, stdout });
      expect(seen).to.deep.equal({ exitCode: 127 });
      expect(lines.join('')).to.match(/"nope".*\r\n$/);
    });

    it('shows no value of a variable', async () => {
      await driver.startTask(sandbox.shell('secret', 'exec sleep 1000', { env: { WORD: 's3cr3t-word' } }));
      const seen = await driver.execTask('secret', ['/${WORD}']);
      expect(seen).to.include({ exitCode: 127 });
      expect(seen.stderr).to.include('"/${WORD}"').and.not.include('s3cr3t');
      await driver.destroyTask('secret', { force: true });
    });

    it('keeps the exit code of a program that has one of these itself', async () => {
      await script('own', 'exit 127');
      expect(await driver.execTask('task', ['/tmp/own'])).to.deep.include({ exitCode: 127, stderr: '' });
    });
  });

  it('sees the same file system each time, which is not that of the host', async () => {
    const path = '/tmp/rkt-streams-written-by-exec';
    expect(await exec(`echo seen > ${path}`)).to.include({ exitCode: 0 });
    expect(await exec(`cat ${path}`)).to.include({ stdout: 'seen\n' });
    expect(existsSync(path)).to.equal(false);
  });

  it('runs in the cgroup of the task', async () => {
    const path = driver.inspectTask('task').cgroupPaths[0] ?? '';
    const { stdout } = await exec('cat /proc/self/cgroup');
    expect(stdout).to.include(path.slice(path.indexOf(sandbox.options.cgroupParent)));
  });

  it('kills the command when it is aborted', async () => {
    const abort = new AbortController();
    const stdout = new PassThrough().on('data', () => abort.abort());
    const seen = await exec('echo $$; exec sleep 1000', { stdout, signal: abort.signal });
    expect(seen.signal).to.equal(9);
  });

  it('leaves nothing of a command behind in the task', async () => {
    const pid = driver.inspectTask('task').pid ?? 0;
    const [path = ''] = driver.inspectTask('task').cgroupPaths;
    const procs = (await readFile(`${path}/cgroup.procs`, 'utf8')).trim().split('\n').map(Number);
    expect(procs).to.include(pid);
  });
});
