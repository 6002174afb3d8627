import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { createRktRunner } from '../../src/rkt/command-runner.ts';
import { expectRktRejection } from '../support/errors.ts';
import { scriptDirectory, type ScriptDirectory } from '../support/scripts.ts';

describe('RktRunner.spawn', () => {
  const runner = createRktRunner({ binary: { command: ['/bin/false'], runtime: 'rkt' } });
  const sh = (script: string): readonly string[] => ['/bin/sh', '-c', script];
  let scripts: ScriptDirectory;
  before(async () => {
    scripts = await scriptDirectory();
  });
  after(() => scripts.remove());

  it('streams all three standard streams', async () => {
    const child = await runner.spawn(sh('cat; echo err >&2; exit 3'), {
      ...{ stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' },
    });
    child.stdin?.end('hello');
    const outputs = await Promise.all([text(child.stdout!), text(child.stderr!)]);
    expect(outputs).to.deep.equal(['hello', 'err\n']);
    expect(await child.exit).to.deep.equal({ exitCode: 3 });
    expect(await child.closed).to.deep.equal({ exitCode: 3 });
  });

  it('loses nothing when its pipes are read late', async () => {
    const child = await runner.spawn(sh('echo early'), { stdout: 'pipe' });
    await child.exit;
    for (let i = 0; i < 10; i += 1) await turn();
    expect(await text(child.stdout!)).to.equal('early\n');
  });

  it('has no pipes unless they are asked for', async () => {
    const child = await runner.spawn(sh('exit 0'));
    expect(child).to.not.have.any.keys('stdin', 'stdout', 'stderr');
    expect(await child.closed).to.deep.equal({ exitCode: 0 });
  });

  it('writes to descriptors it is given, whatever their number', async () => {
    const files = await Promise.all(
      Array.from({ length: 12 }, (_, i) => open(join(scripts.path, `fd-${i}`), 'w')),
    );
    const last = files.at(-1)!;
    expect(last.fd).to.be.greaterThan(9);
    const child = await runner.spawn(sh('echo out; echo more >&3'), {
      stdout: last.fd,
      more: [files[0]!.fd],
    });
    await child.closed;
    await Promise.all(files.map((file) => file.close()));
    expect(await readFile(join(scripts.path, 'fd-11'), 'utf8')).to.equal('out\n');
    expect(await readFile(join(scripts.path, 'fd-0'), 'utf8')).to.equal('more\n');
  });

  it('reports the end of the process apart from the end of its pipes', async () => {
    const child = await runner.spawn(sh('sleep 1000 & echo $!'), { stdout: 'pipe' });
    expect(await child.exit).to.deep.equal({ exitCode: 0 });
    let isClosed = false;
    const closed = child.closed.then(() => (isClosed = true));
    await turn();
    expect(isClosed).to.equal(false);
    expect(child.killGroup('SIGKILL')).to.equal(true);
    await Promise.all([closed, text(child.stdout!)]);
  });

  it('kills the process, or its group, and says when it is gone', async () => {
    const child = await runner.spawn(['sleep', '1000']);
    expect(child.kill('SIGINT')).to.equal(true);
    expect(await child.exit).to.deep.equal({ signal: 'SIGINT' });
    expect(child.kill()).to.equal(false);
    expect(child.killGroup()).to.equal(false);
  });

  it('is a session of its own unless reported otherwise', async () => {
    const own = await runner.spawn(['cut', '-d ', '-f1,6', '/proc/self/stat'], { stdout: 'pipe' });
    expect(await text(own.stdout!)).to.equal(`${own.pid} ${own.pid}\n`);
    const shared = await runner.spawn(['cut', '-d ', '-f6', '/proc/self/stat'], {
      stdout: 'pipe',
      detached: false,
    });
    expect(await text(shared.stdout!)).to.not.equal(`${shared.pid}\n`);
  });

  it('runs where and with what it is reported', async () => {
    const child = await runner.spawn(sh('echo "$PWD $EXTRA"'), {
      cwd: '/usr',
      env: { EXTRA: 'x' },
      stdout: 'pipe',
    });
    expect(await text(child.stdout!)).to.equal('/usr x\n');
  });

  it('says when a program cannot be executed', async () => {
    const error = await expectRktRejection(runner.spawn(['/nowhere/shim']), 'RKT_ERR_RKT_MISSING');
    expect(error.message).to.include('/nowhere/shim');
    expect(error.details.command).to.deep.equal(['/nowhere/shim']);
  });
});
