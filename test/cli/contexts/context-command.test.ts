import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { HOST_CERT, HOST_KEY } from '../../support/host-certificate.ts';
import { openServerFixture, type ServerFixture } from '../../support/server-fixture.ts';
import { runProgram, type ProgramResult } from '../../support/program.ts';

describe('the command line with the agent of another machine', function () {
  this.timeout(120_000);
  let directory: string;
  let agent: ServerFixture;
  let url: string;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'rkt-streams-contexts-'));
    agent = await openServerFixture({ requireToken: true });
    url = agent.server.url ?? '';
    writeFileSync(join(directory, 'token'), `${agent.token}\n`);
  });
  after(async () => {
    await agent.close();
    rmSync(directory, { recursive: true });
  });

  const file = (): string => join(directory, 'rkt-streams/contexts.json');
  const cli = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ProgramResult> =>
    runProgram(process.execPath, ['dist/programs/rkt-streams.js', ...args], {
      env: { XDG_CONFIG_HOME: directory, RKT_STREAMS_DATA_DIR: join(directory, 'data'), ...env },
    });
  const expectFailure = async (args: readonly string[], code: number, message: RegExp): Promise<void> => {
    const { exitCode, stderr } = await cli(args);
    expect(stderr).to.match(message).and.not.to.contain(agent.token);
    expect(exitCode).to.equal(code);
  };

  it('takes a URL and the token of the environment', async () => {
    const { stdout, exitCode } = await cli(['-H', url, 'ps', '--json'], { RKT_STREAMS_TOKEN: agent.token });
    expect(exitCode).to.equal(0);
    expect(stdout).to.contain('"id":"web"').and.contain('"id":"job/a b"');
    await expectFailure(['-H', url, 'ps'], 1, /RKT_ERR_TOKEN|token/i);
  });

  it('keeps a context in a file of its owner, and uses it by name and as the current one', async () => {
    expect(await cli(['context', 'add', 'node-1', url, '--token-file', join(directory, 'token')])).to.include(
      {
        exitCode: 0,
        stdout: '',
        stderr: '',
      },
    );
    expect(statSync(file()).mode & 0o777).to.equal(0o600);
    const listed = await cli(['context', 'ls']);
    expect(listed.stdout)
      .to.contain('node-1')
      .and.contain(url)
      .and.contain('yes')
      .and.not.contain(agent.token);
    expect((await cli(['ps', '-H', 'node-1', '--json'])).stdout).to.contain('"id":"web"');
    expect((await cli(['ps', '--json'])).stdout).to.equal('');
    expect((await cli(['context', 'use', 'node-1'])).exitCode).to.equal(0);
    expect((await cli(['ps', '--json'])).stdout).to.contain('"id":"web"');
    expect((await cli(['signal', 'web', 'HUP'])).exitCode).to.equal(0);
    expect(agent.calls.at(-1)).to.deep.equal(['signal', 'web', 'SIGHUP']);
    // Over streams.
    const printed = await cli(['fingerprint']);
    expect(printed.stdout).to.match(/health +healthy/);
    expect((await cli(['ps', '--json', '-H', 'local'])).stdout).to.equal('');
  });

  it('refuses commands that would act on this machine instead', async () => {
    for (const args of [
      ['cp', 'web:/etc/passwd', '.'],
      ['image', 'list'],
    ])
      await expectFailure(args, 2, /works on this machine alone/);
    await expectFailure(['doctor', '-H', 'node-1'], 2, /`doctor` works on this machine alone/);
    await expectFailure(['ps', '-H', 'node-1', '--no-agent'], 2, /--no-agent excludes it/);
  });

  it('refuses two sources of tasks', async () => {
    const pairs = /exclude each other/;
    await expectFailure(['ps', '-H', url, '--replay', 'x.rec'], 2, pairs);
    await expectFailure(['top', '-H', 'node-1', '--replay', 'x.rec'], 2, pairs);
    await expectFailure(['stop', 'web', '-H', url, '--data-dir', directory], 2, pairs);
    await expectFailure(['stats', '--data-dir', directory, '--replay', 'x.rec'], 2, pairs);
  });

  it('names what is wrong, and no token', async () => {
    await expectFailure(['ps', '-H', 'node-2'], 2, /There is no context "node-2"/);
    await expectFailure(['context', 'use', 'node-2'], 2, /There is no context "node-2"/);
    await expectFailure(['context', 'add', 'local', url], 2, /"local" cannot be the name/);
    await expectFailure(['context', 'add', 'x', 'ftp://host'], 2, /is not of the form/);
    await expectFailure(['context', 'add', 'x', `http://user:${agent.token}@host`], 2, /has credentials/);
    await expectFailure(['-H', 'unix:///no/such.sock', 'ps'], 1, /The agent at \/no\/such.sock/);
    chmodSync(file(), 0o644);
    await expectFailure(['ps'], 2, /other users may read it/);
    chmodSync(file(), 0o600);
    const text = readFileSync(file(), 'utf8');
    writeFileSync(file(), text.slice(0, -5));
    await expectFailure(['ps'], 2, /it is not JSON/);
    writeFileSync(file(), text);
  });

  it('forgets a context with its token', async () => {
    expect((await cli(['context', 'rm', 'node-1'])).exitCode).to.equal(0);
    expect(readFileSync(file(), 'utf8')).not.to.contain(agent.token).and.not.to.contain('node-1');
    expect((await cli(['ps', '--json'])).stdout).to.equal('');
  });

  describe('over https', () => {
    let secure: ServerFixture;
    let origin: string;
    const ca = (): string => join(directory, 'ca.pem');
    before(async () => {
      writeFileSync(ca(), HOST_CERT);
      writeFileSync(join(directory, 'key.pem'), HOST_KEY, { mode: 0o600 });
      secure = await openServerFixture({
        requireToken: true,
        tls: { cert: ca(), key: join(directory, 'key.pem') },
      });
      origin = `https://localhost:${new URL(secure.server.url ?? '').port}`;
    });
    after(() => secure.close());
    const withToken = (): Record<string, string> => ({ RKT_STREAMS_TOKEN: secure.token });

    it('trusts the certificates of --tls-ca, and keeps them with a context', async () => {
      const direct = await cli(['-H', origin, '--tls-ca', ca(), 'ps', '--json'], withToken());
      expect(direct.stderr).to.equal('');
      expect(direct.stdout).to.contain('"id":"web"');
      writeFileSync(join(directory, 'secure-token'), secure.token);
      const token = ['--token-file', join(directory, 'secure-token')];
      const added = await cli(['context', 'add', 'secure', origin, '--tls-ca', ca(), ...token]);
      expect(added).to.include({ exitCode: 0, stderr: '' });
      const { stdout } = await cli(['-H', 'secure', 'ps', '--json']);
      expect(stdout).to.contain('"id":"web"');
    });

    it('says what is wrong with a certificate', async () => {
      const port = new URL(origin).port;
      for (const [args, message] of [
        [['-H', origin], /RKT_ERR_AGENT_TLS.*self-signed/s],
        [['-H', `https://127.0.0.1:${port}`, '--tls-ca', ca()], /for another host: .*127\.0\.0\.1/],
        [['-H', url.replace('http', 'https'), '--tls-ca', ca()], /does not speak TLS/],
      ] as const) {
        const { exitCode, stderr } = await cli([...args, 'ps'], withToken());
        expect(stderr).to.match(message);
        expect(exitCode).to.equal(1);
      }
      for (const file of [join(directory, 'token'), join(directory, 'none')]) {
        const { exitCode, stderr } = await cli(['-H', origin, '--tls-ca', file, 'ps'], withToken());
        expect(stderr).to.include(file).and.not.include(agent.token);
        expect(exitCode).to.equal(2);
      }
    });
  });
});
