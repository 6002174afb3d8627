import { statSync } from 'node:fs';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import { openSandbox, type Sandbox } from '../support/sandbox.ts';

describe('a task whose logs are disabled, as Nomad says it: both outputs are /dev/null', function () {
  this.timeout(60_000);
  let sandbox: Sandbox;

  before(async function () {
    sandbox = await openSandbox(this);
  });
  after(() => sandbox.close());

  it('runs, ends with its code, and leaves the device as it was', async () => {
    const before = statSync('/dev/null');
    const driver = sandbox.driver();
    const outputs = { stdoutPath: '/dev/null', stderrPath: '/dev/null' };
    await driver.startTask(sandbox.shell('quiet', 'echo out; echo err >&2; exit 9', outputs));
    expect(await firstValueFrom(driver.waitTask('quiet'))).to.include({ exitCode: 9 });
    await driver.destroyTask('quiet');
    const after = statSync('/dev/null');
    expect([after.isCharacterDevice(), after.rdev, after.mode]).to.deep.equal([
      true,
      before.rdev,
      before.mode,
    ]);
  });
});
