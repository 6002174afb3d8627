import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { status } from '@grpc/grpc-js';
import { expect } from 'chai';

import {
  spawnPlugin,
  startPlugin as start,
  type HostOptions,
  type NomadHost,
} from '../support/nomad-host.ts';
import { connectPlugin } from '../support/plugin-client.ts';
import { until } from '../support/until.ts';

const CHILD = fileURLToPath(new URL('../support/plugin-child.ts', import.meta.url));
const COMMAND = [process.execPath, '--import', import.meta.resolve('tsx/esm'), CHILD];

/** What the driver of the child does when a task gets a signal. */
const bid = (plugin: NomadHost, deed: string, text: string): Promise<unknown> =>
  plugin.driver.unary('SignalTask', { task_id: deed, signal: text });

describe('a plugin process', function () {
  this.timeout(60_000);
  let directory = '';
  const options = (more: Partial<HostOptions> = {}): HostOptions => ({
    command: COMMAND,
    ...more,
    env: { TMPDIR: directory, ...more.env },
  });

  const started: NomadHost[] = [];
  const startPlugin = async (how: HostOptions): Promise<NomadHost> => {
    const plugin = await start(how);
    started.push(plugin);
    return plugin;
  };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-plugin-'));
  });
  after(async () => {
    // What a failed test has left; a process that is gone takes no signal.
    started.forEach(({ child }) => child.kill('SIGKILL'));
    await rm(directory, { recursive: true });
  });

  describe('with a host', () => {
    let plugin: NomadHost;
    before(async () => {
      plugin = await startPlugin(options());
    });

    it('says where it is, and nothing else on stdout, whatever is printed', async () => {
      expect(plugin.stdout()).to.equal(`1|2|unix|${plugin.socket}|grpc|\n`);
      await bid(plugin, 'print', 'a word\nand another');
      await until('the words are in the log', () =>
        plugin.log().some(({ message }) => message === 'and another'),
      );
      expect(plugin.stdout()).to.match(/^[^\n]*\n$/);
      expect(plugin.log().find(({ message }) => message === 'a word')).to.deep.include({ level: 'warn' });
    });

    it('answers health checks and the driver', async () => {
      expect(await plugin.health.unary('Check', { service: 'plugin' })).to.deep.equal({ status: 'SERVING' });
      expect(await plugin.base.unary('PluginInfo', {})).to.include({ type: 'DRIVER', name: 'rkt' });
      const fingerprints = plugin.driver.stream('Fingerprint', {});
      expect(await fingerprints.next()).to.include({ health: 'HEALTHY' });
      fingerprints.cancel();
    });

    it('logs nothing that a host stumbles over', async () => {
      await bid(plugin, 'log', 'hello');
      await bid(plugin, 'flood', 'é');
      const shortened = () => plugin.log().find(({ fields }) => fields['shortened'] === true);
      await until('the long line is there', () => shortened() !== undefined);
      expect(shortened()!.fields).to.include({ short: 'kept' });
      const hello = plugin.log().find(({ message }) => message === 'hello');
      expect(hello).to.deep.include({ level: 'info' });
      expect(hello?.fields).to.include({ task: 'web', error: 'no', level: 1, message: 2 });
    });

    (['SIGINT', 'SIGHUP'] as const).forEach((signal) => {
      it(`leaves ${signal} to the agent, and says so`, async () => {
        plugin.child.kill(signal);
        await until(`${signal} is in the log`, () =>
          plugin.log().some(({ fields }) => fields['signal'] === signal),
        );
        expect(await plugin.health.unary('Check', {})).to.deep.equal({ status: 'SERVING' });
      });
    });

    it('serves a second host beside the first', async () => {
      const second = connectPlugin(plugin.socket);
      expect(await second.base.unary('PluginInfo', {})).to.include({ name: 'rkt' });
      second.close();
    });

    it('ends when asked to: soon, with code 0, without its socket, and having closed its driver', async () => {
      const waiting = plugin.driver.unary('WaitTask', { task_id: 'web' }).catch((error: unknown) => error);
      const events = plugin.driver.stream('Fingerprint', {});
      await events.next();
      expect(await plugin.shutdown()).to.equal(true);
      expect(await plugin.exited).to.deep.equal({ code: 0, signal: null });
      expect(existsSync(plugin.socket)).to.equal(false);
      expect(plugin.log().map(({ message }) => message)).to.include('closed');
      // Broken off by whichever side was first: the host closes its connection when it has its answer.
      const cutOff = [status.UNAVAILABLE, status.CANCELLED];
      expect(await waiting)
        .to.have.property('code')
        .that.is.oneOf(cutOff);
      expect(await events.ended)
        .to.have.property('code')
        .that.is.oneOf(cutOff);
      expect(plugin.stdout()).to.match(/^[^\n]*\n$/);
    });
  });

  it('explains itself to the caller that starts it by hand', async () => {
    const { stdout, stderr, exited, stderrEnded } = spawnPlugin(
      options({ env: { NOMAD_PLUGIN_MAGIC_COOKIE: undefined } }),
    );
    expect(await exited).to.deep.equal({ code: 1, signal: null });
    await stderrEnded;
    expect(stdout()).to.equal('');
    expect(stderr()).to.include('Nomad plugin').and.to.include('rkt-streams nomad install DIR');
  });

  it('refuses a TLS that it cannot have, on stderr, with code 1', async () => {
    const plugin = spawnPlugin(options({ env: { PLUGIN_CLIENT_CERT: 'not PEM' } }));
    expect(await plugin.exited).to.deep.equal({ code: 1, signal: null });
    await plugin.stderrEnded;
    expect(plugin.stdout()).to.equal('');
    expect(plugin.log().at(-1)).to.deep.include({ level: 'error' });
    expect(plugin.log().at(-1)?.fields['error']).to.include('PLUGIN_CLIENT_CERT');
    expect(plugin.log().at(-1)?.fields['error_code']).to.equal('RKT_ERR_OPTIONS');
  });

  it('stays when its host dies, with no one at the other end of its pipes, and serves the next', async () => {
    const plugin = await startPlugin(options({ command: [...COMMAND, 'debug'] }));
    plugin.child.stdout?.destroy();
    plugin.child.stderr?.destroy();
    await bid(plugin, 'log', 'into the void');
    await bid(plugin, 'print', 'as well');
    await bid(plugin, 'flood', 'x');
    plugin.close();
    const next = connectPlugin(plugin.socket);
    expect(await next.base.unary('PluginInfo', {})).to.include({ name: 'rkt' });
    await next.controller.unary('Shutdown', {});
    next.close();
    expect(await plugin.exited).to.deep.equal({ code: 0, signal: null });
  });

  it('ends by SIGTERM with code 0, even when its driver never ends', async () => {
    const plugin = await startPlugin(options({ env: { TEST_CLOSE: 'never' } }));
    await plugin.base.unary('PluginInfo', {});
    plugin.child.kill('SIGTERM');
    expect(await plugin.exited).to.deep.equal({ code: 0, signal: null });
    expect(existsSync(plugin.socket)).to.equal(false);
    plugin.close();
  });

  it('is two when it is launched twice; what fails in one is logged, and ends that one alone', async () => {
    const [one, other] = await Promise.all([
      startPlugin(options({ env: { TEST_LOAD: 'fail' } })),
      startPlugin(options()),
    ]);
    expect(one.socket).to.not.equal(other.socket);
    const failed: unknown = await one.base.unary('PluginInfo', {}).catch((error: unknown) => error);
    expect(failed).to.include({ code: status.UNKNOWN, details: 'no driver' });
    await until('the failure is logged', () =>
      one.log().some(({ fields }) => fields['error'] === 'no driver'),
    );
    // The answer may be lost in the crash.
    await bid(other, 'crash', 'on purpose').catch(() => undefined);
    expect(await other.exited).to.deep.equal({ code: 1, signal: null });
    await other.stderrEnded;
    expect(other.log().at(-1)).to.deep.include({ level: 'error', message: 'The plugin failed' });
    expect(other.log().at(-1)?.fields).to.include({ error: 'on purpose' });
    expect(existsSync(other.socket)).to.equal(false);
    other.close();
    expect(await one.shutdown()).to.equal(true);
  });

  it('leaves its socket when it is killed, and the next one takes it away', async () => {
    const killed = await startPlugin(options());
    await killed.kill();
    expect(existsSync(killed.socket)).to.equal(true);
    const next = await startPlugin(options());
    await until('the old socket is gone', () => !existsSync(killed.socket));
    expect(await next.shutdown()).to.equal(true);
  });
});
