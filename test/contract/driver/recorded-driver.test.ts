import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createRecordedDriver } from '../../../src/drivers/recorded/recorded-driver.ts';
import { endContractRecording, writeContractRecording } from '../../drivers/recorded/contract-recording.ts';
import { describeDriver } from './describe-driver.ts';

describe('a recorded driver', () => {
  let directory: string;
  let file: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    file = join(directory, 'contract.rec');
    await writeContractRecording(file);
  });
  after(() => rm(directory, { recursive: true }));

  describeDriver('recorded', () => {
    const driver = createRecordedDriver(file);
    return Promise.resolve({
      driver,
      running: 'running',
      exited: 'exited',
      endRunning() {
        endContractRecording(driver);
        return Promise.resolve();
      },
      close: () => driver.shutdown(),
    });
  });
});
