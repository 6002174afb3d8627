import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

import { firstValueFrom } from 'rxjs';

import {
  createDriver,
  isRktError,
  type Driver,
  type DriverConfigInput,
  type DriverOptions,
} from '../../src/index.ts';
import type { SiteAnswer, SiteCall, SiteCalls } from './site-driver.ts';

/**
 * A driver in the network that this process is started in. It reads its options and its configuration, then calls, one a line,
 * and answers each with a line, until its input ends.
 */
const lines = createInterface(process.stdin)[Symbol.asyncIterator]();
const [options, config] = JSON.parse(String((await lines.next()).value)) as readonly [
  DriverOptions,
  DriverConfigInput,
];

function opened(): Driver {
  const driver = createDriver(options);
  driver.setConfig(config);
  return driver;
}

let driver = opened();

const CALLS: SiteCalls = {
  start: async (spec) => (await driver.startTask(spec)).network,
  exec: (id, command) => driver.execTask(id, command),
  exit: (id) => firstValueFrom(driver.waitTask(id)),
  output: async (id) => readFile(driver.inspectTask(id).stdoutPath ?? '', 'utf8'),
  inspect: (id) => Promise.resolve(driver.inspectTask(id)),
  destroy: (id) => driver.destroyTask(id, { force: true }),
  async takeOver() {
    await driver.shutdown();
    driver = opened();
    return (await driver.recoverTasks()).recovered;
  },
};

async function answerTo({ method, args }: SiteCall): Promise<SiteAnswer> {
  try {
    const call = CALLS[method] as (...words: readonly unknown[]) => Promise<unknown>;
    return { value: await call(...args) };
  } catch (error) {
    return { error: { code: isRktError(error) ? error.code : undefined, message: String(error) } };
  }
}

for await (const line of { [Symbol.asyncIterator]: () => lines })
  console.log(JSON.stringify(await answerTo(JSON.parse(line) as SiteCall)));
await driver.shutdown();
