import { spawn } from 'node:child_process';

import { expect } from 'chai';

import { continueIfStopped } from '../../src/ops/shim-process.ts';
import { hasPendingStop, identify, readProcess } from '../../src/sources/process-info.ts';
import { requires } from '../support/requirements.ts';
import { until } from '../support/until.ts';

const LOOP = ['sh', '-c', 'while :; do :; done'];

/** A process on the first CPU. */
function onFirstCpu(...command: readonly string[]) {
  return spawn('taskset', ['-c', '0', ...command], { stdio: 'ignore' });
}

describe('continueIfStopped', () => {
  it('continues a process that a signal is about to stop', async function () {
    requires(this, 'root');
    // One that runs only when the CPU has nothing better to do gets its signals late.
    const late = onFirstCpu('chrt', '--idle', '0', ...LOOP);
    const busy = onFirstCpu('nice', '-n', '-20', ...LOOP);
    const pid = late.pid ?? 0;
    try {
      await until('the loop runs', async () => (await readProcess(pid))?.comm === 'sh');
      for (let round = 0; round < 20; round += 1) {
        late.kill('SIGSTOP');
        await continueIfStopped(await identify(pid));
        await until('no signal is pending', () => !hasPendingStop(pid));
        expect((await readProcess(pid))?.state, `round ${round}`).to.not.equal('T');
      }
    } finally {
      late.kill('SIGKILL');
      busy.kill('SIGKILL');
    }
  });
});
