import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { createProgram } from '../../src/cli/program.ts';
import { parseLines, startCli, type CliResult } from '../support/cli-process.ts';
import { expectRktRejection } from '../support/errors.ts';
import { startPlugin } from '../support/nomad-host.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const ENTRY = fileURLToPath(new URL('../../src/cli/nomad-plugin.ts', import.meta.url));
const NODE = [process.execPath, '--import', import.meta.resolve('tsx/esm')];

describe('rkt-streams nomad', function () {
  this.timeout(60_000);
  let directory = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-nomad-'));
  });
  after(() => rm(directory, { recursive: true }));

  const run = (...args: readonly string[]): Promise<CliResult> => startCli(['nomad', ...args]).ended;

  describe('install', () => {
    it('writes the launcher and prints what the agent needs', async () => {
      const { exitCode, stdout, stderr } = await run('install', directory, '--name', 'pods');
      expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
      expect(stdout).to.include(`Wrote ${directory}/pods.`).and.to.include('plugin "pods" {');
      expect(await readdir(directory)).to.deep.equal(['pods']);
    });

    it('says the same to a program, and that the launcher is there already', async () => {
      const [line] = parseLines(
        (await startCli(['nomad', 'install', directory, '-n', 'pods', '--json']).ended).stdout,
      );
      expect(line).to.include({ path: join(directory, 'pods'), isNew: false });
    });

    it('refuses what is not an absolute directory', async () => {
      const words = ['nomad', 'install', 'plugins'];
      const parsed = (await createProgram(words)).parseAsync(words, { from: 'user' });
      expect((await expectRktRejection(parsed, 'RKT_ERR_OPTIONS')).message).to.include('absolute');
    });
  });

  describe('plugin', () => {
    it('is not to be run by hand', async () => {
      const { exitCode, stdout, stderr } = await run('plugin');
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 1, stdout: '' });
      expect(stderr).to.include('rkt-streams nomad install DIR');
    });

    it('is a plugin under an agent', async () => {
      const plugin = await startPlugin({
        command: [...NODE, MAIN, 'nomad', 'plugin', '--log-level', 'error'],
      });
      expect(await plugin.base.unary('PluginInfo', {})).to.include({ name: 'rkt' });
      expect(await plugin.shutdown()).to.equal(true);
      expect(await plugin.exited).to.deep.equal({ code: 0, signal: null });
      expect(plugin.stderr()).to.equal('');
    });

    it('takes the settings of every command from the agent: arguments, environment, config file', async () => {
      const config = join(directory, 'settings.json');
      await writeFile(config, JSON.stringify({ rktConcurrency: 0 }));
      const plugin = await startPlugin({
        command: [...NODE, ENTRY, '--config', config, '--stats-gate=maybe'],
        env: { RKT_STREAMS_KILL_TIMEOUT_MS: 'soon', RKT_STREAMS_LOG_LEVEL: 'error' },
      });
      const error: unknown = await plugin.base.unary('PluginInfo', {}).catch((e: unknown) => e);
      ['rktConcurrency', '--stats-gate', 'RKT_STREAMS_KILL_TIMEOUT_MS'].forEach((origin) => {
        expect(String(error)).to.include(origin);
      });
      expect(await plugin.shutdown()).to.equal(true);
    });

    it('refuses an argument that there is not, before anything else', () => {
      const args = [...NODE.slice(1), ENTRY, '--nope'];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      expect({ status, stdout }).to.deep.equal({ status: 1, stdout: '' });
      expect(stderr).to.include("rkt-streams nomad plugin: Unknown option '--nope'");
    });
  });
});
