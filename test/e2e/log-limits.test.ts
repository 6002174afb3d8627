import { stat } from 'node:fs/promises';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import { readFileEnd } from '../../src/files/log-file.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const KIB = 1024;
/** 2 000 lines of 256 bytes at once, then more of them at each SIGUSR1. */
const WRITER = `
  round=0
  burst() {
    round=$((round+1)); i=0
    while [ $i -lt 2000 ]; do i=$((i+1)); echo "$round $i ${'.'.repeat(240)}"; done
  }
  trap burst USR1; burst
  while :; do sleep 0.05; done`;

describe('the limits of logs that the driver keeps', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  before(async function () {
    sandbox = await openSandbox(this);
  });
  after(() => sandbox.close());

  it('hold for the life of a task, whichever driver is there', async () => {
    const first = sandbox.driver({ logMaxSize: '64Ki', logMaxFiles: 2 });
    const { handle } = await first.startTask(sandbox.shell('writer', WRITER));
    expect(handle.state.spec.logs).to.deep.equal({ maxSize: 64 * KIB, maxFiles: 2 });
    const { stdoutPath = '' } = first.inspectTask('writer');
    const sandboxTaken = async (): Promise<number> => (await stat(stdoutPath)).blocks * 512;
    const isCut = async (): Promise<boolean> => (await sandboxTaken()) <= 128 * KIB;
    await until('all was written', async () => (await stat(stdoutPath)).size > 480 * KIB);
    await until('the log is cut', isCut);
    await first.shutdown();

    const later = sandbox.driver();
    await later.recoverTasks();
    await later.signalTask('writer', 'SIGUSR1');
    await until('more was written', async () => (await stat(stdoutPath)).size > 960 * KIB);
    await until('the log is cut by the next driver', isCut);
    const { bytes } = await readFileEnd(stdoutPath, 1_024 * KIB);
    const lines = bytes.toString().split('\n').slice(0, -1);
    expect(lines.length).to.be.greaterThan(200);
    for (const line of lines) expect(line).to.match(/^[12] \d+ \.{240}$/);
    await later.destroyTask('writer', { force: true });
    expect(await firstValueFrom(later.tasks())).to.deep.equal([]);
  });
});
