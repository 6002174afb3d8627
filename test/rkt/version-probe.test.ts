import { execFileSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import { createDriver, type Driver } from '../../src/index.ts';
import type { RktRunner } from '../../src/rkt/command-runner.ts';
import { resolveRkt } from '../../src/rkt/resolve-binary.ts';
import { parseVersion } from '../../src/rkt/rkt-version.ts';
import { probeVersion } from '../../src/rkt/version-probe.ts';
import { expectRktRejection } from '../support/errors.ts';
import { scriptDirectory, type ScriptDirectory } from '../support/scripts.ts';

describe('the version of rkt', () => {
  let scripts: ScriptDirectory;
  let driver: Driver;
  let calls: string;

  beforeEach(async () => {
    scripts = await scriptDirectory();
    calls = join(scripts.path, 'calls');
  });
  afterEach(async () => {
    await (driver as Driver | undefined)?.shutdown();
    await scripts.remove();
  });

  /** A driver of an rkt that notes its subcommands and does this at `rkt version`. */
  async function drive(atVersion: string): Promise<void> {
    const body = `for arg do case $arg in -*) ;; *) break ;; esac; done
      echo "$arg" >>'${calls}'
      [ "$arg" = version ] || exit 254
      ${atVersion}`;
    driver = createDriver({
      rkt: await scripts.script('rkt', body),
      rktDir: join(scripts.path, 'rkt'),
      dataDir: join(scripts.path, 'data'),
      rktTimeoutMs: 500,
    });
  }
  const called = async (): Promise<readonly string[]> => (await readFile(calls, 'utf8')).trim().split('\n');
  const start = () => driver.startTask({ id: 'one', config: { image: '/image.aci' } });
  const says = (version: string): string => `echo "rkt Version: ${version}"; echo "appc Version: 0.8.11"`;

  it('is asked for once when the rkt hangs', async () => {
    await drive('exec sleep 1000');
    const { health, description } = await firstValueFrom(driver.fingerprint());
    expect(health).to.equal('undetected');
    expect(description).to.match(/did not exit within \d+ ms/);
    expect(await called()).to.deep.equal(['version']);
  });

  it('keeps a start from an rkt that is too old', async () => {
    await drive(says('1.26.0'));
    const error = await expectRktRejection(start(), 'RKT_ERR_RKT_VERSION');
    expect(error.message).to.include('1.26.0').and.include('1.27.0');
    expect((await called()).every((name) => name === 'version')).to.equal(true);
    expect(() => driver.inspectTask('one')).to.throw('one');
    expect((await firstValueFrom(driver.fingerprint())).description).to.include('1.26.0');
  });

  it('is looked at again after an upgrade', async () => {
    const upgraded = join(scripts.path, 'upgraded');
    await drive(`if [ -e '${upgraded}' ]; then ${says('1.30.0')}; else ${says('1.26.0')}; fi`);
    await expectRktRejection(start(), 'RKT_ERR_RKT_VERSION');
    await scripts.script('upgraded', '');
    const error = await start().catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(Error).and.not.have.property('code', 'RKT_ERR_RKT_VERSION');
    expect((await called()).at(-1)).to.not.equal('version');
  });

  it('of this package is known, and asked for only when a file of it is missing', async () => {
    const worker = await scripts.script('worker.js', '');
    let asked = 0;
    const runner = {
      binary: { command: ['/bin/sh', worker], runtime: 'embedded', worker },
      run: () => {
        asked += 1;
        return Promise.reject(new Error('not there'));
      },
    } as unknown as RktRunner;
    const { command } = await resolveRkt('embedded');
    const printed = execFileSync(command[0] ?? '', [...command.slice(1), 'version'], { encoding: 'utf8' });
    expect(await probeVersion(runner)).to.deep.equal(parseVersion(printed));
    expect(asked).to.equal(0);
    await rm(worker);
    const error = await probeVersion(runner).catch((caught: unknown) => caught);
    expect(error).to.have.property('message', 'not there');
  });

  it('keeps a start from an rkt that does not say it', async () => {
    await drive('echo hello');
    await expectRktRejection(start(), 'RKT_ERR_RKT_OUTPUT');
    expect((await called()).every((name) => name === 'version')).to.equal(true);
  });
});
