import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';

import type { ErrorCode } from '../../src/model/error-catalogue.ts';
import { createRemoteDriver } from '../../src/drivers/remote/connect-remote.ts';
import { FOREVER, useCliSandbox } from '../support/cli-sandbox.ts';
import type { CliProcess } from '../support/cli-process.ts';
import { expectRktRejection } from '../support/errors.ts';
import { until } from '../support/until.ts';

describe('an exec over an agent', function () {
  this.timeout(120_000);
  const cli = useCliSandbox();
  let agent: CliProcess;

  beforeEach(async () => {
    agent = cli().start(['agent', '--listen', '127.0.0.1:0']);
    await agent.says('agent.sock');
    await cli().detach('web', FOREVER);
  });
  afterEach(async () => {
    agent.child.kill('SIGKILL');
    await agent.ended;
  });

  const socketPath = (): string => join(cli().sandbox.options.dataDir, 'agent.sock');
  /** A command that prints its pid and then nothing. */
  const silent = ['/bin/sh', '-c', 'echo $$; exec sleep 1000'];
  const exists = (pid: number): boolean => {
    try {
      return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
    } catch {
      return false;
    }
  };
  /** The output up to its first newline. */
  const pidIn = (stdout: PassThrough): Promise<number> =>
    new Promise((resolve) => stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString()))));

  /** A command that runs, and its failure to come. */
  const execThatFails = async (code: ErrorCode) => {
    const driver = createRemoteDriver({ socketPath: socketPath() });
    const stdout = new PassThrough();
    const exec = driver.execTaskStreaming('web', { cmd: silent, stdout });
    const failed = expectRktRejection(exec, code);
    return { driver, failed, pid: await pidIn(stdout) };
  };

  it('fails with RKT_ERR_AGENT_LOST when the agent is killed', async () => {
    const { driver, failed, pid } = await execThatFails('RKT_ERR_AGENT_LOST');
    agent.child.kill('SIGKILL');
    await failed;
    await driver.shutdown();
    if (exists(pid)) process.kill(pid, 'SIGKILL');
  });

  it('kills its command when the agent is stopped', async () => {
    const { driver, failed, pid } = await execThatFails('RKT_ERR_AGENT_LOST');
    agent.child.kill('SIGTERM');
    await failed;
    await until('the command has ended', () => !exists(pid));
    expect((await agent.ended).exitCode).to.equal(0);
    await driver.shutdown();
  });

  it('kills its command when the driver of the client is shut down', async () => {
    const { driver, failed, pid } = await execThatFails('RKT_ERR_SHUTDOWN');
    await driver.shutdown();
    await failed;
    await until('the command has ended', () => !exists(pid));
  });
});
