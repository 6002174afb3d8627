import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { parseLines } from '../support/cli-process.ts';
import { useCliSandbox } from '../support/cli-sandbox.ts';
import { until } from '../support/until.ts';

describe('rkt-streams fingerprint, and what every command does', function () {
  this.timeout(120_000);
  const cli = useCliSandbox();

  it('fingerprint reports which rkt there is, and fails where there is none', async () => {
    const [value] = await cli().json('fingerprint');
    expect(value).to.deep.include({ health: 'healthy' });
    expect((await cli().run(['fingerprint'])).stdout).to.match(/^health +healthy\n/);
    const { exitCode, stdout } = await cli().run(['fingerprint', '--rkt', '/no/rkt']);
    expect(exitCode).to.equal(1);
    expect(stdout).to.match(/^health +undetected\n/);
  });

  it('fingerprint --watch repeats it until it is interrupted', async () => {
    const watching = cli().start(['fingerprint', '--watch', '--json', '--fingerprint-period-ms', '100']);
    await until('it was reported twice', () => watching.stdout().split('\n').length > 2);
    watching.child.kill('SIGTERM');
    expect((await watching.ended).exitCode).to.equal(0);
  });

  it('warns of a state file that cannot be read, and goes on', async () => {
    const bad = join(cli().sandbox.options.dataDir, 'state', 'bad.json');
    await cli().detach('web', 'exit 0');
    await writeFile(bad, '{');
    const { exitCode, stdout, stderr } = await cli().run(['ps', '-a', '--json']);
    await rm(bad);
    expect(exitCode).to.equal(0);
    expect(parseLines(stdout)).to.have.lengthOf(1);
    expect(parseLines(stderr)[0]).to.have.nested.property('warning.code', 'RKT_ERR_STATE_FILE');
  });
});
