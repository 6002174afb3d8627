import { expect } from 'chai';

import type { NetworkSite } from '../../support/network-site.ts';
import { ownNetworkSite } from '../../support/own-network-site.ts';
import { PlayedPod } from '../../support/played-pod.ts';
import { random } from '../../support/random.ts';

const PODS = 20;

describe('many pods at once', function () {
  this.timeout(240_000);
  const own = ownNetworkSite();
  let site: NetworkSite;
  let untouched: ReturnType<NetworkSite['facts']>;

  before(async () => {
    site = own.site;
    site.host('iptables -P FORWARD DROP');
    const [first] = makePods(1);
    expect(await first?.attach('default')).to.include({ exitCode: 0 });
    first?.endNamespace();
    await first?.detach();
    untouched = site.facts();
  });

  const makePods = (count: number): readonly PlayedPod[] =>
    Array.from(
      { length: count },
      (_, i) => new PlayedPod(site, [{ name: 'http', port: 80, hostPort: 9000 + i }]),
    );

  it('get addresses and ports of their own, and leave nothing', async () => {
    const pods = makePods(PODS);
    const ends = await Promise.all(pods.map((pod) => pod.attach('default,default-restricted')));
    for (const end of ends) expect(end).to.deep.include({ exitCode: 0, stderr: '' });
    for (const network of ['default', 'default-restricted'])
      expect(new Set(pods.map((pod) => pod.address(network))).size).to.equal(PODS);
    const { rules } = site.facts();
    for (const pod of pods) {
      expect(
        rules.filter((rule) => rule.startsWith('-A CNI-HOSTPORT-DNAT') && rule.includes(pod.uuid)),
      ).to.have.length(1);
      expect(rules.filter((rule) => rule.includes(`rkt pod ${pod.uuid}`))).to.have.length(2);
    }
    const detached = await Promise.all(pods.map((pod) => pod.detach()));
    for (const end of detached) expect(end).to.deep.include({ exitCode: 0, stderr: '' });
    for (const pod of pods) pod.endNamespace();
    expect(site.facts()).to.deep.equal(untouched);
    const removed = await site.rkt(['rm', ...pods.map(({ uuid }) => uuid)]);
    expect(removed).to.deep.include({ exitCode: 0, stderr: '' });
  });

  it('leave nothing when their helpers are killed at any moment, and their namespaces with them', async () => {
    const pods = makePods(PODS);
    const draw = random(7);
    await Promise.all(
      pods.map(async (pod) => {
        const child = site.start(site.rktWords(['net-attach', '--net=default', pod.uuid]));
        const ended = new Promise((resolve) => child.once('close', resolve));
        // Some before they begin, some when they are through.
        const timer = setTimeout(() => child.kill('SIGKILL'), draw() * 4000);
        await ended;
        clearTimeout(timer);
        pod.endNamespace();
      }),
    );
    const removed = await site.rkt(['rm', ...pods.map(({ uuid }) => uuid)]);
    expect(removed.exitCode, removed.stderr).to.equal(0);
    expect(site.facts()).to.deep.equal(untouched);
  });
});
