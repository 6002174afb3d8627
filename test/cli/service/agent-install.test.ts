import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { installAgent } from '../../../src/cli/service/install-agent.ts';
import { serviceFiles, type ServiceFiles } from '../../../src/cli/service/service-files.ts';
import { serviceProgram } from '../../../src/cli/service/service-program.ts';
import { systemdUnit } from '../../../src/cli/service/systemd-unit.ts';
import { uninstallAgent } from '../../../src/cli/service/uninstall-agent.ts';
import { startCli } from '../../support/cli-process.ts';
import { expectRktError, expectRktRejection } from '../../support/errors.ts';
import { requires } from '../../support/requirements.ts';

describe('rkt-streams agent install', function () {
  this.timeout(60_000);
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'rkt-streams-service-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  /** As on a machine: with a token, and everything below a directory. */
  const filesIn = (program = '/usr/bin/rkt-streams'): ServiceFiles => {
    const dataDir = join(root, 'var/lib/rkt-streams');
    const options = { config: '/etc/rkt-streams/config.jsonc', dataDir: '/var/lib/rkt-streams', active: {} };
    const below = { prefix: undefined, root, rktDir: '/var/lib/rkt', program: [program] };
    return { ...serviceFiles({ ...options, ...below }), dataDir };
  };
  const choices = { force: false, enable: false };
  const tree = async (): Promise<readonly string[]> =>
    (await readdir(root, { recursive: true, withFileTypes: true }))
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
      .sort();
  const actions = (outcomes: readonly { action: string }[]): readonly string[] =>
    outcomes.map(({ action }) => action);
  const UNIT = '/etc/systemd/system/rkt-streams-agent.service';
  const CONFIG = '/etc/rkt-streams/config.jsonc';
  const TOKEN = '/var/lib/rkt-streams/agent-token';

  it('writes unit, configuration and token once, and removes them again', async () => {
    expect(actions(await installAgent(filesIn(), choices))).to.deep.equal(['written', 'written', 'written']);
    expect(await tree()).to.deep.equal([CONFIG, UNIT, TOKEN]);
    const modes = [UNIT, CONFIG, TOKEN].map((path) => statSync(join(root, path)).mode & 0o777);
    expect(modes).to.deep.equal([0o644, 0o600, 0o600]);
    const token = readFileSync(join(root, TOKEN), 'utf8');
    const again = await installAgent(filesIn(), choices);
    expect(actions(again)).to.deep.equal(['unchanged', 'unchanged', 'unchanged']);
    expect(readFileSync(join(root, TOKEN), 'utf8')).to.equal(token);
    expect(actions(await uninstallAgent(filesIn()))).to.deep.equal(['removed', 'removed', 'removed']);
    expect(await tree()).to.deep.equal([]);
    expect(existsSync(join(root, 'etc/rkt-streams'))).to.equal(false);
    expect(existsSync(join(root, 'var/lib/rkt-streams'))).to.equal(false);
  });

  it('replaces an unchanged unit of another version, and refuses one that was changed', async () => {
    await installAgent(filesIn('/opt/old/rkt-streams'), choices);
    expect(actions(await installAgent(filesIn(), choices))[0]).to.equal('replaced');
    await appendFile(join(root, UNIT), 'Nice=5\n');
    const changed = readFileSync(join(root, UNIT), 'utf8');
    const error = await expectRktRejection(installAgent(filesIn(), choices), 'RKT_ERR_SERVICE');
    expect(error.message).to.include(join(root, UNIT)).and.to.include('--force');
    expect(readFileSync(join(root, UNIT), 'utf8')).to.equal(changed);
    expect(actions(await installAgent(filesIn(), { ...choices, force: true }))[0]).to.equal('replaced');
    expect(readFileSync(join(root, UNIT), 'utf8')).to.equal(filesIn().unit.text);
  });

  it('keeps what was changed, and a data directory with tasks', async () => {
    await installAgent(filesIn(), choices);
    await writeFile(join(root, CONFIG), '{}');
    await appendFile(join(root, UNIT), 'Nice=5\n');
    await mkdir(join(root, 'var/lib/rkt-streams/state'));
    const again = await installAgent(filesIn(), { ...choices, force: true });
    expect(actions(again)).to.deep.equal(['replaced', 'kept', 'unchanged']);
    await appendFile(join(root, UNIT), 'Nice=5\n');
    expect(actions(await uninstallAgent(filesIn()))).to.deep.equal(['kept', 'kept', 'kept']);
    expect(await tree()).to.deep.equal([CONFIG, UNIT, TOKEN]);
  });

  it('leaves everything as it was after a failure', async () => {
    await installAgent(filesIn('/opt/old/rkt-streams'), choices);
    const before = readFileSync(join(root, UNIT), 'utf8');
    await rm(join(root, CONFIG));
    await rm(join(root, 'var/lib/rkt-streams'), { recursive: true });
    // The directory of the token cannot be created below a file.
    await writeFile(join(root, 'var/lib/rkt-streams'), '');
    const failed = await installAgent(filesIn(), choices).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failed).to.be.instanceOf(Error);
    expect(await tree()).to.deep.equal([UNIT, '/var/lib/rkt-streams']);
    expect(readFileSync(join(root, UNIT), 'utf8')).to.equal(before);
  });

  it('enables the unit below a root only when asked, and disables it', async function () {
    requires(this, 'systemd');
    const link = '/etc/systemd/system/multi-user.target.wants/rkt-streams-agent.service';
    await installAgent(filesIn(), choices);
    expect(await tree()).to.not.include(link);
    await installAgent(filesIn(), { ...choices, enable: true });
    expect(await tree()).to.include(link);
    expect(actions(await uninstallAgent(filesIn()))).to.include('disabled');
    expect(await tree()).to.deep.equal([]);
  });

  it('undoes all when the unit cannot be enabled', async function () {
    requires(this, 'systemd');
    await mkdir(join(root, 'etc/systemd/system'), { recursive: true });
    const wants = '/etc/systemd/system/multi-user.target.wants';
    await writeFile(join(root, wants), '');
    const installed = installAgent(filesIn(), { ...choices, enable: true });
    const error = await expectRktRejection(installed, 'RKT_ERR_SERVICE');
    expect(error.message).to.include('enable rkt-streams-agent.service failed');
    expect(await tree()).to.deep.equal([wants]);
  });

  it('is refused over a masked unit', async () => {
    await mkdir(join(root, 'etc/systemd/system'), { recursive: true });
    await symlink('/dev/null', join(root, UNIT));
    await expectRktRejection(installAgent(filesIn(), choices), 'RKT_ERR_SERVICE');
  });

  it('writes unit and configuration of a package, without a token, with the flags in the configuration', async () => {
    const words = [
      'agent',
      'install',
      '--root',
      root,
      '--prefix',
      '/usr',
      '--program',
      '/usr/bin/rkt-streams',
    ];
    const { exitCode, stdout, stderr } = await startCli([
      ...words,
      '--listen',
      '9000',
      '--log-max-size',
      '1Mi',
    ]).ended;
    expect([exitCode, stderr]).to.deep.equal([0, '']);
    const unit = '/usr/lib/systemd/system/rkt-streams-agent.service';
    expect(await tree()).to.deep.equal([CONFIG, unit]);
    expect(stdout).to.equal(`written ${root}${unit}\nwritten ${root}${CONFIG}\n`);
    const config = readFileSync(join(root, CONFIG), 'utf8');
    expect(config)
      .to.include('\n    "listen": "9000",\n')
      .and.to.include('\n  "logMaxSize": "1Mi",\n')
      .and.to.include('\n  "logLevel": "info",\n');
    expect(readFileSync(join(root, unit), 'utf8')).to.include(
      '\nExecStart=/usr/bin/rkt-streams agent --config /etc/rkt-streams/config.jsonc\n',
    );
  });

  it('prints the files with --dry-run, and writes nothing', async () => {
    const { exitCode, stdout } = await startCli(['agent', 'install', '--dry-run', '--root', root]).ended;
    expect(exitCode).to.equal(0);
    expect(stdout)
      .to.include(`# ${root}${UNIT}\n`)
      .and.to.include('Type=notify')
      .and.to.include('"server": {');
    expect(await tree()).to.deep.equal([]);
  });

  it('refuses settings that the agent would refuse, and writes nothing', async () => {
    const { exitCode, stderr } = await startCli(['agent', 'install', '--root', root, '--listen', 'x:y'])
      .ended;
    expect([exitCode, stderr.includes('server.listen')]).to.deep.equal([2, true]);
    expect(await tree()).to.deep.equal([]);
  });
});

describe('the systemd unit', () => {
  const options = { program: serviceProgram(), config: '/etc/c.jsonc', rktDir: '/var/lib/rkt' };
  const unit = systemdUnit({ ...options, dataDir: '/var/lib/rkt-streams' });

  it('lets the pods live when the agent is restarted', () => {
    const lines = unit.split('\n');
    for (const line of [
      'Type=notify',
      'ExecReload=/bin/kill -HUP $MAINPID',
      'KillMode=process',
      'Delegate=yes',
    ])
      expect(lines).to.include(line);
    // A mount namespace of the unit would be the pods' as well, and end with it; a filter or a limit applies to them.
    expect(unit).to.not.match(
      /^(Protect|Private|ReadOnly|Inaccessible|Restrict(?!art)|NoNew|Capability|SystemCall|Lock|MemoryDeny)\w*=/m,
    );
  });

  it('has no state directory of systemd for data elsewhere, and refuses a path that it cannot contain', () => {
    expect(unit).to.include('StateDirectory=rkt-streams\n');
    expect(systemdUnit({ ...options, dataDir: '/srv/x' })).to.not.include('StateDirectory');
    expect(expectRktError(() => systemdUnit({ ...options, dataDir: '/srv/a b' })).message).to.include(
      '"/srv/a b"',
    );
  });

  it('is one that systemd accepts', async function () {
    requires(this, 'systemd');
    this.timeout(60_000);
    const directory = await mkdtemp(join(tmpdir(), 'rkt-streams-unit-'));
    try {
      const path = join(directory, 'rkt-streams-agent.service');
      // There is no manual page on this machine.
      await writeFile(path, unit.replace(/^Documentation=.*\n/m, ''));
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' });
      expect([status, stderr]).to.deep.equal([0, '']);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
