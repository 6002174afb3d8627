import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { useCliSandbox } from '../support/cli-sandbox.ts';
import type { CliResult } from '../support/cli-process.ts';
import { hostProgram } from '../support/host-program.ts';
import { TestRegistry } from '../support/registry.ts';
import { requires } from '../support/requirements.ts';

describe('rkt-streams run --pull', function () {
  this.timeout(120_000);
  const cli = useCliSandbox();
  let registry: TestRegistry;
  before(async function () {
    requires(this, 'busybox');
    registry = await new TestRegistry().listen();
  });
  after(() => registry.close());

  const image = (): string => `docker://${registry.host}/team/app:1`;
  const put = async (word: string): Promise<void> => {
    registry.reset();
    await registry.put('team/app', {
      layers: [{ 'bin/busybox': readFileSync(hostProgram('busybox') ?? '') }, { word }],
      config: { Entrypoint: ['/bin/busybox', 'cat', '/word'] },
      tag: '1',
    });
  };
  const run = (...flags: readonly string[]): Promise<CliResult> =>
    cli().run(['run', '--rm', ...flags, image()]);

  it('asks the registry as the policy says', async () => {
    await put('one\n');
    const never = await run('--pull', 'never');
    expect(never).to.include({ exitCode: 125, stdout: '' });
    expect(never.stderr).to.match(/^rkt-streams: RKT_ERR_IMAGE.*team\/app:1/);
    expect(registry.seen).to.deep.equal([]);
    expect(await run()).to.include({ exitCode: 0, stdout: 'one\n' });

    await put('two\n');
    expect(await run('--pull', 'missing')).to.include({ stdout: 'one\n' });
    expect(await run('--pull', 'never')).to.include({ stdout: 'one\n' });
    expect(registry.seen).to.deep.equal([]);
    expect(await run('--pull', 'newer')).to.include({ exitCode: 0, stdout: 'two\n' });

    await put('three\n');
    expect(await run('--pull', 'always')).to.include({ exitCode: 0, stdout: 'three\n' });

    registry.intercepts.push((_, response) => {
      response.writeHead(404).end();
      return true;
    });
    const always = await run('--pull', 'always');
    expect(always).to.include({ exitCode: 125, stdout: '' });
    expect(always.stderr).to.match(/RKT_ERR_IMAGE/);
    const newer = await run('--pull', 'newer');
    expect(newer).to.include({ exitCode: 0, stdout: 'three\n' });
    expect(newer.stderr).to.match(/could not be fetched; the image of the store is used/);
  });
});
