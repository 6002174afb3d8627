import { expect } from 'chai';

import { parseWith } from '../../src/model/parse.ts';
import { taskSpecSchema, type TaskSpec } from '../../src/model/task-spec.ts';
import { expectRktError } from '../support/errors.ts';

const parse = (spec: unknown): TaskSpec =>
  parseWith(taskSpecSchema, spec, { what: 'task', code: 'RKT_ERR_TASK_CONFIG' });

const config = { image: 'example.com/app:1.0' };

describe('taskSpecSchema', () => {
  it('fills in every default', () => {
    expect(parse({ id: 'one', config })).to.deep.equal({
      id: 'one',
      config: {
        image: 'example.com/app:1.0',
        args: [],
        insecure_options: [],
        dns_servers: [],
        dns_search_domains: [],
        net: [],
        port_map: [],
        volumes: [],
        no_overlay: false,
        debug: false,
      },
      resources: { networks: [], devices: [], mounts: [] },
      env: {},
    });
  });

  it('takes the 13 attributes of a job file', () => {
    const full = {
      image: 'i',
      command: '/bin/app',
      args: ['-v'],
      trust_prefix: 'example.com',
      insecure_options: ['image', 'tls'],
      dns_servers: ['1.1.1.1'],
      dns_search_domains: ['example.com'],
      net: ['default'],
      port_map: [{ http: '80-tcp' }, { https: '443-tcp' }],
      volumes: ['/a:/b:readOnly'],
      no_overlay: true,
      debug: true,
      group: 'nogroup',
    };
    expect(Object.keys(full)).to.have.length(13);
    expect(parse({ id: 'one', config: full }).config).to.deep.equal(full);
  });

  it('takes what the driver adds to them', () => {
    const more = {
      ...{ image: 'i', stage1: 'example.com/stage1:1.0', readonly_rootfs: true, cap_remove: ['CAP_MKNOD'] },
      ...{ seccomp: 'mode=remove,errno=EPERM,chmod', hostname: 'web-1.example', working_dir: '/srv' },
      supplementary_groups: [0, 1024],
    };
    expect(parse({ id: 'one', config: more }).config).to.deep.include(more);
  });

  it('takes one port map for a list of one', () => {
    expect(
      parse({ id: 'one', config: { ...config, port_map: { http: '80-tcp' } } }).config.port_map,
    ).to.deep.equal([{ http: '80-tcp' }]);
  });

  it('fills in the defaults of resources', () => {
    const resources = {
      networks: [{ ip: '10.0.0.1', reservedPorts: [{ label: 'http', value: 80 }] }],
      devices: [{ hostPath: '/dev/null', taskPath: '/dev/zero' }],
      mounts: [{ hostPath: '/a', taskPath: '/b' }],
    };
    expect(parse({ id: 'one', config, resources }).resources).to.deep.equal({
      networks: [{ ip: '10.0.0.1', reservedPorts: [{ label: 'http', value: 80 }], dynamicPorts: [] }],
      devices: [{ hostPath: '/dev/null', taskPath: '/dev/zero', permissions: 'rwm' }],
      mounts: [{ hostPath: '/a', taskPath: '/b', readOnly: false }],
    });
  });

  it('takes what it gives out', () => {
    const spec = parse({ id: 'one', config: { ...config, port_map: { http: '80-tcp' } }, env: { A: '' } });
    expect(parse(spec)).to.deep.equal(spec);
  });

  it('accepts any id that can be distinguished', () => {
    for (const id of ['../../etc', 'ä ö', '-', '.', ' ', 'x'.repeat(512)])
      expect(parse({ id, config }).id).to.equal(id);
  });

  const bad: readonly (readonly [what: string, place: string, spec: Record<string, unknown>])[] = [
    ['no id', 'task.id', { id: undefined }],
    ['an empty id', 'task.id', { id: '' }],
    ['an id that is too long', 'task.id', { id: 'x'.repeat(513) }],
    ['an id with a zero byte', 'task.id', { id: 'a\0b' }],
    ['an unknown attribute', 'task', { color: 'red' }],
    ['no config', 'task.config', { config: undefined }],
    ['no image', 'task.config.image', { config: {} }],
    ['an empty image', 'task.config.image', { config: { image: '' } }],
    ['an unknown attribute of the config', 'task.config', { config: { ...config, imgae: 'x' } }],
    ['args that are no list', 'task.config.args', { config: { ...config, args: '-v' } }],
    ['an arg that is a number', 'task.config.args.0', { config: { ...config, args: [1] } }],
    ['an empty network', 'task.config.net.0', { config: { ...config, net: [''] } }],
    ['a port map of numbers', 'task.config.port_map.http', { config: { ...config, port_map: { http: 80 } } }],
    ['a no_overlay that is a word', 'task.config.no_overlay', { config: { ...config, no_overlay: 'yes' } }],
    ['too little memory', 'task.resources.memoryLimitBytes', { resources: { memoryLimitBytes: 4_095 } }],
    [
      'memory that is no number',
      'task.resources.memoryLimitBytes',
      { resources: { memoryLimitBytes: Number.NaN } },
    ],
    ['memory in words', 'task.resources.memoryLimitBytes', { resources: { memoryLimitBytes: '1G' } }],
    ['too few CPU shares', 'task.resources.cpuShares', { resources: { cpuShares: 1 } }],
    ['too many CPU shares', 'task.resources.cpuShares', { resources: { cpuShares: 262_145 } }],
    ['half a CPU share', 'task.resources.cpuShares', { resources: { cpuShares: 2.5 } }],
    [
      'a port out of range',
      'task.resources.networks.0.dynamicPorts.0.value',
      { resources: { networks: [{ dynamicPorts: [{ label: 'http', value: 65_536 }] }] } },
    ],
    [
      'a port without a label',
      'task.resources.networks.0.reservedPorts.0.label',
      { resources: { networks: [{ reservedPorts: [{ label: '', value: 80 }] }] } },
    ],
    [
      'a device that is not absolute',
      'task.resources.devices.0.hostPath',
      { resources: { devices: [{ hostPath: 'dev/null', taskPath: '/dev/null' }] } },
    ],
    [
      'permissions no one knows',
      'task.resources.devices.0.permissions',
      { resources: { devices: [{ hostPath: '/a', taskPath: '/b', permissions: 'rx' }] } },
    ],
    [
      'a mount that is not absolute',
      'task.resources.mounts.0.taskPath',
      { resources: { mounts: [{ hostPath: '/a', taskPath: 'b' }] } },
    ],
    ['a variable name with a dash in front', 'task.env.-A', { env: { '-A': 'x' } }],
    ['a variable name with an equals sign', 'task.env.A=B', { env: { 'A=B': 'x' } }],
    ['a variable that is a number', 'task.env.A', { env: { A: 1 } }],
    ['an empty user', 'task.user', { user: '' }],
    ['a relative allocation directory', 'task.allocDir', { allocDir: 'alloc' }],
    ['a relative path for stdout', 'task.stdoutPath', { stdoutPath: 'out.log' }],
    ['a relative path for stderr', 'task.stderrPath', { stderrPath: '' }],
  ];
  for (const [what, place, part] of bad) {
    it(`refuses ${what} and names ${place}`, () => {
      const error = expectRktError(() => parse({ id: 'one', config, ...part }), 'RKT_ERR_TASK_CONFIG');
      expect(error.message.startsWith(`${place}: `), error.message).to.equal(true);
    });
  }
});
