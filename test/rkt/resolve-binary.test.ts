import { symlink } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { getAbsolutePath, resolveRkt } from '../../src/rkt/resolve-binary.ts';
import { expectRktRejection } from '../support/errors.ts';
import { skipFor } from '../support/requirements.ts';
import { scriptDirectory, type ScriptDirectory } from '../support/scripts.ts';

const REAL = 'echo "rkt Version: 1.30.0"; echo "appc Version: 0.8.11"';

describe('getAbsolutePath and resolveRkt', () => {
  const path = process.env['PATH'];
  let scripts: ScriptDirectory;
  beforeEach(async () => {
    scripts = await scriptDirectory();
    process.env['PATH'] = `relative:${scripts.path}:/usr/bin:/bin`;
  });
  afterEach(async () => {
    process.env['PATH'] = path;
    await scripts.remove();
  });

  it('look a name up in PATH', async () => {
    const file = await scripts.script('some-rkt', REAL);
    expect(await getAbsolutePath('some-rkt')).to.equal(file);
    expect(await resolveRkt('some-rkt')).to.deep.include({ command: [file], runtime: 'rkt' });
  });

  it('resolve symbolic links', async () => {
    const file = await scripts.script('real', REAL);
    await symlink(file, join(scripts.path, 'link'));
    expect(await getAbsolutePath('link')).to.equal(file);
    expect(await getAbsolutePath(join(scripts.path, 'link'))).to.equal(file);
  });

  it('name the program that is missing', async () => {
    const error = await expectRktRejection(getAbsolutePath('no-such-program'), 'RKT_ERR_BINARY_MISSING');
    expect(error.message).to.include('no program "no-such-program" in PATH');
    const missing = await expectRktRejection(resolveRkt('no-such-program'), 'RKT_ERR_RKT_MISSING');
    expect(missing.message).to.include('"no-such-program"');
  });

  for (const name of ['', '/', '.', '..', '/etc/passwd', '/nowhere/rkt', './rkt']) {
    it(`take ${JSON.stringify(name)} for no program`, async () => {
      await expectRktRejection(getAbsolutePath(name), 'RKT_ERR_BINARY_MISSING');
    });
  }

  it('let a rkt on PATH win', async () => {
    const file = await scripts.script('rkt', REAL);
    expect(await resolveRkt('auto')).to.deep.include({ command: [file], runtime: 'rkt' });
  });

  it('let a rkt on PATH win even when it is broken', async () => {
    const file = await scripts.script('rkt', 'echo broken >&2; exit 254');
    expect(await resolveRkt('auto')).to.deep.include({ command: [file], runtime: 'rkt' });
  });

  it('count a program that says so as embedded', async () => {
    const file = await scripts.script('rkt', REAL.replace('1.30.0', '1.30.0+embedded'));
    const found = await resolveRkt('auto');
    expect(found).to.deep.include({ command: [file], runtime: 'embedded' });
    expect(found).to.have.nested.property('found.answer.full', '1.30.0+embedded');
  });

  for (const choice of ['auto', 'embedded']) {
    it(`choose the embedded rkt for ${choice} when there is no other`, async function () {
      const found = await resolveRkt(choice).catch((error: unknown) => error);
      if (found instanceof Error) {
        expect(found).to.have.property('code', 'RKT_ERR_RKT_MISSING');
        expect(found.message).to.include('was not built');
        skipFor(this, 'embedded-rkt', 'the embedded rkt was not built');
      }
      expect(found).to.have.property('runtime', 'embedded');
      expect(found).to.have.nested.property('command[0]', '/bin/sh');
      expect(found)
        .to.have.nested.property('command[1]')
        .that.matches(/\/embedded\/rkt\.sh$/);
    });
  }
});
