import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { createDriver, type Driver } from '../src/index.ts';
import { expectRktError } from './support/errors.ts';

describe('setConfig of a driver', () => {
  let directory: string;
  let driver: Driver;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    await mkdir(join(directory, 'data', 'state'), { recursive: true });
    await writeFile(join(directory, 'data', 'state', 'odd.json'), 'odd');
    driver = createDriver({ rkt: 'embedded', dataDir: join(directory, 'elsewhere') });
  });
  afterEach(async () => {
    await driver.shutdown();
    await rm(directory, { recursive: true });
  });

  it('decides where the driver keeps its tasks, up to its first op', async () => {
    const config = { data_dir: join(directory, 'data'), rkt_dir: join(directory, 'rkt') };
    driver.setConfig(config);
    driver.setConfig(config, { clientMinPort: 14_000, clientMaxPort: 14_512 });
    const { failures } = await driver.recoverTasks();
    expect(failures.map(({ file }) => file)).to.deep.equal([join(directory, 'data', 'state', 'odd.json')]);
    driver.setConfig({ ...config, stats_interval: '2s' });
    const { message } = expectRktError(() => driver.setConfig({}), 'RKT_ERR_DRIVER_CONFIG');
    expect(message).to.include('config.rkt_dir').and.include(join(directory, 'rkt'));
    expect(driver.config()).to.deep.include({ agent: {} });
    expect(driver.config().driver).to.include({ ...config, stats_interval: '2s' });
  });

  it('can still decide while streams of the driver are only held', async () => {
    const streams = [driver.fingerprint(), driver.pods(), driver.allTaskStats(), driver.followTasks()];
    driver.setConfig({ data_dir: join(directory, 'data') });
    expect(streams).to.have.length(4);
    expect((await driver.recoverTasks()).failures).to.have.length(1);
  });
});
