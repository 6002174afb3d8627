import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { messageDefinition, serviceDefinition } from '../../src/nomad/protos.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

describe('the .proto files', () => {
  const methodsOf = (name: string): readonly string[] =>
    Object.values(serviceDefinition(name)).map(({ path }) => path);

  it('give the paths that a host calls', () => {
    expect(methodsOf('plugin.GRPCController')).to.deep.equal(['/plugin.GRPCController/Shutdown']);
    expect(methodsOf('plugin.GRPCBroker')).to.deep.equal(['/plugin.GRPCBroker/StartStream']);
    expect(methodsOf('plugin.GRPCStdio')).to.deep.equal(['/plugin.GRPCStdio/StreamStdio']);
    expect(methodsOf('grpc.health.v1.Health')).to.include('/grpc.health.v1.Health/Check');
    expect(methodsOf('hashicorp.nomad.plugins.base.proto.BasePlugin')).to.have.members(
      ['PluginInfo', 'ConfigSchema', 'SetConfig'].map(
        (name) => `/hashicorp.nomad.plugins.base.proto.BasePlugin/${name}`,
      ),
    );
    expect(methodsOf('hashicorp.nomad.plugins.drivers.proto.Driver')).to.have.length(18);
  });

  it('read a number that no name is known for as that number', () => {
    const data = messageDefinition<{ channel: string | number }>('plugin.StdioData');
    expect(data.deserialize(Buffer.from('0807', 'hex')).channel).to.equal(7);
    expect(data.deserialize(Buffer.from('0802', 'hex')).channel).to.equal('STDERR');
    expect(data.serialize({ channel: 'STDERR' }).toString('hex')).to.equal('0802');
  });

  it('pass over fields that are not known', () => {
    const empty = messageDefinition('plugin.Empty');
    expect(empty.deserialize(Buffer.from('a2060368656c', 'hex'))).to.deep.equal({});
  });

  it('refuse what they do not define', () => {
    expect(() => serviceDefinition('plugin.Empty')).to.throw('plugin.Empty is not a service');
    expect(() => messageDefinition('plugin.GRPCStdio')).to.throw('plugin.GRPCStdio is not a message');
  });

  it('agree with the types that were made of them', function () {
    this.timeout(60_000);
    const scratch = mkdtempSync(join(tmpdir(), 'rkt-streams-proto-'));
    const { status, stderr } = spawnSync(process.execPath, ['scripts/proto-types.js', scratch], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(status, stderr).to.equal(0);
    const made = join(ROOT, 'src/nomad/generated');
    const filesOf = (directory: string): readonly string[] =>
      readdirSync(directory, { recursive: true, encoding: 'utf8' })
        .filter((name) => statSync(join(directory, name)).isFile())
        .sort();
    expect(filesOf(made)).to.deep.equal(filesOf(scratch));
    for (const name of filesOf(scratch)) {
      const text = (directory: string): string => readFileSync(join(directory, name), 'utf8');
      expect(text(made), `${name}: run npm run proto`).to.equal(text(scratch));
    }
    rmSync(scratch, { recursive: true });
  });
});
