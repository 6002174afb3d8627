import { expect } from 'chai';
import fc from 'fast-check';

import { netListText, netMode, parseNetList } from '../../../src/embedded/net/net-list.ts';

describe('the list of --net', () => {
  it('has names with arguments, which only all and host refuse', () => {
    const read = (text: string): unknown => {
      const list = parseNetList(text);
      return typeof list === 'string' ? list : Object.fromEntries(list);
    };
    expect(read('default')).to.deep.equal({ default: '' });
    expect(read('default:IP=172.16.28.9;IgnoreUnknown=1,db')).to.deep.equal({
      default: 'IP=172.16.28.9;IgnoreUnknown=1',
      db: '',
    });
    expect(read('default-restricted:IP=172.31.0.9')).to.deep.equal({ 'default-restricted': 'IP=172.31.0.9' });
    expect(read('six:IP=fd00::9')).to.deep.equal({ six: 'IP=fd00::9' });
    expect(read('host:IP=1.2.3.4')).to.equal('arguments are not supported by special netname "host"');
    expect(read('all:')).to.equal('arguments are not supported by special netname "all"');
    expect(read('a,b:X=1,a')).to.equal('found duplicate netname "a"');
    for (const text of ['', ',', 'a,', ':X=1']) expect(read(text)).to.equal('netname must not be empty');
  });

  it('means the network of the host, a loopback interface alone, or networks of the pod', () => {
    const mode = (text: string): unknown => {
      const list = parseNetList(text);
      return typeof list === 'string' ? list : netMode(list);
    };
    expect(['host', 'a,host,none', 'none', 'none,a', 'default', 'all'].map(mode)).to.deep.equal([
      'host',
      'host',
      'none',
      'none',
      'contained',
      'contained',
    ]);
  });

  it('is read back as it is written, whatever the text', () => {
    const entry = fc.string({ unit: fc.constantFrom('a', 'b', ':', ',', ';', '=', 'é'), maxLength: 12 });
    fc.assert(
      fc.property(entry, (text) => {
        const list = parseNetList(text);
        if (typeof list === 'string') return;
        expect(parseNetList(netListText(list))).to.deep.equal(list);
      }),
    );
  });
});
