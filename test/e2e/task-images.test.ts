import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import { packDockerArchive } from '../../src/embedded/aci/docker-archive.ts';
import { collectHostPaths } from '../../src/embedded/aci/host-files.ts';
import { isRktError, type Driver } from '../../src/index.ts';
import { buildImage } from '../support/images.ts';
import { architecture } from '../support/oci-images.ts';
import { serveDockerImage } from '../support/published-images.ts';
import { requires } from '../support/requirements.ts';
import { rktInWeb } from '../support/rkt-in-web.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { openWebSandbox, type WebSandbox } from '../support/web-sandbox.ts';

const POLICIES = ['new', 'never', 'update'] as const;
type Policy = (typeof POLICIES)[number];
const HOSTS = ['registry-1.docker.io', 'example.com', 'files.example.com'];
const LABELS = [
  { name: 'version', value: 'latest' },
  { name: 'os', value: 'linux' },
  { name: 'arch', value: process.arch === 'arm64' ? 'aarch64' : 'amd64' },
];

describe('images of tasks', function () {
  this.timeout(180_000);
  let sandbox: Sandbox;
  let web: WebSandbox | undefined;
  const drivers = new Map<Policy, Driver>();

  before(async function () {
    requires(this, 'busybox', 'openssl', 'ip');
    sandbox = await openSandbox(this);
    const opened = await openWebSandbox(sandbox.base, HOSTS);
    web = opened;
    for (const policy of POLICIES)
      drivers.set(policy, sandbox.driver({ rkt: rktInWeb(sandbox, opened, [`--pull-policy=${policy}`]) }));
  });
  after(async () => {
    await web?.close();
    await sandbox.close();
  });

  let tasks = 0;
  /** Runs `exit NUMBER` with the number in the image's file; returns it, or the words of the failure. */
  const run = async (image: string, policy: Policy = 'new'): Promise<number | string | undefined> => {
    const driver = drivers.get(policy) as Driver;
    const id = `task-${(tasks += 1)}`;
    const command = { command: '/bin/sh', args: ['-c', 'read n </number; exit $n'] };
    try {
      const config = { image, ...command, net: ['host'], insecure_options: ['image'] };
      await driver.startTask({ id, config });
      const { exitCode } = await firstValueFrom(driver.waitTask(id));
      await driver.destroyTask(id, { force: true });
      return exitCode;
    } catch (error) {
      if (isRktError(error)) return `${error.code}: ${error.message}`;
      throw error;
    }
  };

  const dockerArchive = (name: string, number: number): string => {
    const out = join(sandbox.base, `${name}.tar`);
    const files = [
      ...collectHostPaths(['/bin/sh']),
      { path: 'number', type: 'file', content: `${number}\n` } as const,
    ];
    packDockerArchive({ files, tag: `example.com/${name}:1`, run: {}, architecture, out });
    return out;
  };

  it('come from an archive of docker', async () => {
    const path = dockerArchive('archive', 11);
    expect(await run(path)).to.equal(11);
    expect(await run(`docker-archive:${path}:example.com/archive:1`)).to.equal(11);
    // an archive is read every time, as an ACI in a file is
    dockerArchive('archive', 12);
    expect(await run(path, 'new')).to.equal(12);
    expect(await run(path, 'never')).to.equal(12);
  });

  it('come from a directory with an OCI layout', async function () {
    requires(this, 'skopeo');
    const layout = join(sandbox.base, 'layout');
    const from = `docker-archive:${dockerArchive('layout', 21)}`;
    execFileSync('skopeo', ['--insecure-policy', 'copy', '-q', from, `oci:${layout}:first`]);
    expect(await run(`oci:${layout}`)).to.equal(21);
    expect(await run(`oci:${layout}:first`)).to.equal(21);
    expect(await run(`oci:${layout}:second`)).to.match(/^RKT_ERR_IMAGE: .*first/);
  });

  /** Puts an image with this number where its reference leads to. */
  const kinds: Readonly<Record<string, readonly [string, (number: number) => Promise<void>]>> = {
    'of a registry': [
      'docker://policy:1',
      (number) =>
        serveDockerImage(web as WebSandbox, 'library/policy', '1', {}, [
          { name: 'number', content: `${number}\n` },
        ]),
    ],
    'by discovery': [
      'example.com/policy',
      async (number) => {
        await serveAci('files.example.com/policy-latest.aci', 'example.com/policy', number);
        const template = 'https://files.example.com/{name}';
        const page = `<meta name="ac-discovery" content="example.com/policy ${template.replace('{name}', 'policy')}-{version}.{ext}">`;
        web?.serve('example.com/index.html', page);
      },
    ],
    'by URL': [
      'https://files.example.com/by-url.aci',
      (number) => serveAci('files.example.com/by-url.aci', 'example.com/by-url', number),
    ],
  };

  async function serveAci(at: string, name: string, number: number): Promise<void> {
    const dir = join(sandbox.base, 'acis', `${name.replaceAll('/', '-')}-${number}`);
    const files = [{ path: 'number', type: 'file', content: `${number}\n` } as const];
    const app = { exec: ['/bin/sh'], user: '0', group: '0' };
    web?.serve(at, readFileSync(await buildImage(dir, { name, files, manifest: { labels: LABELS, app } })));
  }

  for (const [kind, [image, serve]] of Object.entries(kinds)) {
    it(`are fetched as the pull policy says: ${kind}`, async () => {
      const requests = (): number => web?.requests().length ?? 0;
      await serve(31);
      expect(await run(image, 'never')).to.match(/^RKT_ERR_IMAGE: .*unable to fetch image/);
      expect(requests()).to.equal(0);
      expect(await run(image, 'new')).to.equal(31);
      expect(requests()).to.be.greaterThan(0);
      await serve(32);
      expect([await run(image, 'new'), await run(image, 'never')]).to.deep.equal([31, 31]);
      expect(requests()).to.equal(0);
      expect(await run(image, 'update')).to.equal(32);
      expect(requests()).to.be.greaterThan(0);
      expect([await run(image, 'new'), await run(image, 'never'), requests()]).to.deep.equal([32, 32, 0]);
    });
  }
});
