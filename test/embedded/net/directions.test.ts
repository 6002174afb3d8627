import { expect } from 'chai';

import { asking, LAN, type NetworkSite } from '../../support/network-site.ts';
import { ownNetworkSite } from '../../support/own-network-site.ts';
import { PlayedPod } from '../../support/played-pod.ts';

/** As `default`, with addresses of IPv6 beside those of IPv4. */
const DUAL = {
  cniVersion: '1.0.0',
  name: 'dual',
  plugins: [
    {
      type: 'ptp',
      ipMasq: true,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: '10.66.0.0/24' }], [{ subnet: 'fd66::/64' }]],
        routes: [{ dst: '0.0.0.0/0' }, { dst: '::/0' }],
      },
    },
  ],
};

/** A bridge with a plugin of its own for ports: what people write today. */
const BRIDGE = {
  cniVersion: '0.4.0',
  name: 'bridged',
  plugins: [
    {
      type: 'bridge',
      bridge: 'rkt-bridge',
      isGateway: true,
      ipMasq: true,
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: '10.67.0.0/24' }], [{ subnet: 'fd67::/64' }]],
        routes: [{ dst: '0.0.0.0/0' }, { dst: '::/0' }],
      },
    },
    { type: 'portmap', snat: true, capabilities: { portMappings: true } },
  ],
};

describe('what pods, their host and a client can reach', function () {
  this.timeout(120_000);
  const own = ownNetworkSite(['busybox']);
  let site: NetworkSite;

  before(async () => {
    site = own.site;
    site.define('10-dual.conflist', DUAL);
    site.define('20-bridged.conflist', BRIDGE);
    await site.serve('host', 7000);
    await site.serve('client', 7000, site.clientNetwork);
  });

  /** Two running pods with a server each; the first one has a port of the host. */
  async function twoPods(net: string, hostPort: number): Promise<readonly [PlayedPod, PlayedPod]> {
    const pods = [
      new PlayedPod(site, [{ name: 'http', port: 80, hostPort }]),
      new PlayedPod(site, [{ name: 'http', port: 80 }]),
    ] as const;
    for (const pod of pods) {
      expect(await pod.attach(net)).to.include({ exitCode: 0, stderr: '' });
      await pod.serve(80);
    }
    return pods;
  }

  async function removeAll(pods: readonly PlayedPod[]): Promise<void> {
    for (const pod of pods) {
      expect(await pod.detach()).to.deep.include({ exitCode: 0, stderr: '' });
      pod.endNamespace();
      expect(await site.rkt(['rm', pod.uuid])).to.deep.include({ exitCode: 0, stderr: '' });
    }
  }

  const CASES = [
    { net: 'default', key: 'ip', host: LAN.host, client: LAN.client, hostPort: 8001 },
    { net: 'dual', key: 'ip', host: LAN.host, client: LAN.client, hostPort: 8002 },
    { net: 'dual', key: 'ip6', host: LAN.host6, client: LAN.client6, hostPort: 8003 },
    { net: 'bridged', key: 'ip', host: LAN.host, client: LAN.client, hostPort: 8004 },
    { net: 'bridged', key: 'ip6', host: LAN.host6, client: LAN.client6, hostPort: 8005 },
  ] as const;

  for (const policy of ['ACCEPT', 'DROP']) {
    for (const { net, key, host, client, hostPort } of CASES) {
      it(`is the same in every direction: ${net}, ${key === 'ip' ? 'IPv4' : 'IPv6'}, FORWARD ${policy}`, async () => {
        for (const family of ['iptables', 'ip6tables']) site.host(`${family} -P FORWARD ${policy}`);
        const [one, two] = await twoPods(net, hostPort);
        const [first, second] = [one.address(net, key), two.address(net, key)];
        expect(first).to.not.equal('');

        expect(one.run(asking(host, 7000)), 'pod to host').to.equal(`host ${first}\n`);
        expect(one.run(asking(client, 7000)), 'pod to client').to.equal(`client ${host}\n`);
        expect(site.client(asking(host, hostPort)), 'client to mapped port').to.equal(
          `${one.uuid} ${client}\n`,
        );
        expect(site.host(asking(first, 80)), 'host to pod').to.contain(one.uuid);
        expect(site.host(asking(host, hostPort)), 'host to mapped port').to.contain(one.uuid);
        expect(one.run(asking(second, 80)), 'pod to pod').to.equal(`${two.uuid} ${first}\n`);
        expect(two.run(asking(host, hostPort)), 'pod to mapped port').to.contain(one.uuid);
        expect(one.run(asking(host, hostPort)), 'pod to its own mapped port').to.contain(one.uuid);
        if (key === 'ip') expect(site.host(asking('127.0.0.1', hostPort)), 'loopback').to.contain(one.uuid);

        await removeAll([one, two]);
        expect(site.client(asking(host, hostPort))).to.equal('');
        const { rules } = site.facts();
        expect(rules.filter((rule) => /RKT-STREAMS|CNI-DN-|id: /.test(rule))).to.deep.equal([]);
      });
    }
  }

  it('is the host alone, for a pod of default-restricted', async () => {
    for (const family of ['iptables', 'ip6tables']) site.host(`${family} -P FORWARD ACCEPT`);
    const pod = new PlayedPod(site, [{ name: 'http', port: 80 }]);
    expect(await pod.attach('default-restricted')).to.include({ exitCode: 0 });
    await pod.serve(80);
    // The gateway is the host's end of the link.
    expect(pod.run(asking('172.31.0.1', 7000))).to.equal(`host ${pod.address()}\n`);
    expect(site.host(asking(pod.address(), 80))).to.contain(pod.uuid);
    expect(pod.run(asking(LAN.client, 7000))).to.equal('');
    await removeAll([pod]);
  });

  it('leaves the rules of others alone, and the chain of its own as long as a pod needs it', async () => {
    site.host(
      'iptables -P FORWARD DROP; iptables -A FORWARD -s 192.0.2.1 -m comment --comment other -j DROP',
    );
    const others = site.facts().rules.filter((rule) => rule.includes('FORWARD'));
    const [one, two] = await twoPods('default', 8080);
    expect(site.facts().rules.filter((rule) => rule.startsWith('-A RKT-STREAMS-FORWARD'))).to.have.length(4);
    await removeAll([one]);
    const left = site.facts().rules.filter((rule) => rule.startsWith('-A RKT-STREAMS-FORWARD'));
    expect(left).to.have.length(2);
    expect(left.every((rule) => rule.includes(two.uuid))).to.equal(true);
    expect(two.run(asking(LAN.client, 7000))).to.equal(`client ${LAN.host}\n`);
    await removeAll([two]);
    expect(site.facts().rules.filter((rule) => rule.includes('FORWARD'))).to.deep.equal(others);
    site.host('iptables -F FORWARD; iptables -P FORWARD ACCEPT');
  });
});
