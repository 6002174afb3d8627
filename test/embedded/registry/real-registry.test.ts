import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { callRkt, temporaryDir } from '../../support/embedded-rkt.ts';
import { tarOf, writeLayout } from '../../support/oci-images.ts';
import { registryPath, requires } from '../../support/requirements.ts';

const run = promisify(execFile);

/** Starts a registry on a port of its own, and says where it listens. */
async function startRegistry(dir: string): Promise<{ readonly child: ChildProcess; readonly host: string }> {
  const config = join(dir, 'config.yml');
  const storage = `{filesystem: {rootdirectory: ${dir}/data}}`;
  writeFileSync(config, `version: 0.1\nstorage: ${storage}\nhttp: {addr: '127.0.0.1:0'}\n`);
  const child = spawn(registryPath() ?? '', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  const port = await new Promise<string>((resolve, reject) => {
    // read to its end: a registry whose log is closed ends
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      const [, found] = /listening on 127\.0\.0\.1:(\d+)/.exec(log) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`the registry has ended: ${log}`)));
  });
  return { child, host: `localhost:${port}` };
}

describe("images of Debian's docker-registry", function () {
  this.timeout(120_000);
  const sandbox = temporaryDir();
  let registry: ChildProcess | undefined;
  let host = '';
  before(async function () {
    requires(this, 'docker-registry', 'skopeo', 'zstd');
    const started = await startRegistry(sandbox.path);
    registry = started.child;
    host = started.host;
    const tar = tarOf([{ name: 'bin/app', content: 'app' }]);
    writeLayout(join(sandbox.path, 'layout'), {
      gzip: { layers: [{ tar }], run: { Cmd: ['/bin/app'] } },
      zstd: { layers: [{ tar, compression: 'zstd' }], run: { Cmd: ['/bin/app'] } },
    });
  });
  after(async () => {
    if (registry?.kill() === true) await once(registry, 'exit');
    sandbox.remove();
  });

  const push = (from: string, to: string, ...options: readonly string[]): Promise<unknown> =>
    run('skopeo', [
      '--insecure-policy',
      'copy',
      '--dest-tls-verify=false',
      ...options,
      `oci:${sandbox.path}/layout:${from}`,
      `docker://${host}/${to}`,
    ]);

  for (const [tag, from, ...options] of [
    ['oci', 'gzip'],
    ['docker', 'gzip', '--format=v2s2'],
    ['zstd', 'zstd'],
  ] as const) {
    it(`are fetched as skopeo has pushed them: ${tag}`, async () => {
      await push(from, `team/app:${tag}`, ...options);
      const { exitCode, stdout, stderr } = await callRkt([
        `--dir=${sandbox.path}/store`,
        '--insecure-options=image',
        'fetch',
        `docker://${host}/team/app:${tag}`,
      ]);
      expect([exitCode, stderr]).to.deep.equal([0, '']);
      expect(stdout).to.match(/^sha512-[0-9a-f]{32}\n$/);
    });
  }

  it('are missed by name', async () => {
    const { exitCode, stderr } = await callRkt([
      `--dir=${sandbox.path}/store`,
      '--insecure-options=image',
      'fetch',
      `docker://${host}/team/app:none`,
    ]);
    expect(exitCode).to.equal(254);
    expect(stderr).to.match(
      /has no manifests\/none of this image: status code 404 \(MANIFEST_UNKNOWN: manifest unknown\)\n$/,
    );
  });
});
