import { readFileSync, readlinkSync, readdirSync, statSync } from 'node:fs';

import { expect } from 'chai';

import type { TaskHandle__Output } from '../../src/nomad/generated/hashicorp/nomad/plugins/drivers/proto/TaskHandle.ts';
import { FOREVER } from '../support/cli-sandbox.ts';
import { connectPlugin } from '../support/plugin-client.ts';
import { openPluginSandbox, type PluginSandbox } from '../support/plugin-sandbox.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';

describe('the plugin in a plugin directory', function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let plugins: PluginSandbox;

  before(async function () {
    sandbox = await openSandbox(this);
    plugins = await openPluginSandbox(sandbox);
  });
  after(async () => {
    plugins.killAll();
    await sandbox.close();
  });

  it('is the only executable there', () => {
    const executables = readdirSync(plugins.pluginDir).filter(
      (name) => (statSync(`${plugins.pluginDir}/${name}`).mode & 0o111) !== 0,
    );
    expect(executables).to.deep.equal(['rkt']);
  });

  it('runs in the very process that the host started, in the directory of the host', async () => {
    const plugin = await plugins.start({ cwd: sandbox.base });
    const pid = plugin.child.pid!;
    expect(readlinkSync(`/proc/${pid}/exe`)).to.equal(process.execPath);
    expect(readlinkSync(`/proc/${pid}/cwd`)).to.equal(sandbox.base);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).to.include('nomad-plugin.js');
    expect(await plugin.shutdown()).to.equal(true);
    expect(plugin.stdout()).to.equal(`${plugin.handshake.join('|')}\n`);
  });

  describe('with a running task', () => {
    let handle: TaskHandle__Output | null = null;

    it('is seen to be gone at once when it is killed: no child holds its pipes', async () => {
      const plugin = await plugins.start();
      ({ handle } = await plugin.driver.unary('StartTask', { task: plugins.task('web', FOREVER) }));
      expect(handle).to.include({ state: 'RUNNING' });
      // An exec runs as a child as well, at the moment of the kill.
      const exec = plugin.driver.duplex('ExecTaskStreaming');
      exec.write({ setup: { task_id: 'web', command: ['/bin/sh', '-c', 'echo up; cat'], tty: false } });
      expect((await exec.next()).stdout?.data.toString()).to.equal('up\n');
      await plugin.kill();
      expect((await sandbox.leftovers()).join('\n'), 'the task').to.include('process ');
    });

    it('is followed by a plugin that recovers the task, loses its host, and serves the next host as it is', async () => {
      const plugin = await plugins.start();
      await plugin.driver.unary('RecoverTask', { handle });
      plugin.child.stdout?.destroy();
      plugin.child.stderr?.destroy();
      plugin.close();
      const next = connectPlugin(plugin.socket);
      await next.driver.unary('RecoverTask', { handle });
      expect((await next.driver.unary('InspectTask', { task_id: 'web' })).task).to.include({
        state: 'RUNNING',
      });
      const waiting = next.driver.unary('WaitTask', { task_id: 'web' });
      await next.driver.unary('StopTask', {
        task_id: 'web',
        signal: 'SIGTERM',
        timeout: { seconds: 5, nanos: 0 },
      });
      expect((await waiting).result).to.include({ exit_code: 7 });
      await next.driver.unary('DestroyTask', { task_id: 'web', force: true });
      await next.controller.unary('Shutdown', {});
      next.close();
      expect(await plugin.exited).to.deep.equal({ code: 0, signal: null });
    });
  });
});
