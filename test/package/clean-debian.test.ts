import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { openCleanRoot, type CleanRoot } from '../support/clean-root.ts';
import { buildImage } from '../support/images.ts';
import { runProgram } from '../support/program.ts';
import { requires } from '../support/requirements.ts';
import { until } from '../support/until.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
/** A Debian as a tar, instead of the essential packages of this machine. */
const ARCHIVE = process.env['RKT_STREAMS_TEST_DEBIAN'];
const COOKIE = 'NOMAD_PLUGIN_MAGIC_COOKIE=e4327c2e01eabfd75a8a67adb114fb34a757d57eee7728d857a8cec6e91a7255';
const PARENT = `RKT_STREAMS_CGROUP_PARENT=rkt-streams-test-package-${process.pid}`;
const AGENT = 'http://127.0.0.1:9477';
/** Asks in the network of the clean Debian, in one process. */
const ASK = `const ask = async (url) => {
  const answer = await fetch(url);
  return { status: answer.status, text: await answer.text() };
};
console.log(JSON.stringify(await Promise.all(process.argv.slice(1).map(ask))));`;
/** All files, but those that dpkg and its scripts write for themselves, and those that vary. */
const FILES =
  'find / -xdev ! -path "/var/lib/dpkg/*" ! -path "/tmp/*" ! -path "/var/log/*" ! -path "/var/lib/systemd*" | sort';

interface Answer {
  readonly status: number;
  readonly text: string;
}

describe('on a Debian without Node.js', function () {
  this.timeout(240_000);
  let opened: CleanRoot | undefined;
  const root = (): CleanRoot => opened!;

  /** Runs a script of the project. */
  const build = async (script: string, ...args: readonly string[]): Promise<void> => {
    const { exitCode, stderr } = await runProgram(process.execPath, [`scripts/package/${script}`, ...args]);
    expect(exitCode, stderr).to.equal(0);
  };
  /** Runs a command in the clean Debian; fails with what it has printed. */
  const run = async (...words: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await root().run('env', PARENT, ...words);
    expect(exitCode, `${words.join(' ')}\n${stdout}${stderr}`).to.equal(0);
    return stdout;
  };
  const ask = async (...paths: readonly string[]): Promise<readonly Answer[]> => {
    const urls = paths.map((path) => `${AGENT}/${path}`);
    const { stdout, stderr } = await root().runInNetwork(
      ...[process.execPath, '--input-type=module', '-e', ASK, ...urls],
    );
    expect(stdout, stderr).not.to.equal('');
    return JSON.parse(stdout) as readonly Answer[];
  };
  /** Starts a command that stays; waits for what it prints, and returns what ends it. */
  const start = async (text: string, ...words: readonly string[]): Promise<() => Promise<void>> => {
    const child = root().start('env', PARENT, 'sh', '-c', 'echo $$ >/tmp/pid; exec "$@"', 'sh', ...words);
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (bytes: Buffer) => (printed += bytes.toString()));
    const ended = new Promise((resolve) => child.on('close', resolve));
    await until(`${words.join(' ')} prints ${text}`, () => {
      if (child.exitCode !== null) throw new Error(printed);
      return printed.includes(text);
    });
    return async () => {
      await run('sh', '-c', 'kill "$(cat /tmp/pid)"');
      await ended;
    };
  };

  before(async function () {
    requires(this, 'root', 'pods', 'dpkg', 'busybox', 'ip', 'perl');
    opened = await openCleanRoot(ARCHIVE);
    await buildImage(root().shared, { name: 'test.local/shell' });
  });
  after(() => opened?.close());

  /** What has to work, whatever form the command has. */
  const works = (command: string): void => {
    it('has the command, and no node', async () => {
      expect(await run(command, '--version')).to.equal(`${version}\n`);
      expect(await run(command, '--help')).to.contain('Usage: rkt-streams');
      expect((await root().run('sh', '-c', 'command -v node')).exitCode).to.equal(127);
    });

    it('runs a task with the embedded rkt', async () => {
      const words = ['run', '--rm', '/shared/shell.aci', '-c', 'echo from a pod'];
      expect(await run(command, ...words)).to.equal('from a pod\n');
      expect(await run(command, 'rkt', 'version')).to.contain('rkt Version');
      expect(await run(command, 'rkt', 'list', '--no-legend')).to.equal('\n');
    });

    it('has an agent with a page and metrics, and commands that use it', async () => {
      const stop = await start(AGENT, command, 'agent');
      await run(
        command,
        'run',
        '--detach',
        '--id',
        'web',
        '/shared/shell.aci',
        '-c',
        'echo hi; exec sleep 600',
      );
      expect(await run(command, 'ps', '--quiet')).to.equal('web\n');
      expect(await run(command, 'logs', 'web')).to.equal('hi\n');
      expect(await run(command, 'exec', 'web', '/bin/echo', 'inside')).to.equal('inside\n');
      expect(await run(command, 'stats', '--once', '--json', 'web')).to.contain('"web"');
      const [page, metrics] = await ask('', 'metrics');
      expect(metrics?.text).to.match(/^container_memory_usage_bytes\{.*web/m);
      const links = [...(page?.text ?? '').matchAll(/(?:href|src)="(assets\/[^"]+)"/g)];
      const assets = links.map(([, path = '']) => path);
      expect(assets).to.include.members(['assets/main.js', 'assets/uplot/uPlot.min.css']);
      const answers = await ask(...assets, 'assets/xterm/xterm.css');
      expect(answers.map(({ status }) => status)).to.deep.equal([...assets, ''].map(() => 200));
      await stop();
    });

    it('keeps the task without the agent', async () => {
      expect(await run(command, 'ps', '--quiet')).to.equal('web\n');
      await run(command, 'stop', 'web');
      await run(command, 'rm', 'web');
      expect(await run(command, 'audit')).to.equal('No leftovers found.\n');
    });

    it('is the task driver of a Nomad agent', async () => {
      await run('mkdir', '/plugins');
      await run(command, 'nomad', 'install', '/plugins');
      const stop = await start('|grpc|', 'env', COOKIE, '/plugins/rkt');
      await stop();
      await run('rm', '-r', '/plugins');
    });
  };

  describe('the single file', () => {
    const command = '/shared/rkt-streams';
    before(() => build('single-file.js', join(root().shared, 'rkt-streams')));
    works(command);

    it('is a service by its own path', async () => {
      expect(await run(command, 'agent', 'install', '--dry-run')).to.contain(`\nExecStart=${command} agent`);
    });

    it('has its files for itself, and verifies them', async () => {
      const cache = '/var/cache/rkt-streams';
      expect(await run('sh', '-c', `stat -c "%U %a" ${cache} ${cache}/*`)).to.equal('root 700\nroot 700\n');
      // As after a crash of the machine: another boot, and a file without its content.
      await run('sh', '-c', `cd ${cache}/* && echo other >.verified && : >dist/programs/rkt-streams.js`);
      expect(await run(command, '--version')).to.equal(`${version}\n`);
      await run('chmod', '0777', cache);
      const refused = await root().run(command, '--version');
      expect(refused.exitCode).to.equal(1);
      expect(refused.stderr).to.contain(`${cache} belongs to another user, or others can write to it.`);
      await run('rm', '-r', cache, '/var/lib/rkt-streams', '/var/lib/rkt');
    });
  });

  describe('the package', () => {
    let files = '';
    before(async () => {
      for (const name of ['one', 'two']) {
        await mkdir(join(root().shared, name));
        const output = join(root().shared, name, 'rkt-streams.deb');
        await build('deb.js', '--output', output, '--compression', 'none');
      }
      files = await run('sh', '-c', FILES);
      await run('dpkg', '--install', '/shared/one/rkt-streams.deb');
    });

    it('is the same in two builds', () =>
      run('cmp', '/shared/one/rkt-streams.deb', '/shared/two/rkt-streams.deb'));

    it('has a token, documentation, and what completes and explains its commands', async () => {
      const token = '/var/lib/rkt-streams/agent-token';
      expect(await run('stat', '-c', '%U %a', token, '/var/lib/rkt-streams')).to.equal(
        'root 600\nroot 700\n',
      );
      expect(await run('cat', token)).to.match(/^[0-9a-f]{64}$/);
      const [unit, config] = [
        '/usr/lib/systemd/system/rkt-streams-agent.service',
        '/etc/rkt-streams/config.jsonc',
      ];
      expect(await run('cat', unit)).to.contain('\nExecStart=/usr/bin/rkt-streams agent');
      expect(await run('dpkg-query', '--show', '--showformat', '${Conffiles}', 'rkt-streams')).to.contain(
        config,
      );
      const doc = '/usr/share/doc/rkt-streams';
      expect(
        await run('sh', '-c', `zcat /usr/share/man/man1/rkt-streams.1.gz ${doc}/THIRD-PARTY-LICENSES.gz`),
      )
        .to.contain('.TH')
        .and.contain('Copyright Node.js contributors');
      await run(
        'bash',
        '-c',
        '. /usr/share/bash-completion/completions/rkt-streams; complete -p rkt-streams',
      );
      await run('test', '-e', `${doc}/copyright`, '-a', '-e', `${doc}/changelog.gz`);
    });

    works('rkt-streams');

    it('keeps tasks and token at an upgrade', async () => {
      const token = await run('cat', '/var/lib/rkt-streams/agent-token');
      const script = 'trap "exit 7" TERM; while :; do sleep 0.1; done';
      await run('rkt-streams', 'run', '--detach', '--id', 'kept', '/shared/shell.aci', '-c', script);
      await run('dpkg', '--install', '/shared/two/rkt-streams.deb');
      expect(await run('rkt-streams', 'ps', '--quiet')).to.equal('kept\n');
      expect(await run('cat', '/var/lib/rkt-streams/agent-token')).to.equal(token);
    });

    it('keeps the state of running tasks at a purge', async () => {
      const { stderr, exitCode } = await root().run('dpkg', '--purge', 'rkt-streams');
      expect(exitCode, stderr).to.equal(0);
      expect(stderr).to.match(
        /rkt-streams: \/var\/lib\/rkt-streams is kept: a task is running \(pid \d+\)\./,
      );
      await run('dpkg', '--install', '/shared/one/rkt-streams.deb');
      expect(JSON.parse(await run('rkt-streams', 'stop', '--json', 'kept'))).to.exist;
      await run('rkt-streams', 'rm', 'kept');
    });

    it('leaves nothing but images after a purge', async () => {
      await run('dpkg', '--purge', 'rkt-streams');
      await run('rm', '-r', '/var/lib/rkt');
      expect(await run('sh', '-c', FILES)).to.equal(files);
    });
  });
});
