import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { expect } from 'chai';

import { installPacked } from '../support/packed-package.ts';
import { serveDockerImage } from '../support/published-images.ts';
import { requires } from '../support/requirements.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { openWebSandbox, type WebSandbox } from '../support/web-sandbox.ts';

const README = readFileSync('README.md', 'utf8');

/** The first block of this language, and the second, and so on. */
function blocks(language: string): readonly string[] {
  const pattern = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm');
  return [...README.matchAll(pattern)].map(([, text = '']) => text);
}

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

describe('the first minutes with the README', function () {
  this.timeout(180_000);
  let sandbox: Sandbox;
  let web: WebSandbox;
  let directory: string;
  let installed: string;
  const opened: { readonly close: () => Promise<void> }[] = [];

  before(async function () {
    requires(this, 'busybox', 'openssl', 'ip');
    sandbox = await openSandbox(this);
    opened.push(sandbox);
    web = await openWebSandbox(sandbox.base, ['registry-1.docker.io']);
    opened.unshift(web);
    web.serve('registry-1.docker.io/v2/index.html', '{}');
    await serveDockerImage(web, 'library/busybox', 'latest', { Cmd: ['sh'] });
    directory = join(sandbox.base, 'program');
    mkdirSync(directory);
    installed = installPacked(directory);
  });
  after(async () => {
    for (const one of opened.splice(0)) await one.close();
  });

  /** Runs a command in the network of the sandbox, with the packed command line on the PATH. */
  const run = async (...command: readonly string[]): Promise<Ended> => {
    const inside = ['sh', '-ec', 'cd "$1"; shift; exec "$@"', 'sh', directory];
    const [file = '', ...args] = [...web.enter, ...inside, ...command];
    const child = spawn(file, args, {
      env: {
        ...process.env,
        PATH: [join(installed, 'bin'), process.env['PATH']].join(delimiter),
        SSL_CERT_FILE: web.authority,
        RKT_STREAMS_RKT: 'embedded',
        RKT_STREAMS_RKT_DIR: sandbox.options.rktDir,
        RKT_STREAMS_DATA_DIR: sandbox.options.dataDir,
        RKT_STREAMS_CGROUP_PARENT: sandbox.options.cgroupParent,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [unknown];
    return { code, stdout, stderr };
  };

  it('run the commands of the second block from the packed package', async () => {
    const script = blocks('sh')[1] ?? '';
    expect(script).to.contain('rkt-streams run docker://docker.io/library/busybox -- echo hello\n');
    const { code, stdout, stderr } = await run('sh', '-ec', script);
    expect([code, stdout.split('\n')[0]], stderr).to.deep.equal([0, 'hello']);
  });

  it('run its program from the packed package', async () => {
    const program = (blocks('ts')[0] ?? '').replace(
      'createDriver()',
      `createDriver(${JSON.stringify(sandbox.options)})`,
    );
    writeFileSync(join(directory, 'count.mjs'), program);
    const { code, stdout, stderr } = await run(process.execPath, 'count.mjs');
    expect(code, stderr).to.equal(0);
    expect(stdout)
      .to.match(/^count prepared .*$/m)
      .and.match(/^\d+ bytes$/m);
    expect(stdout).to.contain('exit code 7\n').and.contain('count destroyed');
  });

  it('put the command on the PATH with the last command of the first block', () => {
    const [line = '', ...more] = blocks('sh')[0]?.trim().split('\n') ?? [];
    expect([line.split(' # ')[0]?.split(' && '), more]).to.deep.equal([
      ['npm ci', 'npm run build', 'npm link'],
      [],
    ]);
    const prefix = join(sandbox.base, 'prefix');
    mkdirSync(prefix);
    const npm = (cwd: string, ...args: readonly string[]): void => {
      const env = { ...process.env, npm_config_prefix: prefix, npm_config_offline: 'true' };
      const { status, stderr } = spawnSync('npm', args, { cwd, env, encoding: 'utf8' });
      expect(status, stderr).to.equal(0);
    };
    npm(installed, 'link');
    expect(readdirSync(join(prefix, 'bin'))).to.deep.equal(['rkt-streams']);
    const version = spawnSync(join(prefix, 'bin/rkt-streams'), ['--version'], { encoding: 'utf8' }).stdout;
    expect(version.trim()).to.equal(
      (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version,
    );
  });
});

describe('the packed package', () => {
  it('contains what its programs and importers need, and no more', () => {
    const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], {
      encoding: 'utf8',
    });
    const [packed] = JSON.parse(stdout) as readonly {
      readonly files: readonly { readonly path: string }[];
    }[];
    const paths = packed?.files.map(({ path }) => path) ?? [];
    expect(paths).to.include.members([
      'bin/rkt-streams',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/programs/rkt.js',
    ]);
    expect(
      paths.filter((path) => /\.map$|tsbuildinfo|^dist\/cli\/|^dist\/embedded\/.*\.(?:js|ts)$/.test(path)),
    ).to.deep.equal([]);
  });
});
