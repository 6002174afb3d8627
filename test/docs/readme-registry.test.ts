import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { serveDockerImage } from '../support/published-images.ts';
import { registryPath, requires } from '../support/requirements.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { openWebSandbox, type WebSandbox } from '../support/web-sandbox.ts';

const COMMAND = fileURLToPath(new URL('../../bin/rkt-streams', import.meta.url));

describe('the registry of the README', function () {
  this.timeout(180_000);
  let opened: Sandbox | undefined;
  let web: WebSandbox | undefined;

  before(async function () {
    requires(this, 'busybox', 'openssl', 'ip', 'docker-registry', 'skopeo');
    opened = await openSandbox(this);
    web = await openWebSandbox(opened.base, ['registry-1.docker.io']);
    web.serve('registry-1.docker.io/v2/index.html', '{}');
    await serveDockerImage(web, 'library/busybox', 'latest', { Cmd: ['sh'] });
  });
  after(async () => {
    await web?.close();
    await opened?.close();
  });

  it('serves the image that its last line runs', async () => {
    const sandbox = opened as Sandbox;
    const block = registryBlock();
    expect(block.trim().split('\n').at(-1)).to.equal(
      'rkt-streams run docker://localhost:5000/busybox -- echo hello',
    );
    const { code, stdout, stderr } = await runBlock(sandbox, web as WebSandbox, block);
    expect([code, stdout.split('\n').slice(-2)], stderr).to.deep.equal([0, ['hello', '']]);
  });
});

/** The block of shell commands of the page that starts a registry. */
function registryBlock(): string {
  const blocks = [...readFileSync('README.md', 'utf8').matchAll(/^```sh\n([^]*?)^```$/gm)];
  const [block, ...others] = blocks.map(([, text = '']) => text).filter((text) => text.includes(':5000'));
  expect(others).to.deep.equal([]);
  return block ?? '';
}

/**
 * Runs the block in an empty directory, in the network of the sandbox. What installs packages is played: they are here
 * already, and the package of the registry is one file.
 */
async function runBlock(
  sandbox: Sandbox,
  web: WebSandbox,
  block: string,
): Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }> {
  const [bin, home] = [join(sandbox.base, 'bin'), join(sandbox.base, 'home')];
  mkdirSync(bin);
  mkdirSync(home);
  const program = (name: string, text: string): void =>
    writeFileSync(join(bin, name), `#!/bin/sh\nset -eu\n${text}\n`, { mode: 0o755 });
  program(
    'apt-get',
    `case "$*" in
  "install -y skopeo") command -v skopeo ;;
  "download docker-registry") : >docker-registry_1.deb ;;
  *) exit 9 ;;
esac >&2`,
  );
  program(
    'dpkg',
    `[ "$*" = "-x docker-registry_1.deb registry" ]; mkdir -p registry/usr/bin; cp ${registryPath() ?? ''} registry/usr/bin/docker-registry`,
  );
  program('rkt-streams', `exec ${COMMAND} "$@"`);
  // the registry runs on in the block, which has begun nothing else
  const script = `cd ${home}\ntrap 'kill "$!"; wait' EXIT\n${block}`;
  const [file, ...enter] = [...web.enter, 'sh', '-ec', script];
  const child = spawn(file, enter, {
    env: {
      ...process.env,
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      SSL_CERT_FILE: web.authority,
      RKT_STREAMS_RKT: 'embedded',
      RKT_STREAMS_RKT_DIR: sandbox.options.rktDir,
      RKT_STREAMS_DATA_DIR: sandbox.options.dataDir,
      RKT_STREAMS_CGROUP_PARENT: sandbox.options.cgroupParent,
      HOME: home,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, stdout, stderr };
}
