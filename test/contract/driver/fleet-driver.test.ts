import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { NEVER } from 'rxjs';

import { createFleetDriver } from '../../../src/drivers/fleet/fleet-driver.ts';
import { createRecordedDriver } from '../../../src/drivers/recorded/recorded-driver.ts';
import { fakeSource } from '../../drivers/fleet/fake-source.ts';
import { endContractRecording, writeContractRecording } from '../../drivers/recorded/contract-recording.ts';
import { openContractTasks, type ContractTasks } from '../../support/contract-tasks.ts';
import { openSandbox, type Sandbox } from '../../support/sandbox.ts';
import { describeDriver } from './describe-driver.ts';

/** A host that never responds beside the one that is tested. */
const dead = () => fakeSource({ connection: () => NEVER, recoverTasks: () => new Promise(() => undefined) });

describe('a fleet of a recorded driver and a dead host', () => {
  let directory: string;
  let file: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    file = join(directory, 'contract.rec');
    await writeContractRecording(file);
  });
  after(() => rm(directory, { recursive: true }));

  describeDriver('fleet, recorded', () => {
    const source = createRecordedDriver(file);
    const driver = createFleetDriver({
      sources: { dead: dead(), replayed: source },
      closeSources: true,
      responseTimeoutMs: 100,
    });
    return Promise.resolve({
      driver,
      running: 'replayed/running',
      exited: 'replayed/exited',
      endRunning() {
        endContractRecording(source);
        return Promise.resolve();
      },
      close: () => driver.shutdown(),
    });
  });
});

describe('a fleet of a local driver', function () {
  this.timeout(180_000);
  let sandbox: Sandbox;
  let tasks: ContractTasks;
  before(async function () {
    sandbox = await openSandbox(this);
    tasks = await openContractTasks(sandbox);
  });
  after(() => sandbox.close());

  describeDriver('fleet, local', () =>
    tasks.environment(
      () => createFleetDriver({ sources: { here: sandbox.driver() }, closeSources: true }),
      'here/',
    ),
  );
});
