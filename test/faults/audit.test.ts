import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { createDriver, type AuditReport, type Driver } from '../../src/index.ts';
import { newStartToken } from '../../src/ops/start-token.ts';
import { cliIn, parseLines, shellLine, variablesOf } from '../support/cli-process.ts';
import { FOREVER } from '../support/cli-sandbox.ts';
import { openNamespace } from '../support/mount-namespace.ts';
import { runProgram } from '../support/program.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const CHILD = fileURLToPath(new URL('../support/driver-child.ts', import.meta.url));
const OTHERS_TOKEN = newStartToken('/somebody/elses/data');
const OLD_TOKEN = OTHERS_TOKEN.slice(0, 36);
const LOST = ['shim', 'cgroup', 'pod', 'task-directory', 'exit-file'];

describe('an audit', function () {
  this.timeout(180_000);
  let sandbox: Sandbox;
  const children: ChildProcess[] = [];
  before(async function () {
    sandbox = await openSandbox(this);
  });
  after(() => sandbox.close());
  afterEach(async () => {
    for (const child of children.splice(0)) await killed(child);
    const driver = createDriver(sandbox.options);
    await driver.audit({ fix: true });
    await driver.shutdown();
  });

  const killed = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  };
  const stateFiles = (dataDir = sandbox.options.dataDir): readonly string[] =>
    readdirSync(join(dataDir, 'state'))
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(dataDir, 'state', name));
  const audit = async (fix = false, options = sandbox.options): Promise<AuditReport> => {
    const driver = createDriver(options);
    try {
      return await driver.audit({ fix });
    } finally {
      await driver.shutdown();
    }
  };
  const kindsOf = ({ findings }: AuditReport): readonly string[] => findings.map(({ kind }) => kind);
  /** A task that runs, whose state file is gone. */
  const loseTask = async (script = FOREVER, options = sandbox.options): Promise<string> => {
    const driver = createDriver(options);
    const { handle } = await driver.startTask(sandbox.shell('lost', script));
    await driver.shutdown();
    stateFiles(options.dataDir).forEach((file) => rmSync(file));
    return handle.state.startToken;
  };
  const startChild = async (script: string): Promise<ChildProcess> => {
    const args = [
      '--import',
      'tsx',
      CHILD,
      JSON.stringify(sandbox.options),
      JSON.stringify(sandbox.shell('child', script)),
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(child);
    await once(child.stdout, 'data');
    return child;
  };

  it('finds nothing where every task is known, running or exited, and changes nothing', async () => {
    const driver: Driver = sandbox.driver();
    await driver.startTask(sandbox.shell('known', FOREVER));
    const before = await sandbox.leftovers();
    expect(await audit(true)).to.deep.equal({ findings: [], unchecked: [] });
    expect(await driver.audit({ fix: true })).to.deep.equal({ findings: [], unchecked: [] });
    expect(await sandbox.leftovers()).to.deep.equal(before);
    await driver.stopTask('known', { timeoutMs: 0 });
    expect((await audit(true)).findings).to.deep.equal([]);
    await driver.destroyTask('known');
    await driver.shutdown();
  });

  it('finds all that a task has left whose state file is lost, and removes it alone when asked', async () => {
    const startToken = await loseTask();
    const before = await sandbox.leftovers();
    const found = await audit();
    expect(kindsOf(found)).to.deep.equal(LOST);
    expect(new Set(found.findings.map((finding) => finding.startToken))).to.deep.equal(new Set([startToken]));
    expect(found.findings.every(({ outcome }) => outcome === 'found')).to.equal(true);
    expect(await sandbox.leftovers()).to.deep.equal(before);
    const fixed = await audit(true);
    expect(fixed.findings.map(({ kind, outcome, error }) => ({ kind, outcome, error }))).to.deep.equal(
      LOST.map((kind) => ({ kind, outcome: 'removed', error: undefined })),
    );
    await until('nothing is left', async () => (await sandbox.leftovers()).length === 0);
  });

  it('finds what is left when shim and state are lost, and the app runs on', async () => {
    await loseTask('sleep 1000 & wait');
    const shim = (await audit()).findings.find(({ kind }) => kind === 'shim');
    process.kill(Number(shim?.what), 'SIGKILL');
    await until('the shim has ended', async () => !kindsOf(await audit()).includes('shim'));
    expect(kindsOf(await audit())).to.include.members(['cgroup', 'pod', 'task-directory']);
    expect((await audit(true)).findings.every(({ outcome }) => outcome === 'removed')).to.equal(true);
    await until('nothing is left', async () => (await sandbox.leftovers()).length === 0);
  });

  it('shows a start whose driver was killed, and undoes it when asked', async () => {
    const child = await startChild('exit 7');
    await until(
      'the start has begun',
      () => existsSync(join(sandbox.options.dataDir, 'state')) && stateFiles().length > 0,
    );
    await killed(child);
    const found = await audit();
    expect(found.findings[0]).to.include({ kind: 'state-file', what: stateFiles()[0], outcome: 'found' });
    expect(found.findings[0]?.why).to.match(/^the start of task "child" was never finished$/);
    expect(stateFiles()).to.have.length(1);
    expect((await audit(true)).findings.every(({ outcome }) => outcome === 'removed')).to.equal(true);
    await until('nothing is left', async () => (await sandbox.leftovers()).length === 0);
  });

  it('leaves a start alone that another driver is at', async () => {
    const child = await startChild(FOREVER);
    await until(
      'the start has begun',
      () => existsSync(join(sandbox.options.dataDir, 'state')) && stateFiles().length > 0,
    );
    child.kill('SIGSTOP');
    expect((await audit(true)).findings).to.deep.equal([]);
    const started = once(child.stdout!, 'data');
    child.kill('SIGCONT');
    expect(String(await started)).to.include('started');
    expect((await audit(true)).findings).to.deep.equal([]);
    await killed(child);
    const driver = createDriver(sandbox.options);
    await driver.recoverTasks();
    await driver.destroyTask('child', { force: true });
    await driver.shutdown();
  });

  it('leaves alone what may belong to a state file that cannot be read', async () => {
    const token = await loseTask();
    const file = join(sandbox.options.dataDir, 'state', 'damaged.json');
    writeFileSync(file, `{"id":"lost","startToken":"${token}",`);
    const named = await audit(true);
    expect(named.findings.map(({ kind, what, outcome }) => [kind, what, outcome])).to.deep.equal([
      ['state-file', file, 'left'],
    ]);
    writeFileSync(file, 'not even that');
    const unnamed = await audit(true);
    expect(kindsOf(unnamed)).to.deep.equal(['state-file', ...LOST]);
    expect(unnamed.findings.every(({ outcome }) => outcome === 'left')).to.equal(true);
    rmSync(file);
    expect((await audit(true)).findings.every(({ outcome }) => outcome === 'removed')).to.equal(true);
  });

  it('never touches what is not of this data directory', async () => {
    const other = { ...sandbox.options, dataDir: join(sandbox.base, 'other-data') };
    // A task of another data directory that has the same rkt and cgroup parent, lost as well.
    const others = await loseTask(FOREVER, other);
    const parents = readdirSync('/sys/fs/cgroup')
      .map((hierarchy) => join('/sys/fs/cgroup', hierarchy, sandbox.options.cgroupParent))
      .filter((path) => existsSync(path));
    const cgroups = parents.flatMap((parent) => [
      join(parent, 'foreign'),
      join(parent, `web-${OTHERS_TOKEN}`),
      join(parent, `web-${OLD_TOKEN}`),
    ]);
    cgroups.forEach((path) => mkdirSync(path));
    const rkt = cliIn(sandbox);
    const prepared = await rkt.run([
      'rkt',
      `--dir=${sandbox.options.rktDir}`,
      '--insecure-options=image',
      'prepare',
      sandbox.image,
    ]);
    const files = ['tasks/mine', 'tasks/readme.txt', 'exits/note', 'exits/.hidden', 'notes'].map((name) =>
      join(sandbox.options.dataDir, name),
    );
    mkdirSync(files[0]!, { recursive: true });
    mkdirSync(join(sandbox.options.dataDir, 'exits'), { recursive: true });
    files.slice(1).forEach((file) => writeFileSync(file, ''));
    try {
      expect(await audit(true)).to.deep.equal({ findings: [], unchecked: [] });
      expect(cgroups.filter((path) => !existsSync(path))).to.deep.equal([]);
      expect(files.filter((path) => !existsSync(path))).to.deep.equal([]);
      expect(existsSync(join(sandbox.options.rktDir, 'pods', 'prepared', prepared.stdout.trim()))).to.equal(
        true,
      );
      const found = await audit(false, other);
      expect(kindsOf(found)).to.deep.equal(LOST);
      expect(new Set(found.findings.map(({ startToken }) => startToken))).to.deep.equal(new Set([others]));
    } finally {
      cgroups.forEach((path) => rmdirSync(path));
      files.forEach((path) => rmSync(path, { recursive: true }));
      await rkt.run(['rkt', `--dir=${sandbox.options.rktDir}`, 'rm', prepared.stdout.trim()]);
      await audit(true, other);
    }
    await until('nothing is left', async () => (await sandbox.leftovers()).length === 0);
  });

  it('finds the pods and cgroups of earlier versions by the files of their starts', async () => {
    const token = OLD_TOKEN;
    const directory = join(sandbox.options.dataDir, 'tasks', token);
    mkdirSync(directory, { recursive: true });
    const parent = ['pids', '']
      .map((name) => join('/sys/fs/cgroup', name))
      .find((path) => existsSync(join(path, 'cgroup.procs')))!;
    const cgroup = join(parent, sandbox.options.cgroupParent, `web-${token}`);
    mkdirSync(cgroup, { recursive: true });
    const { findings } = await audit(true);
    expect(findings.map(({ what, outcome }) => [what, outcome])).to.deep.equal([
      [cgroup, 'removed'],
      [directory, 'removed'],
    ]);
    expect(existsSync(cgroup) || existsSync(directory)).to.equal(false);
  });

  it('takes away the socket of an agent that was killed, and no other', async () => {
    const path = join(sandbox.options.dataDir, 'agent.sock');
    mkdirSync(sandbox.options.dataDir, { recursive: true });
    const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('listening'))`;
    const agent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(agent);
    await once(agent.stdout, 'data');
    expect((await audit(true)).findings).to.deep.equal([]);
    await killed(agent);
    expect((await audit()).findings).to.deep.equal([
      { kind: 'socket', what: path, why: 'no agent listens on it', outcome: 'found' },
    ]);
    expect(kindsOf(await audit(true))).to.deep.equal(['socket']);
    expect(existsSync(path)).to.equal(false);
    const living = createServer().listen(path);
    await once(living, 'listening');
    expect((await audit(true)).findings).to.deep.equal([]);
    const client = connect(path);
    await once(client, 'connect');
    client.destroy();
    await new Promise((resolve) => living.close(resolve));
  });

  describe('in a mount namespace', () => {
    it('unmounts what rkt has left of a lost pod, and nothing of anybody else', async () => {
      const namespace = await openNamespace();
      try {
        await loseTask('exit 0');
        await until('the task has ended', async () => !kindsOf(await audit()).includes('shim'));
        const { findings } = await audit();
        const [podId, directory] = ['pod', 'task-directory'].map(
          (kind) => findings.find((one) => one.kind === kind)!.what,
        );
        const pod = join(sandbox.options.rktDir, 'pods', 'run', podId!);
        const inside = (line: string) =>
          runProgram(namespace.enter[0]!, [...namespace.enter.slice(1), 'sh', '-ec', line]);
        const planted = await inside(`
          mkdir -p '${pod}/stage1/rootfs/tmp-of-rkt'; mount -t tmpfs ours '${pod}/stage1/rootfs/tmp-of-rkt'
          touch '${pod}/netns'; unshare --net=${pod}/netns true
          mount -t tmpfs theirs '${directory}'; echo precious >'${directory}/file'`);
        expect(planted.exitCode, planted.stderr).to.equal(0);
        const env = variablesOf(sandbox);
        const cli = (...args: readonly string[]) =>
          runProgram(
            namespace.enter[0]!,
            [...namespace.enter.slice(1), 'sh', '-c', shellLine(['audit', '--json', ...args])],
            { env },
          );
        const found = await cli();
        expect(found.exitCode, found.stderr).to.equal(1);
        const kinds = parseLines(found.stdout).map(({ kind }) => kind);
        expect(kinds).to.deep.equal([
          'cgroup',
          'pod',
          'mount',
          'network-namespace',
          'task-directory',
          'exit-file',
        ]);
        expect(namespace.mounts(sandbox.base)).to.have.length(3);
        const fixed = parseLines((await cli('--fix')).stdout);
        const left = fixed.filter(({ outcome }) => outcome !== 'removed');
        expect(
          left.map(({ kind, outcome }) => [kind, outcome]),
          JSON.stringify(fixed),
        ).to.deep.equal([['task-directory', 'left']]);
        expect(left[0]?.['error']).to.include(`${directory} is mounted in it`);
        expect(namespace.mounts(sandbox.base).map((line) => line.split(' ')[4])).to.deep.equal([directory]);
        expect((await inside(`cat '${directory}/file'`)).stdout).to.equal('precious\n');
      } finally {
        await namespace.close();
      }
      expect(kindsOf(await audit(true))).to.deep.equal(['task-directory']);
    });
  });

  it('is a command: a table or JSON, 1 when something is found, 0 when nothing is, or when it is gone', async () => {
    const { run, json } = cliIn(sandbox);
    expect(await run(['audit'])).to.deep.equal({
      exitCode: 0,
      stdout: 'No leftovers found.\n',
      stderr: '',
    });
    await loseTask();
    const found = await run(['audit']);
    expect(found.exitCode).to.equal(1);
    expect(found.stdout).to.match(
      /^KIND +OUTCOME +WHAT +WHY\nshim +found +\d+ +no state file belongs to it\n/,
    );
    expect(found.stdout.trim().split('\n')).to.have.length(6);
    const fixed = await json('audit', '--fix');
    expect(fixed.map(({ kind, outcome }) => [kind, outcome])).to.deep.equal(
      LOST.map((kind) => [kind, 'removed']),
    );
    expect(await json('audit')).to.deep.equal([]);
    const unseen = await run(['audit', '--rkt', '/no/such/rkt']);
    expect(unseen.exitCode).to.equal(1);
    expect(unseen.stderr).to.match(/^rkt-streams: warning: pods could not be checked: .*\/no\/such\/rkt/);
  });
});
