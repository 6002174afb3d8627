import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { imageName, runSpec } from '../../src/cli/run-spec.ts';
import { taskConfigSchema } from '../../src/model/task-config.ts';
import { taskSpecSchema } from '../../src/model/task-spec.ts';
import { expectRktError } from '../support/errors.ts';

describe('runSpec', () => {
  let cwd: string;
  before(() => {
    cwd = mkdtempSync(join(tmpdir(), 'rkt-streams-test-'));
    writeFileSync(join(cwd, 'app.aci'), '');
    writeFileSync(join(cwd, 'env'), '# a comment\n\nA=file\nB=file=2\r\nHOST\n');
  });
  after(() => rmSync(cwd, { recursive: true }));
  const spec = (image: string, flags = {}, args: readonly string[] = []) =>
    runSpec(image, args, flags, { cwd, env: { HOST: 'here' } });

  it('has a flag for every attribute of the task', () => {
    const flags = {
      workdir: '/srv',
      hostname: 'web',
      readOnly: true,
      capAdd: ['net_admin'],
      capDrop: ['ALL'],
      groupAdd: [7, 8],
      seccomp: 'mode=retain,read',
      stage1: 'oci',
      debug: true,
      cpus: 1.5,
      pidsLimit: 20,
      label: ['app=web', 'x'],
      publish: ['127.0.0.1:8080:80', '5353:53/udp', '[::1]:8081:81'],
      network: ['none'],
      entrypoint: '/bin/x',
    };
    const parsed = taskSpecSchema.parse(spec('example.com/app', flags));
    expect(parsed.labels).to.deep.equal({ app: 'web', x: '' });
    expect(parsed.config).to.deep.include({
      command: '/bin/x',
      working_dir: '/srv',
      hostname: 'web',
      readonly_rootfs: true,
      cap_retain: ['CAP_NET_ADMIN'],
      supplementary_groups: [7, 8],
      seccomp: 'mode=retain,read',
      stage1: 'oci',
      debug: true,
      net: ['none'],
      port_map: [{ '80-tcp': '80-tcp', '53-udp': '53-udp', '81-tcp': '81-tcp' }],
    });
    expect(parsed.resources).to.deep.include({ cpuQuotaUs: 150_000, pidsLimit: 20, networks: [] });
    expect(parsed.resources.ports).to.deep.equal([
      { label: '80-tcp', value: 8080, hostIp: '127.0.0.1' },
      { label: '53-udp', value: 5353 },
      { label: '81-tcp', value: 8081, hostIp: '::1' },
    ]);
    const attributes = Object.keys(taskConfigSchema.shape);
    const removed = taskSpecSchema.parse(spec('x', { capDrop: ['NET_RAW'], group: 'g', trustPrefix: 'p' }));
    const given = new Set([...Object.keys(parsed.config), ...Object.keys(removed.config)]);
    expect(attributes.filter((name) => !given.has(name))).to.deep.equal([]);
  });

  it('refuses ports, labels and capabilities that are none', () => {
    const refuses = (flags: object, says: string): void => {
      const error = expectRktError(() => spec('x', flags), 'RKT_ERR_OPTIONS');
      expect(error.message).to.include(says);
    };
    refuses({ publish: ['80'] }, '--publish 80 is not');
    refuses({ publish: ['1:70000'] }, '--publish 1:70000 is not');
    refuses({ label: ['=x'] }, '--label =x has no name');
    refuses({ capAdd: ['NOPE'] }, '--cap-add NOPE: Linux has no such capability');
    refuses({ capAdd: ['KILL'], capDrop: ['ALL', 'KILL'] }, 'name the same capabilities');
  });

  it('describes a task that the schema takes', () => {
    const flags = {
      id: 'one',
      name: 'web',
      exec: '/bin/sh',
      user: 'nobody',
      group: 'nogroup',
      volume: ['data:/data:readOnly', '/abs:/abs'],
      memory: 64_000_000,
      cpuShares: 512,
      cpusetCpus: '0-1',
      net: ['host'],
      dns: ['8.8.8.8'],
      dnsSearch: ['local'],
      insecureOptions: ['image'],
      trustPrefix: 'example.com',
      portMap: ['http:8080', 'admin=8081'],
      overlay: false,
    };
    const parsed = taskSpecSchema.parse(spec('example.com/app', flags, ['-x', 'y']));
    expect(parsed).to.deep.include({ id: 'one', name: 'web', user: 'nobody' });
    expect(parsed.config).to.deep.equal({
      image: 'example.com/app',
      command: '/bin/sh',
      args: ['-x', 'y'],
      group: 'nogroup',
      volumes: [`${cwd}/data:/data:readOnly`, '/abs:/abs'],
      no_overlay: true,
      debug: false,
      net: ['host'],
      dns_servers: ['8.8.8.8'],
      dns_search_domains: ['local'],
      insecure_options: ['image'],
      trust_prefix: 'example.com',
      port_map: [{ http: 'http', admin: 'admin' }],
    });
    expect(parsed.resources).to.deep.include({
      memoryLimitBytes: 64_000_000,
      cpuShares: 512,
      cpusetCpus: '0-1',
    });
    expect(parsed.resources.networks[0]?.reservedPorts).to.deep.equal([
      { label: 'http', value: 8080 },
      { label: 'admin', value: 8081 },
    ]);
  });

  it('leaves out what was not asked for', () => {
    const parsed = taskSpecSchema.parse(spec('example.com/app'));
    expect(parsed.config).to.include({ image: 'example.com/app', no_overlay: false });
    expect(parsed.config).to.not.have.any.keys('command', 'trust_prefix', 'group');
    expect(parsed.resources.networks).to.deep.equal([]);
    expect(parsed).to.not.have.property('user');
  });

  it('makes an id of the name, another one each time', () => {
    const [one, two] = [spec('./app.aci').id, spec('./app.aci').id];
    expect(one).to.match(/^app-[0-9a-f]{8}$/);
    expect(one).to.not.equal(two);
    expect(spec('./app.aci', { name: 'web' }).id).to.match(/^web-/);
  });

  it('makes the path of a file absolute, and leaves names alone', () => {
    expect(spec('app.aci').config.image).to.equal(join(cwd, 'app.aci'));
    expect(spec('./app.aci').config.image).to.equal(join(cwd, 'app.aci'));
    expect(spec('missing.aci').config.image).to.equal('missing.aci');
    expect(spec('https://example.com/app.aci').config.image).to.equal('https://example.com/app.aci');
  });

  it('takes variables from files, from flags over them, and by name from here', () => {
    const flags = { envFile: ['env'], env: ['A=flag', 'C=', 'D=x=y', 'HOST', 'ABSENT'] };
    expect(spec('app', flags).env).to.deep.equal({ A: 'flag', B: 'file=2', C: '', D: 'x=y', HOST: 'here' });
  });

  const bad: readonly (readonly [string, object])[] = [
    ['--env =x has no name', { env: ['=x'] }],
    ['--port-map http is not NAME:PORT', { portMap: ['http'] }],
    ['--port-map http:x is not', { portMap: ['http:x'] }],
    ['--env-file ', { envFile: ['missing'] }],
  ];
  bad.forEach(([says, flags]) => {
    it(`refuses: ${says}`, () => {
      expect(expectRktError(() => spec('app', flags), 'RKT_ERR_OPTIONS').message).to.include(says);
    });
  });
});

describe('imageName', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['coreos.com/etcd:v3.1.7', 'etcd'],
    ['example.com/app,version=1', 'app'],
    ['./dir/etcd.aci', 'etcd'],
    ['https://example.com/x/etcd.aci', 'etcd'],
    ['sha512-abc', 'sha512-abc'],
    ['a/', 'task'],
  ];
  rows.forEach(([image, name]) => {
    it(`of ${image} is ${name}`, () => {
      expect(imageName(image)).to.equal(name);
    });
  });
});
