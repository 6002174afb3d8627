import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import type { Driver, TaskSpecInput } from '../../src/index.ts';
import { skipFor } from './requirements.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

export interface OciSandbox {
  readonly sandbox: Sandbox;
  /** Its tasks run on the stage1 oci. */
  readonly driver: Driver;
}

/** Opens a sandbox for the tests of a describe. Each test ends with nothing left behind. */
export function useOciSandbox(onOpen: (opened: OciSandbox) => void): void {
  let opened: OciSandbox | undefined;
  before(async function () {
    const sandbox = await openSandbox(this);
    opened = { sandbox, driver: sandbox.driver() };
    if (sandbox.options.rkt !== 'embedded') skipFor(this, 'embedded-rkt', 'a real rkt has no such stage1');
    opened.driver.setConfig({ stage1: 'oci' });
    onOpen(opened);
  });
  after(() => opened?.sandbox.close());
  afterEach(async () => {
    if (opened === undefined) return;
    const { driver, sandbox } = opened;
    for (const { id } of await firstValueFrom(driver.tasks())) await driver.destroyTask(id, { force: true });
    expect(await sandbox.leftovers()).to.deep.equal([]);
  });
}

/** A task of a shell script without a network. */
export function ociTask(
  sandbox: Sandbox,
  id: string,
  script: string,
  { config = {}, ...more }: Partial<Omit<TaskSpecInput, 'config'>> & { readonly config?: object } = {},
): TaskSpecInput {
  const plain = sandbox.shell(id, script, more);
  return { ...plain, config: { ...plain.config, net: ['none'], ...config } };
}
