import { deepEqual, equal, match } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { buildImage } from '../../support/images.ts';
import { PodFixture } from '../../support/pod-fixture.ts';
import { writeLayout } from '../../support/oci-images.ts';
import { requires } from '../../support/requirements.ts';

const TREE = `
  mkdir -p bin etc data/inner tmp
  cp "$(command -v busybox)" bin/busybox; for name in sh id ls stat cat env getfattr; do ln -s busybox bin/$name; done
  echo 'root:x:0:0::/:/bin/sh' >etc/passwd; echo 'web:x:1500:1501::/:/bin/sh' >>etc/passwd
  printf 'root:x:0:\\nweb:x:1501:\\nextra:x:1600:other,web\\n' >etc/group
  echo seed >data/seed; ln -s seed data/link; chown -R 1500:1501 data; chmod 2770 data; touch -d @1500000000 data/seed
`;

describe('pods of docker images', () => {
  let fixture: PodFixture;
  let made: PodFixture | undefined;
  before(async function () {
    this.timeout(60_000);
    requires(this, 'root', 'pods', 'busybox', 'perl');
    made = await PodFixture.create(this);
    fixture = made;
    const tree = join(fixture.dir, 'tree');
    mkdirSync(tree);
    execFileSync('sh', ['-euc', TREE], { cwd: tree });
    const tar = execFileSync('tar', ['-c', '.'], { cwd: tree, maxBuffer: 1 << 30 });
    const run = {
      User: 'web',
      Env: ['PATH=/bin', 'GREETING=hello=there'],
      Entrypoint: ['/bin/sh', '-c'],
      Cmd: ['id; pwd; echo $GREETING'],
      WorkingDir: '/data/work',
      Volumes: { '/data': {} },
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
    };
    writeLayout(join(fixture.dir, 'layout'), { 'example.com/web:1': { layers: [{ tar }], run } });
    const { stderr, exitCode } = await fixture.rkt(['fetch', `oci:${fixture.dir}/layout`]);
    equal(exitCode, 0, stderr);
  });
  after(() => made?.remove());

  const run = (script: string, ...flags: readonly string[]): ReturnType<PodFixture['rkt']> =>
    fixture.rkt(['run', ...flags, 'example.com/web:1', '--exec', '/bin/sh', '--', '-c', script]);

  it('run as the user with the groups of the image, where and with what the image says', async () => {
    const { stdout, stderr, exitCode } = await fixture.rkt(['run', 'example.com/web:1']);
    equal(exitCode, 0, stderr);
    match(stdout, /^uid=1500\(web\) gid=1501\(web\) groups=.*1600\(extra\).*\n\/data\/work\nhello=there\n$/);
  });

  it('have ports and mount points by the names that docker2aci gives', async () => {
    const { stdout } = await fixture.rkt(['image', 'cat-manifest', 'example.com/web:1']);
    const { app } = JSON.parse(stdout) as { app: Record<string, readonly { name: string; path?: string }[]> };
    deepEqual(
      app['ports']?.map(({ name }) => name),
      ['53-udp', '80-tcp'],
    );
    deepEqual(app['mountPoints'], [{ name: 'volume-data', path: '/data' }]);
  });

  it('have a volume of their own where the image declares one, with what the image has there', async () => {
    const script =
      'stat -c "%a %u:%g" /data; cat /data/link; stat -c %Y /data/seed; echo new >/data/new; cat /proc/mounts';
    for (const flags of [[], ['--no-overlay']]) {
      const { stdout, stderr, exitCode } = await run(script, ...flags);
      equal(exitCode, 0, stderr);
      match(stdout, /^2770 1500:1501\nseed\n1500000000\n/);
      match(stdout, / \/data /);
    }
    const kept = readdirSync(join(fixture.dataDir, 'pods/run')).map((uuid) =>
      join(fixture.dataDir, 'pods/run', uuid, 'sharedVolumes/volume-data/new'),
    );
    equal(kept.filter((file) => existsSync(file)).length, 2);
  });

  it('give the volume up with the pod', async () => {
    const { exitCode, stderr } = await fixture.rkt(['gc', '--grace-period=0s', '--expire-prepared=0s']);
    equal(exitCode, 0, stderr);
    const left = execFileSync('find', [join(fixture.dataDir, 'pods'), '-name', 'sharedVolumes'], {
      encoding: 'utf8',
    });
    equal(left, '');
  });

  it('take a volume of the task instead, and one below it', async () => {
    const host = join(fixture.dir, 'host');
    mkdirSync(join(host, 'work'), { recursive: true });
    chmodSync(host, 0o755);
    writeFileSync(join(host, 'mine'), 'of the host');
    const own = await run('ls /data', `--volume=volume-data,kind=host,source=${host}`);
    match(own.stdout, /^mine\nwork\n/);
    const below = await run(
      'ls /data; cat /data/inner/mine',
      `--volume=x,kind=host,source=${host}`,
      '--mount=volume=x,target=/data/inner',
    );
    match(below.stdout, /^inner\nlink\nseed\nwork\nof the host/);
    equal(readFileSync(join(host, 'mine'), 'utf8'), 'of the host');
  });

  it('of an ACI still need their volumes', async () => {
    const aci = await buildImage(fixture.dir, {
      name: 'test.local/volume',
      manifest: {
        app: { exec: ['/bin/true'], user: '0', group: '0', mountPoints: [{ name: 'v', path: '/v' }] },
      },
    });
    const { stderr, exitCode } = await fixture.rkt(['run', aci]);
    equal(exitCode, 254);
    match(stderr, /missing volume for mountpoint "v"/);
  });
});
