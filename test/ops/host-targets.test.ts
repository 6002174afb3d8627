import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { checkHostTargets } from '../../src/ops/host-targets.ts';
import { expectRktRejection } from '../support/errors.ts';
import { buildImage } from '../support/images.ts';
import { openSandbox } from '../support/sandbox.ts';

const POD = '5b1ba0d1-2ee0-4b19-9d1c-3a0a5d3a8a50';
const MISSING = 'rkt-streams-test-missing';

describe('checkHostTargets', () => {
  let rktDir: string;
  let root: string;
  let volume: string;

  beforeEach(() => {
    rktDir = mkdtempSync(join(tmpdir(), 'rkt-streams-targets-'));
    volume = join(rktDir, 'volume');
    mkdirSync(volume);
  });
  afterEach(() => rmSync(rktDir, { recursive: true }));

  /** A prepared pod as rkt leaves it, its image in the tree store or in the pod. */
  const pod = (flavor: string, overlay: boolean, mountPoints: readonly string[] = []): void => {
    const dir = join(rktDir, 'pods/prepared', POD);
    root = overlay
      ? join(rktDir, 'cas/tree/deps-1/rootfs')
      : join(dir, 'stage1/rootfs/opt/stage2/app/rootfs');
    for (const made of [root, join(dir, 'stage1'), join(dir, 'appsinfo/app')]) {
      mkdirSync(made, { recursive: true });
    }
    const apps = [{ name: 'app', image: { id: 'sha512-1' } }];
    writeFileSync(
      join(dir, 'pod'),
      JSON.stringify({ acVersion: '0.8.11', acKind: 'PodManifest', apps, volumes: [] }),
    );
    writeFileSync(join(dir, 'stage1/manifest'), `{"name": "coreos.com/rkt/stage1-${flavor}"}`);
    const app = { mountPoints: mountPoints.map((path, nth) => ({ name: `m${nth}`, path })) };
    writeFileSync(join(dir, 'appsinfo/app/manifest'), JSON.stringify({ app }));
    if (overlay) writeFileSync(join(dir, 'appsinfo/app/treeStoreID'), 'deps-1');
  };
  const check = (...targets: readonly (readonly [source: string, target: string])[]): Promise<void> =>
    checkHostTargets(
      { rktDir },
      POD,
      targets.map(([source, target], nth) => ({ name: `v${nth}`, source, target, readOnly: false })),
    );
  const refused = async (...targets: readonly (readonly [string, string])[]): Promise<string> =>
    (await expectRktRejection(check(...targets), 'RKT_ERR_VOLUME')).message;

  for (const overlay of [true, false]) {
    describe(overlay ? 'of an image in the tree store' : 'of an image in the pod', () => {
      it('follows the symbolic links of the image', async () => {
        pod('fly', overlay);
        symlinkSync('/dev', join(root, 'data'));
        symlinkSync('data', join(root, 'again'));
        symlinkSync('../../..//sys/./kernel', join(root, 'up'));
        expect(await refused([volume, `/data/${MISSING}`])).to.contain(
          `${volume} cannot be mounted at /data/${MISSING}: /dev is the host's own in such a pod, and /dev/${MISSING}, where /data/${MISSING} leads to, does not exist there`,
        );
        expect(await refused([volume, `/again/${MISSING}/below`])).to.contain(`/dev/${MISSING}/below`);
        expect(await refused([volume, `/up/${MISSING}`])).to.contain(`/sys/kernel/${MISSING}`);
        expect(await refused([volume, `/etc/../proc/${MISSING}`])).to.contain(`and /proc/${MISSING}`);
        await check(['/etc/hostname', '/data/null'], [volume, '/data'], [volume, '/new/below']);
      });

      it('follows a link at the end of a target', async () => {
        pod('fly', overlay);
        symlinkSync(`/dev/${MISSING}`, join(root, 'link'));
        expect(await refused(['/etc/hostname', '/link'])).to.contain(`/dev/${MISSING}`);
      });

      it('knows where an image has put its /dev', async () => {
        pod('fly', overlay);
        mkdirSync(join(root, 'devices'));
        symlinkSync('/devices', join(root, 'dev'));
        expect(await refused([volume, `/devices/${MISSING}`])).to.contain(`/devices/${MISSING} does not`);
      });
    });
  }

  it('follows the links on other volumes, and sees what is mounted of the host', async () => {
    pod('fly', true);
    symlinkSync(`/dev/shm`, join(volume, 'shm'));
    expect(await refused([volume, '/v'], [volume, `/v/shm/${MISSING}`])).to.contain(`/dev/shm/${MISSING}`);
    expect(await refused(['/dev', '/host'], [volume, `/host/${MISSING}`])).to.contain(`/host/${MISSING}`);
    expect(await refused(['/sys/kernel', '/k'], [volume, `/k/${MISSING}`])).to.contain('/sys/kernel');
    await check([volume, '/v'], [volume, '/v/below']);
    // A volume of the task's own over the host's directory.
    await check([volume, '/dev/shm'], [volume, '/dev/shm/below']);
  });

  it('refuses a mount point of the image as well', async () => {
    pod('fly', true, ['/data', `/dev/${MISSING}`]);
    expect(await refused()).to.match(/^the mount point of the image cannot be mounted at \/dev/);
  });

  it('gives up in a circle of links', async () => {
    pod('fly', true);
    symlinkSync('b', join(root, 'a'));
    symlinkSync('a', join(root, 'b'));
    expect(await refused([volume, '/a/x'])).to.contain('ELOOP');
  });

  it('accepts everything in a pod that has a /dev of its own', async () => {
    pod('coreos', true);
    symlinkSync('/dev', join(root, 'data'));
    await check([volume, `/data/${MISSING}`], [volume, `/dev/${MISSING}`]);
  });
});

describe('a device of a task', function () {
  this.timeout(60_000);

  it('leaves nothing in the /dev of the host that a link of the image leads to', async function () {
    const sandbox = await openSandbox(this);
    try {
      const files = [{ path: 'data', type: 'symlink' as const, linkname: '/dev' }];
      const image = await buildImage(join(sandbox.base, 'linked'), { name: 'test.local/linked', files });
      const devices = [{ hostPath: '/dev/null', taskPath: `/data/${MISSING}`, permissions: 'rw' }];
      const config = { image, command: '/bin/sh', args: ['-c', 'true'] };
      const start = sandbox.driver().startTask({ id: 'web', config, resources: { devices } });
      const { message } = await expectRktRejection(start, 'RKT_ERR_VOLUME');
      expect(message).to.contain(`/dev/${MISSING}, where /data/${MISSING} leads to`);
      expect(existsSync(`/dev/${MISSING}`)).to.equal(false);
      expect(await sandbox.leftovers()).to.deep.equal([]);
    } finally {
      await sandbox.close();
    }
  });
});
