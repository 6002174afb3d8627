import { openContractTasks, type ContractTasks } from '../../support/contract-tasks.ts';
import { openSandbox, type Sandbox } from '../../support/sandbox.ts';
import { describeDriver } from './describe-driver.ts';

describe('a local driver', function () {
  this.timeout(180_000);
  let sandbox: Sandbox;
  let tasks: ContractTasks;
  before(async function () {
    sandbox = await openSandbox(this);
    tasks = await openContractTasks(sandbox);
  });
  after(() => sandbox.close());

  describeDriver('local', () => tasks.environment(() => sandbox.driver()));
});
