import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';
import fc from 'fast-check';

import { RktFailure } from '../../../src/embedded/embedded-context.ts';
import { loadNetworks } from '../../../src/embedded/net/load-networks.ts';
import { parseNetList } from '../../../src/embedded/net/net-list.ts';
import { masquerades, parseNetworkConfig, takesPorts } from '../../../src/embedded/net/network-config.ts';
import { forwardedNetwork } from '../../../src/embedded/net/plan-attachments.ts';
import { temporaryDir, testContext } from '../../support/embedded-rkt.ts';

function problemOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof RktFailure) return error.describe(false);
    throw error;
  }
  return '';
}

describe('definitions of networks', () => {
  it('are single plugins, of version 0.1.0 where none is named, or lists of plugins', () => {
    const single = parseNetworkConfig('/n/10-a.conf', '{"name":"a","type":"ptp","ipMasq":true,"mtu":1400}');
    expect(single).to.include({ name: 'a', file: '10-a.conf', cniVersion: '0.1.0' });
    expect(single.plugins).to.deep.equal([{ name: 'a', type: 'ptp', ipMasq: true, mtu: 1400 }]);
    expect(masquerades(single)).to.equal(true);

    const list = parseNetworkConfig(
      '/n/20-b.conflist',
      '{"cniVersion":"1.0.0","name":"b","plugins":[{"type":"bridge"},{"type":"portmap","capabilities":{"portMappings":true}}]}',
    );
    expect(list.cniVersion).to.equal('1.0.0');
    expect(list.plugins.map(takesPorts)).to.deep.equal([false, true]);
    expect(masquerades(list)).to.equal(false);
    expect(forwardedNetwork([list, single])).to.equal(single);
    expect(forwardedNetwork([list])).to.equal(list);
    expect(forwardedNetwork([])).to.equal(undefined);
  });

  it('are refused with the file and what is wrong', () => {
    const problem = (file: string, text: string): string => problemOf(() => parseNetworkConfig(file, text));
    expect(problem('/n/a.conf', '{')).to.match(/^error loading \/n\/a\.conf: unexpected end of JSON input/);
    expect(problem('/n/a.conf', '[]')).to.equal('error loading /n/a.conf: the file is no JSON object');
    expect(problem('/n/a.conf', '{"type":"ptp"}')).to.equal('error loading /n/a.conf: it has no "name"');
    expect(problem('/n/a.conf', '{"name":"../x","type":"ptp"}')).to.contain(
      'the name "../x" is not one of CNI',
    );
    expect(problem('/n/a.conf', '{"name":"a"}')).to.contain('the file has no "type"');
    expect(problem('/n/a.conf', '{"name":"a","type":"../../bin/sh"}')).to.contain('which names no plugin');
    expect(problem('/n/a.conf', '{"name":"a","type":1}')).to.contain('"type" is no string');
    expect(problem('/n/a.conflist', '{"name":"a","type":"ptp"}')).to.contain('it has no "plugins"');
    expect(problem('/n/a.conflist', '{"name":"a","plugins":[{"type":"x"},1]}')).to.contain(
      'plugin 2 is no JSON object',
    );
  });

  it('end in a definition or in an error of this program, whatever they are', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 3 }, fc.string(), fc.integer(), fc.constant(null), tie('list'), tie('map')),
      list: fc.array(tie('any'), { maxLength: 3 }),
      map: fc.dictionary(fc.constantFrom('name', 'type', 'plugins', 'cniVersion', 'ipMasq', 'x'), tie('any')),
    })).any;
    fc.assert(
      fc.property(value, fc.constantFrom('a.conf', 'a.conflist'), (json, file) => {
        problemOf(() => parseNetworkConfig(file, JSON.stringify(json)));
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void problemOf(() => parseNetworkConfig('a.conf', text))));
  });
});

describe('the networks of a pod', () => {
  const made: { remove: () => void }[] = [];
  after(() => made.forEach(({ remove }) => remove()));

  const setUp = (files: Readonly<Record<string, object>>) => {
    const dir = temporaryDir();
    made.push(dir);
    mkdirSync(join(dir.path, 'etc/net.d/dir.conf'), { recursive: true });
    for (const [file, config] of Object.entries(files))
      writeFileSync(join(dir.path, 'etc/net.d', file), JSON.stringify(config));
    const said: string[] = [];
    const ctx = testContext(dir.path, { stderr: (text) => void said.push(text) });
    const load = (net: string): readonly string[] => {
      const list = parseNetList(net);
      if (typeof list === 'string') throw new Error(list);
      return loadNetworks(ctx, list).map(({ name, file }) => `${name}=${file}`);
    };
    return { load, said, confDir: join(dir.path, 'etc/net.d') };
  };

  it('are the two built-in ones and those of net.d, in the order of their files', () => {
    const { load, said } = setUp({
      '20-db.conf': { name: 'db', type: 'bridge' },
      '10-web.conflist': { cniVersion: '1.0.0', name: 'web', plugins: [{ type: 'bridge' }] },
      'ignored.json': { name: 'ignored', type: 'bridge' },
    });
    const builtin = ['default-restricted=99-default-restricted.conf', 'default=99-default.conf'];
    expect(load('all')).to.deep.equal(['web=10-web.conflist', 'db=20-db.conf', ...builtin]);
    expect(load('db,default')).to.deep.equal(['db=20-db.conf', 'default=99-default.conf']);
    expect(said).to.deep.equal([]);
    expect(problemOf(() => load('bogus,db,other'))).to.equal('networks not found: bogus, other');
    expect(problemOf(() => load('ignored'))).to.equal('networks not found: ignored');
  });

  it('can replace a built-in one; of two with a name the first file counts', () => {
    const { load, said, confDir } = setUp({
      '10-mine.conf': { name: 'default', type: 'bridge' },
      '20-mine.conf': { name: 'default', type: 'ptp' },
    });
    expect(load('default')).to.deep.equal(['default=10-mine.conf']);
    expect(said).to.deep.equal([
      `networking: overriding "default" network with one from ${confDir}\n`,
      'networking: "default" network already defined, ignoring 20-mine.conf\n',
    ]);
  });

  it('need no directory', () => {
    const { load } = setUp({});
    expect(load('default')).to.deep.equal(['default=99-default.conf']);
  });
});
