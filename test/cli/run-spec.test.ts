import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { imageName, runSpec } from '../../src/cli/run-spec.ts';
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
