import { deepEqual, equal, throws } from 'node:assert/strict';

import { imageUser } from '../../../src/embedded/oci/image-user.ts';
import { parseConfig } from '../../../src/embedded/oci/oci-config.ts';
import { toImageManifest } from '../../../src/embedded/oci/to-aci-manifest.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const ORIGIN = {
  name: 'registry-1.docker.io/library/redis',
  version: '3.2',
  originalName: 'redis:3.2',
  registryUrl: 'registry-1.docker.io',
  repository: 'library/redis',
};
const FILES = {
  passwd: 'root:x:0:0::/:/bin/sh\nredis:x:999:998::/:/bin/sh\n',
  group: 'redis:x:998:\nextra:x:1500:other,redis\n',
};
/** As `docker build` writes it, with what the project adds no meaning to. */
const CONFIG = {
  architecture: 'arm64',
  variant: 'v8',
  os: 'linux',
  created: '2018-07-17T20:34:05.123456789Z',
  author: 'Example <team@example.com>',
  config: {
    Hostname: '',
    User: 'redis',
    Env: [
      'PATH=/usr/local/bin:/bin',
      'REDIS_VERSION=3.2.12',
      'WITH=equals=signs',
      'REDIS_VERSION=3.2.13',
      'no-value',
    ],
    Entrypoint: ['docker-entrypoint.sh'],
    Cmd: ['redis-server', '--save', ''],
    WorkingDir: '/data',
    Volumes: { '/data': {}, '/var/lib/redis_2': {} },
    ExposedPorts: { '6379/tcp': {}, '53/udp': {}, '8000-8002/tcp': {}, '80': {} },
    StopSignal: 'SIGINT',
    Healthcheck: { Test: ['CMD', 'true'] },
    Labels: { team: 'storage' },
  },
  rootfs: { type: 'layers', diff_ids: [DIGEST] },
  history: [{ created_by: 'ADD file' }],
};

const convert = (config: object, warn: (text: string) => void = () => undefined): unknown => {
  const text = JSON.stringify(config);
  const parsed = parseConfig(text);
  const image = {
    manifestDigest: `sha256:${'b'.repeat(64)}`,
    configDigest: DIGEST,
    configText: text,
    layers: [],
  };
  return toImageManifest(image, parsed, {
    origin: ORIGIN,
    user: imageUser(parsed.config?.User ?? '', FILES),
    warn,
  });
};

describe('the manifest of an ACI made of a docker image', () => {
  it('has all that docker2aci takes over', () => {
    const warnings: string[] = [];
    deepEqual(
      convert(CONFIG, (text) => warnings.push(text)),
      {
        acKind: 'ImageManifest',
        acVersion: '0.8.11',
        name: 'registry-1.docker.io/library/redis',
        labels: [
          { name: 'version', value: '3.2' },
          { name: 'os', value: 'linux' },
          { name: 'arch', value: 'aarch64' },
        ],
        app: {
          exec: ['docker-entrypoint.sh', 'redis-server', '--save', ''],
          user: '999',
          group: '998',
          supplementaryGIDs: [1500],
          workingDirectory: '/data',
          environment: [
            { name: 'PATH', value: '/usr/local/bin:/bin' },
            { name: 'REDIS_VERSION', value: '3.2.13' },
            { name: 'WITH', value: 'equals=signs' },
          ],
          mountPoints: [
            { name: 'volume-data', path: '/data' },
            { name: 'volume-var-lib-redis-2', path: '/var/lib/redis_2' },
          ],
          ports: [
            { name: '53-udp', protocol: 'udp', port: 53, count: 1, socketActivated: false },
            { name: '6379-tcp', protocol: 'tcp', port: 6379, count: 1, socketActivated: false },
            { name: '80', protocol: 'tcp', port: 80, count: 1, socketActivated: false },
            { name: '8000-8002-tcp', protocol: 'tcp', port: 8000, count: 3, socketActivated: false },
          ],
        },
        annotations: [
          { name: 'author', value: 'Example <team@example.com>' },
          { name: 'created', value: '2018-07-17T20:34:05.123456789Z' },
          { name: 'appc.io/docker/originalname', value: 'redis:3.2' },
          { name: 'appc.io/docker/registryurl', value: 'registry-1.docker.io' },
          { name: 'appc.io/docker/repository', value: 'library/redis' },
          { name: 'appc.io/docker/imageid', value: DIGEST },
          { name: 'appc.io/docker/manifesthash', value: `sha256:${'b'.repeat(64)}` },
          { name: 'appc.io/docker/entrypoint', value: '["docker-entrypoint.sh"]' },
          { name: 'appc.io/docker/cmd', value: '["redis-server","--save",""]' },
        ],
      },
    );
    deepEqual(warnings, []);
  });

  it('of an image that says nothing is an app of root without a command', () => {
    const { app } = convert({ rootfs: { type: 'layers' } }) as { app: unknown };
    deepEqual(app, { exec: null, user: '0', group: '0' });
  });

  it('leaves out, with a warning, a variable that appc cannot name', () => {
    const warnings: string[] = [];
    const config = { ...CONFIG, config: { Env: ['a b=c', 'A=b'] } };
    const { app } = convert(config, (text) => warnings.push(text)) as { app: { environment: unknown } };
    deepEqual(app.environment, [{ name: 'A', value: 'b' }]);
    equal(warnings.length, 1);
  });

  it('is refused for a port that is none, and for a processor that appc does not know', () => {
    throws(
      () => convert({ ...CONFIG, config: { ExposedPorts: { '70000/tcp': {} } } }),
      /70000\/tcp.*no port/,
    );
    throws(() => convert({ ...CONFIG, architecture: 'mips64' }), /mips64/);
  });
});
