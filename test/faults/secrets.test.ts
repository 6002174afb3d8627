import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { expect } from 'chai';

import { errorText } from '../../src/cli/cli-output.ts';
import { createDriver, type Driver, type RktError, type TaskEvent } from '../../src/index.ts';
import { failure, startFailure } from '../../src/nomad/to-grpc-error.ts';
import { errorBody } from '../../src/server/error-body.ts';
import { expectRktRejection } from '../support/errors.ts';
import { scriptDirectory, type ScriptDirectory } from '../support/scripts.ts';

const VALUE = 'v4lue-of-a-variable';
const WORD = 'w0rd-of-args';

/** All ways by which an error leaves the process. */
const everythingOf = (error: RktError): string =>
  [
    inspect(error, { depth: null }),
    JSON.stringify(error.details),
    errorText(error, { json: true, debug: true }),
    errorText(error, { json: false, debug: true }),
    JSON.stringify([failure(error), startFailure(error), errorBody(error)]),
  ].join('\n');

describe('an error of rkt, with secrets on its command line', () => {
  let scripts: ScriptDirectory;
  let driver: Driver;
  const events: TaskEvent[] = [];

  before(async () => {
    scripts = await scriptDirectory();
    const rkt = await scripts.script(
      'rkt',
      `case "$*" in
        *version*) printf 'rkt Version: 1.30.0\\nappc Version: 0.8.11\\n'; exit ;;
        *prepare*) ;;
        *) exit ;;
      esac
      for word do case $word in --set-env-file=*) file=\${word#*=} ;; esac; done
      stat -c %a "$file" >'${scripts.path}/mode'
      cp "$file" '${scripts.path}/read'
      cat "$file" >&2
      echo "prepare: cannot do: $*" >&2
      exit 254`,
    );
    driver = createDriver({
      rkt,
      rktDir: join(scripts.path, 'rkt-data'),
      dataDir: join(scripts.path, 'data'),
      cgroupParent: `rkt-streams-test-secrets-${process.pid}`,
    });
    driver.taskEvents().subscribe((event) => events.push(event));
  });
  after(async () => {
    await driver.shutdown();
    await scripts.remove();
  });

  const start = (id: string, env: Record<string, string>) =>
    driver.startTask({ id, config: { image: '/i.aci', args: ['--password', WORD] }, env });

  it('holds names, and neither values nor words', async () => {
    const error = await expectRktRejection(start('one', { DBPASS: VALUE }), 'RKT_ERR_RKT_FAILED');
    expect(everythingOf(error)).to.not.include(VALUE).and.not.include(WORD);
    expect(error.details.stderr).to.include('DBPASS=…').and.include('prepare: cannot do:');
    expect(error.details.command?.slice(-3)).to.deep.equal(['--', '…', '…']);
    expect(events.map(({ kind }) => kind)).to.include('failed');
    expect(JSON.stringify(events)).to.not.include(VALUE).and.not.include(WORD);
  });

  it('gives rkt the values in a file of its user, which is gone afterwards', async () => {
    await expectRktRejection(start('two', { DBPASS: VALUE, OTHER: '' }), 'RKT_ERR_RKT_FAILED');
    expect(await readFile(join(scripts.path, 'read'), 'utf8')).to.equal(`DBPASS=${VALUE}\nOTHER=\n`);
    expect(await readFile(join(scripts.path, 'mode'), 'utf8')).to.equal('600\n');
    expect(await readdir(join(scripts.path, 'data', 'tasks'))).to.deep.equal([]);
  });

  it('is one before rkt is called, for a value that its file cannot hold', async () => {
    const error = await expectRktRejection(start('three', { DBPASS: `${VALUE}\n` }), 'RKT_ERR_TASK_CONFIG');
    expect(error.message).to.include('DBPASS').and.include('line break');
    expect(everythingOf(error)).to.not.include(VALUE);
  });

  it('does not hold a value with a zero byte', async () => {
    const error = await expectRktRejection(start('four', { DBPASS: `${VALUE}\0` }), 'RKT_ERR_TASK_CONFIG');
    expect(error.message).to.include('DBPASS').and.include('NUL byte');
    expect(everythingOf(error)).to.not.include(VALUE);
  });
});
