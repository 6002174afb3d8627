import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { takeServiceManager } from '../../../src/cli/agent/service-manager.ts';
import { serviceProgram } from '../../../src/cli/service/service-program.ts';
import { systemdUnit } from '../../../src/cli/service/systemd-unit.ts';
import { silentLogger } from '../../../src/model/logger.ts';
import { variablesOf } from '../../support/cli-process.ts';
import { useCliSandbox } from '../../support/cli-sandbox.ts';
import { openNotifyReceiver, type NotifyReceiver } from '../../support/notify-receiver.ts';
import { requires } from '../../support/requirements.ts';
import { until } from '../../support/until.ts';

describe('takeServiceManager', () => {
  it('is undefined without one, and takes its variables from the environment of all children', () => {
    expect(takeServiceManager(silentLogger, { PATH: '/bin' })).to.equal(undefined);
    const env = { PATH: '/bin', NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '30000000', WATCHDOG_PID: '' };
    expect(takeServiceManager(silentLogger, env)?.watchdogMs).to.equal(30_000);
    expect(env).to.deep.equal({ PATH: '/bin' });
  });

  for (const [what, env] of [
    ['of another process', { WATCHDOG_USEC: '30000000', WATCHDOG_PID: '1' }],
    ['that is no number', { WATCHDOG_USEC: '-1' }],
    ['of nothing', { WATCHDOG_USEC: '0' }],
  ] as const)
    it(`has no watchdog for a limit ${what}`, () => {
      const manager = takeServiceManager(silentLogger, { NOTIFY_SOCKET: '@x', ...env });
      expect([manager === undefined, manager?.watchdogMs]).to.deep.equal([false, undefined]);
    });

  it('logs once that nothing could be sent', async () => {
    const errors: string[] = [];
    const logger = { ...silentLogger, error: (_fields: object, text: string) => void errors.push(text) };
    const manager = takeServiceManager(logger, { PATH: '/nowhere', NOTIFY_SOCKET: '/nowhere/notify' });
    await manager?.ready('ready');
    await manager?.alive('ready');
    expect(errors).to.deep.equal(['The service manager was not notified']);
  });
});

describe('an agent under a service manager', function () {
  this.timeout(120_000);
  let manager: NotifyReceiver | undefined;
  let agent: ChildProcess | undefined;
  before(function () {
    requires(this, 'systemd', 'python3');
  });
  afterEach(async () => {
    if (agent?.exitCode === null && agent.signalCode === null) {
      const exited = once(agent, 'exit');
      agent.kill('SIGKILL');
      await exited;
    }
    await manager?.close();
  });
  // Its hooks find nothing left.
  const get = useCliSandbox();

  /** Starts what the unit starts. */
  const begin = async (socket: string): Promise<void> => {
    const { sandbox } = get();
    const config = join(sandbox.base, 'config.jsonc');
    const options = { program: serviceProgram(), config, dataDir: '/var/lib/x', rktDir: '/var/lib/rkt' };
    const [, line = ''] = /^ExecStart=(.*)$/m.exec(systemdUnit(options)) ?? [];
    const [program = '', ...words] = line.split(' ');
    await writeFile(config, '{ /* none */ "server": { "listen": "127.0.0.1:0", }, }');
    manager = await openNotifyReceiver(socket);
    const variables = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '1000000', ...variablesOf(sandbox) };
    agent = spawn(program, words, { env: { ...process.env, ...variables }, stdio: 'ignore' });
  };

  it('is ready when it serves and knows its health, lives, reloads and stops; tasks outlive it', async () => {
    const { detach, run, sandbox } = get();
    expect((await detach('web')).exitCode).to.equal(0);
    await begin(join(sandbox.base, 'notify'));
    const ready = await manager!.says(/^READY=1$/);
    expect(manager!.received()[0]).to.deep.equal(ready);
    expect(ready.pid, 'NotifyAccess=main accepts only the process itself').to.equal(agent!.pid);
    expect(ready.lines[1]).to.match(
      /^STATUS=serving http:\/\/127\.0\.0\.1:\d+ and \/.*agent\.sock; healthy: /,
    );
    await manager!.says(/tasks running: 1$/);
    const alive = await manager!.says(/^WATCHDOG=1$/);
    expect(alive.pid).to.equal(agent!.pid);
    await until('it lives on', () => {
      const pings = manager!.received().filter(({ lines }) => lines[0] === 'WATCHDOG=1');
      return pings.length >= 3;
    });
    const before = manager!.received().length;
    agent!.kill('SIGHUP');
    const reloading = await manager!.says(/^RELOADING=1$/, before);
    expect(reloading.lines[1]).to.match(/^MONOTONIC_USEC=\d+$/);
    const after = manager!.received().findIndex(({ lines }) => lines[0] === 'RELOADING=1');
    await manager!.says(/^READY=1$/, after);
    const exited = once(agent!, 'exit');
    agent!.kill('SIGTERM');
    await manager!.says(/^STOPPING=1$/);
    expect(await exited).to.deep.equal([0, null]);
    await manager!.close();

    await begin(`@rkt-streams-test-${process.pid}`);
    await manager!.says(/tasks running: 1$/);
    expect((await run(['ps', '--quiet'])).stdout).to.equal('web\n');
  });
});
