import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import fc from 'fast-check';

import type { ErrorCode } from '../../../src/model/error-catalogue.ts';
import type { TaskSpecInput } from '../../../src/model/task-spec.ts';
import { prepareArguments } from '../../../src/ops/arguments/prepare-arguments.ts';
import { plannedVolumes, volumeArguments } from '../../../src/ops/arguments/volume-arguments.ts';
import { volumePrefix } from '../../../src/ops/arguments/volume-name.ts';
import { expectRktRejection } from '../../support/errors.ts';
import { aTaskSpec } from '../../support/task-specs.ts';

type More = Omit<Partial<TaskSpecInput>, 'config'> & { readonly config?: Partial<TaskSpecInput['config']> };

const IMAGE = 'example.com/app:1.0';
const ANNOTATIONS = ['--user-annotation=rkt-streams/start=token', '--user-annotation=rkt-streams/task=one'];

const argumentsOf = async (
  more: More = {},
  volumesEnabled = true,
  stage1?: string,
): Promise<readonly string[]> => {
  const spec = aTaskSpec('one', { ...more, config: { image: IMAGE, ...more.config } });
  const volumes = volumeArguments(await plannedVolumes(spec, { volumes_enabled: volumesEnabled }));
  return prepareArguments({ spec, driverConfig: { stage1 }, volumes, startToken: 'token' });
};
const volumesOf = async (more: More): Promise<readonly string[]> =>
  (await argumentsOf(more)).filter((arg) => /^--(?:volume|mount)=/.test(arg));

describe('prepareArguments', () => {
  let allocDir: string;
  before(async () => {
    allocDir = await realpath(await mkdtemp(join(tmpdir(), 'rkt-streams-test-')));
    await mkdir(join(allocDir, 'data'));
    await writeFile(join(allocDir, 'file'), '');
    await symlink('data', join(allocDir, 'inside'));
    await symlink('/etc', join(allocDir, 'outside'));
    await symlink('../..', join(allocDir, 'data', 'up'));
    await symlink('/nowhere/at/all', join(allocDir, 'dangling'));
    await symlink('loop', join(allocDir, 'loop'));
  });
  after(() => rm(allocDir, { recursive: true }));

  it('is short for a task that has only an image', async () => {
    expect(await argumentsOf()).to.deep.equal([
      ...['--insecure-options=all', '--debug=false', 'prepare', IMAGE],
      ...ANNOTATIONS,
    ]);
  });

  it('has everything in the order of rkt', async () => {
    const args = await argumentsOf({
      name: 'My_Task',
      allocId: 'A1',
      allocDir: '/alloc/A1',
      user: 'nobody',
      env: { A: '1', B: 'x=y z' },
      resources: {
        memoryLimitBytes: 64 * 1024 * 1024,
        cpuShares: 512,
        networks: [
          { reservedPorts: [{ label: 'http', value: 8080 }], dynamicPorts: [{ label: 'rpc', value: 20123 }] },
        ],
        mounts: [{ hostPath: '/m', taskPath: '/in/m', readOnly: true }],
        devices: [
          { hostPath: '/dev/a', taskPath: '/dev/b', permissions: 'rm' },
          { hostPath: '/dev/c', taskPath: '/dev/d' },
        ],
      },
      config: {
        ...{
          image: 'docker://busybox',
          command: '/bin/sh',
          args: ['-c', 'true'],
          group: 'users',
          no_overlay: true,
        },
        ...{ debug: true, trust_prefix: 'example.com', port_map: [{ http: 'web' }, { rpc: 'rpc' }] },
        volumes: ['/srv:/srv', '/etc:/host/etc:readOnly'],
      },
    });
    expect(args).to.deep.equal([
      ...['--debug=true', 'prepare', '--no-overlay=true'],
      ...[
        '--volume=a1-my-task-alloc,kind=host,source=/alloc/A1/alloc',
        '--mount=volume=a1-my-task-alloc,target=/alloc',
      ],
      '--volume=a1-my-task-local,kind=host,source=/alloc/A1/My_Task/local',
      '--mount=volume=a1-my-task-local,target=/local',
      '--volume=a1-my-task-secrets,kind=host,source=/alloc/A1/My_Task/secrets',
      '--mount=volume=a1-my-task-secrets,target=/secrets',
      ...['--volume=a1-my-task-0,kind=host,source=/srv', '--mount=volume=a1-my-task-0,target=/srv'],
      '--volume=a1-my-task-1,kind=host,source=/etc,readOnly=true',
      '--mount=volume=a1-my-task-1,target=/host/etc',
      '--volume=a1-my-task-taskmounts-0,kind=host,source=/m,readOnly=true',
      '--mount=volume=a1-my-task-taskmounts-0,target=/in/m',
      '--volume=a1-my-task-taskdevices-0,kind=host,source=/dev/a,readOnly=true',
      '--mount=volume=a1-my-task-taskdevices-0,target=/dev/b',
      '--volume=a1-my-task-taskdevices-1,kind=host,source=/dev/c',
      '--mount=volume=a1-my-task-taskdevices-1,target=/dev/d',
      ...['--set-env=A=1', '--set-env=B=x=y z', 'docker://busybox', '--exec=/bin/sh', '--memory=67108864'],
      ...['--cpu-shares=512', '--port=web:8080', '--port=rpc:20123', '--user=nobody', '--group=users'],
      ...ANNOTATIONS,
      ...['--', '-c', 'true'],
    ]);
  });

  const globals: readonly (readonly [string, Partial<TaskSpecInput['config']>, readonly string[]])[] = [
    ['verifies nothing by default', {}, ['--insecure-options=all', '--debug=false']],
    ['verifies below a trusted prefix', { trust_prefix: 'example.com' }, ['--debug=false']],
    ['verifies with none', { insecure_options: ['none'] }, ['--insecure-options=none', '--debug=false']],
    [
      'prefers the options to the prefix',
      { trust_prefix: 'example.com', insecure_options: ['image', 'tls'] },
      ['--insecure-options=image,tls', '--debug=false'],
    ],
    ['counts an empty prefix as none', { trust_prefix: '' }, ['--insecure-options=all', '--debug=false']],
  ];
  for (const [fact, config, expected] of globals) {
    it(fact, async () => {
      const args = await argumentsOf({ config });
      expect(args.slice(0, args.indexOf('prepare'))).to.deep.equal(expected);
    });
  }

  it('has what the driver adds to the original attributes', async () => {
    const args = await argumentsOf({
      ...{ user: 'nobody', env: { A: 'env', B: 'env' }, deviceEnv: { A: 'device', C: 'device' } },
      config: {
        ...{
          stage1: 'coreos.com/rkt/stage1-fly:1.30.0',
          no_overlay: true,
          readonly_rootfs: true,
          group: 'users',
        },
        ...{ cap_retain: ['CAP_KILL', 'CAP_CHOWN'], seccomp: 'mode=retain,errno=EPERM,chmod,chown' },
        ...{ working_dir: '/srv', supplementary_groups: [100, 1024] },
      },
    });
    expect(args).to.deep.equal([
      ...['--insecure-options=all', '--debug=false', 'prepare'],
      ...['--stage1-name=coreos.com/rkt/stage1-fly:1.30.0', '--no-overlay=true'],
      ...[
        '--set-env=A=env',
        '--set-env=C=device',
        '--set-env=B=env',
        IMAGE,
        '--user=nobody',
        '--group=users',
      ],
      ...['--supplementary-gids=100,1024', '--working-dir=/srv', '--readonly-rootfs=true'],
      ...['--caps-retain=CAP_KILL,CAP_CHOWN', '--seccomp=mode=retain,errno=EPERM,chmod,chown'],
      ...ANNOTATIONS,
    ]);
  });

  it('removes capabilities', async () => {
    const args = await argumentsOf({ config: { cap_remove: ['CAP_MKNOD', 'CAP_SYS_ADMIN'] } });
    expect(args).to.include('--caps-remove=CAP_MKNOD,CAP_SYS_ADMIN');
  });

  it('leaves out what is switched off', async () => {
    const args = await argumentsOf({ config: { readonly_rootfs: false, supplementary_groups: [] } });
    expect(args.join(' ')).to.not.match(/readonly|supplementary/);
  });

  it('takes the stage1 of the driver configuration for a task that names none', async () => {
    expect(await argumentsOf({}, true, '/opt/fly.aci')).to.include('--stage1-path=/opt/fly.aci');
    const args = await argumentsOf({ config: { stage1: 'sha512-abc' } }, true, '/opt/fly.aci');
    expect(args.filter((arg) => arg.startsWith('--stage1'))).to.deep.equal(['--stage1-hash=sha512-abc']);
  });

  const ports = [
    { label: 'http', value: 26264, to: 8080, hostIp: '127.0.0.1' },
    { label: 'admin', value: 18777, hostIp: '0.0.0.0' },
    { label: 'six', value: 18778, hostIp: '::1' },
  ];
  const portsOf = async (more: More): Promise<readonly string[]> =>
    (await argumentsOf(more)).filter((arg) => arg.startsWith('--port'));

  it('maps those ports of the group that port_map names, at the address they were given out for', async () => {
    const config = { port_map: { http: 'web', six: 'six' } };
    expect(await portsOf({ resources: { ports }, config })).to.deep.equal([
      '--port=web:127.0.0.1:26264',
      '--port=six:18778',
    ]);
    expect(await portsOf({ resources: { ports }, config: { port_map: { admin: 'a' } } })).to.deep.equal([
      '--port=a:18777',
    ]);
  });

  it('needs no port_map for the ports of the group', async () => {
    expect(await portsOf({ resources: { ports } })).to.deep.equal([]);
    expect(await portsOf({ resources: { ports }, config: { net: ['host'] } })).to.deep.equal([]);
    expect(await portsOf({ resources: { ports }, config: { net: ['none'] } })).to.deep.equal([]);
  });

  it('maps the own ports of a task besides those of its group, which they win over', async () => {
    const networks = [{ dynamicPorts: [{ label: 'http', value: 20001 }] }];
    const config = { port_map: { http: 'web', admin: 'adm' } };
    expect(await portsOf({ resources: { ports, networks }, config })).to.deep.equal([
      '--port=web:20001',
      '--port=adm:18777',
    ]);
  });

  it('refuses a port_map with a label that no port of the group has', async () => {
    const error = await expectRktRejection(
      argumentsOf({ resources: { ports }, config: { port_map: { htpp: 'web' } } }),
      'RKT_ERR_PORT_MAP',
    );
    expect(error.message).to.include('"htpp"').and.include('http, admin, six');
  });

  it('refuses a mount that is to propagate out of the pod', async () => {
    const mount = { hostPath: '/m', taskPath: '/in/m' };
    const mounts = [{ ...mount, propagationMode: 'bidirectional' as const }];
    const error = await expectRktRejection(argumentsOf({ resources: { mounts } }), 'RKT_ERR_VOLUME');
    expect(error.message).to.include('/m at /in/m').and.include('bidirectional');
    const inward = [{ ...mount, propagationMode: 'host-to-task' as const }];
    expect(await volumesOf({ resources: { mounts: inward } })).to.have.length(2);
  });

  it('skips the ports on the network of the host', async () => {
    const networks = [{ dynamicPorts: [{ label: 'http', value: 8080 }] }];
    const args = await argumentsOf({
      resources: { networks },
      config: { net: ['host'], port_map: { http: 'web' } },
    });
    expect(args.join(' ')).to.not.include('--port');
  });

  it('takes the ports of the first network only, and the last of port_map blocks of the same label', async () => {
    const networks = [
      { dynamicPorts: [{ label: 'a', value: 1 }] },
      { dynamicPorts: [{ label: 'unmapped', value: 2 }] },
    ];
    const args = await argumentsOf({
      resources: { networks },
      config: { port_map: [{ a: 'x' }, { a: 'y' }] },
    });
    expect(args.filter((arg) => arg.startsWith('--port'))).to.deep.equal(['--port=y:1']);
  });

  it('resolves relative volumes below the allocation directory, even with volumes disabled', async () => {
    const spec: More = {
      allocDir,
      config: { volumes: ['data:/a', './inside:/b', 'data/new/dir:/c', '.:/d'] },
    };
    const args = (await argumentsOf(spec, false)).filter((arg) => /^--volume=one-\d/.test(arg));
    expect(args.map((arg) => arg.split('source=')[1])).to.deep.equal(
      ['data', 'data', 'data/new/dir', '.'].map((path) => join(allocDir, path).replace(/\/$/, '')),
    );
  });

  it('has no standing volumes without an allocation directory', async () => {
    expect(await volumesOf({})).to.deep.equal([]);
  });

  const net = (...labels: readonly string[]): More['resources'] => ({
    networks: [{ reservedPorts: labels.map((label, i) => ({ label, value: 8000 + i })) }],
  });
  const volumes = (...list: string[]): More => ({ config: { volumes: list } });
  const below = (...list: string[]): More => ({ ...volumes(...list), allocDir: 'ALLOC' });
  const wrong: readonly (readonly [string, ErrorCode, More, string])[] = [
    ['a volume of one part', 'RKT_ERR_VOLUME', volumes('/srv'), '"/srv"'],
    ['a volume of four parts', 'RKT_ERR_VOLUME', volumes('/a:/b:readOnly:x'), '/a:/b:readOnly:x'],
    ['an unknown third part', 'RKT_ERR_VOLUME', volumes('/a:/b:ro'), '/a:/b:ro'],
    ['an empty third part', 'RKT_ERR_VOLUME', volumes('/a:/b:'), '/a:/b:'],
    ['an empty volume', 'RKT_ERR_VOLUME', volumes(''), '""'],
    ['an empty host path', 'RKT_ERR_VOLUME', volumes(':/b'), '":/b"'],
    ['an empty container path', 'RKT_ERR_VOLUME', volumes('/a:'), '"/a:"'],
    ['a relative container path', 'RKT_ERR_VOLUME', volumes('/a:b'), '"/a:b"'],
    ['a comma in a host path', 'RKT_ERR_VOLUME', volumes('/a,readOnly=false:/b'), 'comma'],
    ['a comma in a container path', 'RKT_ERR_VOLUME', volumes('/a:/b,c'), 'comma'],
    [
      'a relative volume without allocation directory',
      'RKT_ERR_VOLUME',
      volumes('data:/b'),
      'no allocation directory',
    ],
    ['a volume that goes up', 'RKT_ERR_VOLUME_ESCAPE', below('../x:/b'), '"../x"'],
    ['a volume that goes down and up', 'RKT_ERR_VOLUME_ESCAPE', below('data/../../x:/b'), '"data/../../x"'],
    ['a link that leads out', 'RKT_ERR_VOLUME_ESCAPE', below('outside:/b'), '/etc'],
    ['a path through a link that leads out', 'RKT_ERR_VOLUME_ESCAPE', below('outside/ssl:/b'), '/etc/ssl'],
    [
      'a missing path through a link that leads out',
      'RKT_ERR_VOLUME_ESCAPE',
      below('outside/no/no:/b'),
      '/etc/no/no',
    ],
    ['a relative link that leads out', 'RKT_ERR_VOLUME_ESCAPE', below('data/up:/b'), '"data/up"'],
    ['a link that leads nowhere', 'RKT_ERR_VOLUME_ESCAPE', below('dangling:/b'), 'dangling'],
    ['a link to itself', 'RKT_ERR_VOLUME_ESCAPE', below('loop:/b'), '"loop"'],
    ['a path through a file', 'RKT_ERR_VOLUME_ESCAPE', below('file/x:/b'), '"file/x"'],
    ['a task name that is a path', 'RKT_ERR_VOLUME_ESCAPE', { name: '../x', allocDir: '/a' }, '"../x"'],
    ['a port_map without network', 'RKT_ERR_PORT_MAP', { config: { port_map: { a: 'b' } } }, 'no network'],
    ['a port without port_map', 'RKT_ERR_PORT_MAP', { resources: net('http') }, '"http"'],
    [
      'a port that port_map does not name',
      'RKT_ERR_PORT_MAP',
      { resources: net('http', 'rpc'), config: { port_map: { http: 'web' } } },
      '"rpc"',
    ],
    [
      'a port with the name of a builtin property',
      'RKT_ERR_PORT_MAP',
      { resources: net('constructor'), config: { port_map: { http: 'web' } } },
      '"constructor"',
    ],
    [
      'a port name that would be read as something else',
      'RKT_ERR_PORT_MAP',
      { resources: net('http'), config: { port_map: { http: 'web:127.0.0.1' } } },
      '"web:127.0.0.1"',
    ],
    [
      'ports without any network',
      'RKT_ERR_PORT_MAP',
      { resources: net('http'), config: { net: ['none'], port_map: { http: 'web' } } },
      'none',
    ],
    [
      'a DNS server that is no address',
      'RKT_ERR_DNS',
      { config: { dns_servers: ['8.8.8.8', 'dns'] } },
      '"dns"',
    ],
    ['an image that is a flag', 'RKT_ERR_TASK_CONFIG', { config: { image: '--dir=/x' } }, '--dir=/x'],
    ['an empty argument', 'RKT_ERR_TASK_CONFIG', { config: { args: ['a', ''] } }, '""'],
    ['an argument that ends the list', 'RKT_ERR_TASK_CONFIG', { config: { args: ['---', 'evil'] } }, '"---"'],
    ['a zero byte', 'RKT_ERR_TASK_CONFIG', { config: { args: ['a\0b'] } }, 'NUL byte'],
  ];
  for (const [fact, code, more, named] of wrong) {
    it(`refuses ${fact}`, async () => {
      const spec = more.allocDir === 'ALLOC' ? { ...more, allocDir } : more;
      const error = await expectRktRejection(argumentsOf(spec), code);
      expect(error.message).to.include(named);
    });
  }

  it('refuses absolute volumes when volumes are disabled', async () => {
    const error = await expectRktRejection(argumentsOf(volumes('/a:/b'), false), 'RKT_ERR_VOLUMES_DISABLED');
    expect(error.message).to.include('"/a:/b"');
  });
});

describe('volumePrefix', () => {
  it('is always an AC name', () => {
    fc.assert(
      fc.property(
        fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
        fc.string({ unit: 'binary' }),
        (id, name) => {
          expect(volumePrefix(id, name)).to.match(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
        },
      ),
    );
  });

  it('joins allocation and task', () => {
    expect(volumePrefix('8c2e-01', 'redis_cache')).to.equal('8c2e-01-redis-cache');
    expect(volumePrefix(undefined, '/')).to.equal('task');
  });
});
