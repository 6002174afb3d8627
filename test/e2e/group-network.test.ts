import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';
import { filter, firstValueFrom } from 'rxjs';

import type { Driver, TaskSpecInput } from '../../src/index.ts';
import { expectRktRejection } from '../support/errors.ts';
import { requires } from '../support/requirements.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

describe('tasks in the network namespace of their group', function () {
  this.timeout(60_000);
  let opened: Sandbox | undefined;
  let sandbox: Sandbox;
  let driver: Driver;
  let holder: ChildProcess | undefined;
  let networkNamespace: string;

  before(async function () {
    requires(this, 'ip');
    opened = await openSandbox(this);
    sandbox = opened;
    driver = sandbox.driver();
    // As Nomad makes it: with its loopback off.
    const group = spawn('unshare', ['--net', 'sh', '-c', 'echo ready; exec cat'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    holder = group;
    await once(group.stdout, 'data');
    networkNamespace = `/proc/${group.pid}/ns/net`;
  });
  after(async () => {
    await opened?.close();
    if (holder === undefined) return;
    const ended = once(holder, 'exit');
    holder.stdin?.end();
    await ended;
  });

  const task = (id: string, script: string, more: Partial<TaskSpecInput> = {}): TaskSpecInput =>
    sandbox.shell(id, script, { networkNamespace, stdoutPath: join(sandbox.base, `${id}.out`), ...more });
  const output = (id: string): string => readFileSync(join(sandbox.base, `${id}.out`), 'utf8');

  it('talk to one another over its loopback, which the machine does not see', async () => {
    await driver.startTask(task('server', 'echo from-the-server | nc -l -p 8099 127.0.0.1; sleep 100'));
    const client = 'until nc 127.0.0.1 8099 </dev/null; do sleep 0.1; done';
    await driver.startTask(task('client', client));
    await firstValueFrom(driver.waitTask('client'));
    expect(output('client')).to.equal('from-the-server\n');

    const { pid } = driver.inspectTask('server');
    expect(readlinkSync(`/proc/${pid}/ns/net`)).to.equal(readlinkSync(networkNamespace));
    expect(readlinkSync(`/proc/${pid}/ns/net`)).to.not.equal(readlinkSync('/proc/self/ns/net'));
  });

  it('execute commands there, and count its traffic alone', async () => {
    const { stdout } = await driver.execTask('server', ['cat', '/proc/net/dev']);
    expect(stdout.match(/^ *\w+(?=:)/gm)?.map((name) => name.trim())).to.deep.equal(['lo']);
    const measured = await firstValueFrom(
      driver
        .taskStats('server', { intervalMs: 100, groups: ['network'] })
        .pipe(filter(({ network }) => network !== undefined)),
    );
    expect(measured.network).to.be.an('object');
  });

  it('are recovered there by the next driver', async () => {
    await driver.shutdown();
    driver = sandbox.driver();
    await driver.recoverTasks();
    const { stdout } = await driver.execTask('server', ['readlink', '/proc/self/ns/net']);
    expect(stdout.trim()).to.equal(readlinkSync(networkNamespace));
    await driver.destroyTask('server', { force: true });
    await driver.destroyTask('client');
  });

  it('are refused, and leave nothing, where the namespace is none or something else is asked for beside it', async () => {
    const refused = async (
      id: string,
      code: Parameters<typeof expectRktRejection>[1],
      more: Partial<TaskSpecInput>,
    ): Promise<string> => (await expectRktRejection(driver.startTask(task(id, 'true', more)), code)).message;
    const { config } = task('x', 'true');
    expect(await refused('gone', 'RKT_ERR_NETWORK', { networkNamespace: '/run/netns/gone' })).to.contain(
      '/run/netns/gone is not a network namespace: ENOENT',
    );
    expect(await refused('file', 'RKT_ERR_NETWORK', { networkNamespace: '/etc/passwd' })).to.contain(
      '/etc/passwd is not a network namespace: it is a file of another kind',
    );
    const mount = { networkNamespace: '/proc/self/ns/mnt' };
    await refused('kind', 'RKT_ERR_LAUNCH', mount);
    expect(await refused('net', 'RKT_ERR_TASK_CONFIG', { config: { ...config, net: ['host'] } })).to.contain(
      'leave net out',
    );
    expect(
      await refused('ports', 'RKT_ERR_PORT_MAP', { config: { ...config, port_map: { http: '80-tcp' } } }),
    ).to.contain('leave port_map out');
    await until('nothing is left', async () => (await sandbox.leftovers()).length === 0);
  });
});
