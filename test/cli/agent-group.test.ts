import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { startCli, type CliProcess } from '../support/cli-process.ts';
import { requires, skipFor } from '../support/requirements.ts';

/** Members of the group 12345, and of none. */
const MEMBER = { uid: 65_534, gid: 12_345 };
const STRANGER = { uid: 65_534, gid: 65_534 };

describe('rkt-streams agent --socket-group', function () {
  this.timeout(120_000);
  let base = '';
  let agent: CliProcess | undefined;

  before(function () {
    requires(this, 'root');
    const probe = `test -r "${import.meta.filename}" && exec "${process.execPath}" -e 0`;
    if (spawnSync('sh', ['-c', probe], STRANGER).status !== 0)
      skipFor(this, 'root', 'the checkout is out of reach for others');
  });
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'rkt-streams-test-'));
    chmodSync(base, 0o755);
  });
  afterEach(async () => {
    agent?.child.kill('SIGTERM');
    await agent?.ended;
    agent = undefined;
    rmSync(base, { recursive: true });
  });

  const dataDir = (): string => join(base, 'data');
  const env = (): Record<string, string> => ({
    NODE_V8_COVERAGE: '',
    HOME: base,
    RKT_STREAMS_RKT: 'embedded',
    RKT_STREAMS_RKT_DIR: join(base, 'rkt'),
    RKT_STREAMS_DATA_DIR: dataDir(),
  });
  const start = async (...flags: readonly string[]): Promise<void> => {
    agent = startCli(['agent', '--listen', 'none', ...flags], { env: env(), cwd: base });
    await agent.says('agent.sock');
  };
  const ps = (who: typeof MEMBER) => startCli(['ps'], { ...who, env: env(), cwd: base }).ended;

  it('lets a group use the agent, and nothing else of its directory', async () => {
    await start('--socket-group', String(MEMBER.gid));
    const { exitCode, stdout, stderr } = await ps(MEMBER);
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
    expect(stdout).to.match(/^ID +NAME/);
    expect((await ps(STRANGER)).stderr).to.include('RKT_ERR_PERMISSION');
    const socket = statSync(join(dataDir(), 'agent.sock'));
    expect([socket.mode & 0o777, socket.gid]).to.deep.equal([0o660, MEMBER.gid]);
    expect(statSync(join(dataDir(), 'agent-token')).mode & 0o777).to.equal(0o600);
    expect(statSync(dataDir()).mode & 0o077).to.equal(0o010);
  });

  it('keeps everybody out without the flag', async () => {
    await start();
    chownSync(dataDir(), 0, MEMBER.gid);
    expect((await ps(MEMBER)).stderr).to.include('RKT_ERR_PERMISSION');
    expect(statSync(join(dataDir(), 'agent.sock')).mode & 0o777).to.equal(0o600);
  });

  it('refuses a group that the machine does not have', async () => {
    const failed = await startCli(['agent', '--listen', 'none', '--socket-group', 'no-such-group'], {
      env: env(),
      cwd: base,
    }).ended;
    expect(failed.exitCode).to.equal(2);
    expect(failed.stderr).to.include('no-such-group is neither a number nor a group of /etc/group');
  });
});
