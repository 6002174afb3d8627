import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import type { TaskSpecInput } from '../../src/index.ts';
import { buildServingImage } from '../support/serving-image.ts';
import { asking, LAN, type NetworkSite } from '../support/network-site.ts';
import { ownNetworkSite } from '../support/own-network-site.ts';

const CHILD = fileURLToPath(new URL('../support/network-driver-child.ts', import.meta.url));

/** What the child prints of a task's network. */
interface Printed {
  readonly network?: { readonly ip: string; readonly portMap: object; readonly autoAdvertise: boolean };
  readonly events: readonly (readonly [string, object])[];
  readonly inspected?: object;
  readonly sample: Readonly<Record<string, number>>;
  readonly metrics: readonly string[];
  readonly error?: string;
}

describe('a task with a network of its own', function () {
  this.timeout(120_000);
  const own = ownNetworkSite(['busybox', 'crun', 'catatonit']);
  const { dir } = own;
  let site: NetworkSite;
  let image = '';

  before(async () => {
    site = own.site;
    image = await buildServingImage(dir);
  });

  /** Starts a driver with a task on the site's host. */
  async function started(
    id: string,
    more: Partial<TaskSpecInput>,
  ): Promise<{ child: ChildProcess; printed: Printed }> {
    const options = {
      ...{ rkt: 'embedded', rktDir: site.dataDir, dataDir: join(dir, 'driver') },
      cgroupParent: `rkt-streams-test-${process.pid}-net`,
    };
    const script = 'mkdir -p /www; echo from-the-task >/www/index.html; exec busybox httpd -f -p 80 -h /www';
    const spec = { id, ...more, config: { image, command: '/bin/sh', args: ['-c', script], ...more.config } };
    const words = [
      process.execPath,
      '--import',
      import.meta.resolve('tsx'),
      CHILD,
      JSON.stringify(options),
      JSON.stringify(spec),
    ];
    const child = site.start(words);
    let said = '';
    child.stdout?.on('data', (text: Buffer) => (said += text.toString()));
    while (!said.includes('\n') && child.exitCode === null)
      await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit')]);
    return { child, printed: JSON.parse(said) as Printed };
  }

  async function ended(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null) return;
    const end = once(child, 'exit');
    child.stdin?.end();
    await end;
  }

  it('has it in all that the driver says: result, event, inspect, samples, metrics; and its port answers', async () => {
    const untouched = site.facts();
    const { child, printed } = await started('web', {
      config: { image, net: ['default'], port_map: { web: 'http' } },
      resources: { networks: [{ reservedPorts: [{ label: 'web', value: 8090 }] }] },
    });
    expect(printed.error).to.equal(undefined);
    expect(printed.network).to.deep.include({ portMap: { web: 80 }, autoAdvertise: false });
    const ip = printed.network?.ip ?? '';
    expect(ip).to.match(/^172\.16\.28\.\d+$/);
    expect(printed.events.find(([kind]) => kind === 'network-ready')).to.deep.equal([
      'network-ready',
      { ip },
    ]);
    expect(printed.inspected).to.deep.equal(printed.network);
    expect(printed.sample['receivedBytes']).to.be.above(0);
    expect(printed.metrics.join('\n')).to.contain('web');

    const page = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | busybox nc -w 5 ${LAN.host} 8090`;
    expect(site.client(page)).to.contain('from-the-task');
    await ended(child);
    expect(site.client(asking(LAN.host, 8090))).to.equal('');
    const { links, leases, rules } = site.facts();
    expect({ links, leases }).to.deep.equal({ links: untouched.links, leases: untouched.leases });
    expect(rules.filter((rule) => /id: |CNI-DN-/.test(rule))).to.deep.equal([]);
  });

  it('is not started where its port belongs to another pod, and says whose it is', async () => {
    const wanting = {
      config: { image, net: ['default'], port_map: { web: 'http' } },
      resources: { networks: [{ reservedPorts: [{ label: 'web', value: 8091 }] }] },
    };
    const first = await started('first', wanting);
    expect(first.printed.error).to.equal(undefined);
    const second = await started('second', wanting);
    expect(second.printed.error).to.match(
      /stage1: failed to setup network: port tcp-0\.0\.0\.0:8091 of the host is already mapped to pod [0-9a-f-]{36}/,
    );
    await ended(second.child);
    await ended(first.child);
    expect(site.facts().leases).to.deep.equal([]);
  });

  it('is not started in a network that is not defined', async () => {
    const { child, printed } = await started('bogus', { config: { image, net: ['bogus'] } });
    expect(printed.error).to.contain('networks not found: bogus');
    await ended(child);
  });
});
