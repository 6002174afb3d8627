import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { LAN } from '../support/network-site.ts';
import { ownNetworkSite } from '../support/own-network-site.ts';
import { answerOf, PUBLISHED_HOSTS, servePublishedImages } from '../support/published-images.ts';
import { mountedDir, PUBLISHED_JOBS, publishedTask, type PublishedJob } from '../support/published-jobs.ts';
import { requires } from '../support/requirements.ts';
import { rktInWeb } from '../support/rkt-in-web.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { openSiteDriver, SiteError, type SiteDriver } from '../support/site-driver.ts';
import { until } from '../support/until.ts';
import { openWebSandbox, type WebSandbox } from '../support/web-sandbox.ts';

/** What the image of a job is called, and the ports that its app answers on. */
const SERVED: Readonly<Record<string, readonly [string, Readonly<Record<string, number>>]>> = {
  'categories-api:latest': ['luca.com/categories-api', { http: 80 }],
  'categories-api.test.aci': ['example.com/categories-api.test', { http: 80 }],
  anyorigin: ['legeyda.com/anyorigin', { http: 80 }],
  'hashi-ui': ['jippi/hashi-ui', { '3000-tcp': 3000 }],
  'redis:3.2': ['redis', { http: 80 }],
  'docker://redis': ['redis', { '6379-tcp': 6379 }],
  'etcd:v2.0.4': ['coreos.com/etcd', { http: 80 }],
  'node-exporter': ['quay.io/prometheus/node-exporter', { http: 80 }],
};
/** Apps that end by themselves. */
const SHORT = /--version|out2\.txt/;
/** Answers of a command in a pod, without a shell's help. */
type Ask = (...command: readonly string[]) => Promise<string>;

describe('job configurations that people have published, with oci', function () {
  this.timeout(180_000);
  const own = ownNetworkSite(['busybox', 'crun', 'catatonit']);
  const { dir } = own;
  const home = join(dir, 'gnupg');
  let opened: Sandbox | undefined;
  let sandbox: Sandbox;
  let web: WebSandbox | undefined;
  let driver: SiteDriver | undefined;
  const table: (readonly [string, string])[] = [];

  before(async function () {
    requires(this, 'gpg', 'openssl');
    opened = await openSandbox(this);
    sandbox = opened;
    web = await openWebSandbox(dir, PUBLISHED_HOSTS);
    await servePublishedImages(dir, web, home, 'answer');
    const options = { ...sandbox.options, rkt: rktInWeb(sandbox, web) };
    driver = openSiteDriver(own.site, options, { stage1: 'oci' });
  });
  after(async () => {
    await driver?.close();
    await opened?.close();
    await web?.close();
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'], { stdio: 'ignore' });
    const width = Math.max(...table.map(([source]) => source.length));
    console.log(table.map(([source, does]) => `    ${source.padEnd(width)}  ${does}`).join('\n'));
  });

  afterEach(async () => {
    for (const id of await driverNow().takeOver()) await driverNow().destroy(id);
  });

  const driverNow = (): SiteDriver => {
    if (driver === undefined) throw new Error('there is no driver');
    return driver;
  };
  const client = (port: number): string =>
    own.site.client(`busybox nc -w 5 ${LAN.host} ${port} </dev/null || true`);
  const onHost = (address: string, port: number): string =>
    own.site.host(`busybox nc -w 5 ${address} ${port} </dev/null || true`);

  for (const [index, job] of PUBLISHED_JOBS.entries()) {
    const { oci: expected } = job.outcome;
    const id = `job-${index}`;
    it(`${expected === 'starts' ? 'does what it says' : `fails with ${expected}`}: ${job.source}`, async () => {
      const untouched = own.site.facts();
      rmSync(mountedDir(sandbox), { recursive: true, force: true });
      mkdirSync(mountedDir(sandbox));
      const started = driverNow().start(publishedTask(sandbox, id, job, job.config));
      if (expected !== 'starts') {
        const error = await started.then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error).to.be.an.instanceOf(SiteError).and.include({ code: expected });
        table.push([job.source, `${expected}${job.notATask === undefined ? '' : ` (${job.notATask})`}`]);
      } else {
        const network = await started;
        const does = SHORT.test(JSON.stringify(job.config)) ? await endsWell(id, job) : await serves(id, job);
        if (network !== undefined) does.push(...(await hasNetwork(network.ip, job)));
        await driverNow().destroy(id);
        table.push([job.source, ['starts', ...does].join('; ')]);
      }
      const { links, leases, rules } = own.site.facts();
      expect({ links, leases }).to.deep.equal({ links: untouched.links, leases: untouched.leases });
      expect(rules.filter((rule) => /id: |CNI-DN-/.test(rule))).to.deep.equal([]);
      expect(await sandbox.leftovers()).to.deep.equal([]);
    });
  }

  it('are all in the table', () => {
    expect(table.map(([source]) => source)).to.deep.equal(PUBLISHED_JOBS.map(({ source }) => source));
    expect(table.filter(([, does]) => does.startsWith('starts'))).to.have.lengthOf(17);
  });

  /** What an app that ends by itself has done. */
  async function endsWell(id: string, { mounts }: PublishedJob): Promise<string[]> {
    expect(await driverNow().exit(id)).to.include({ exitCode: 0 });
    if (mounts === undefined) {
      expect(await driverNow().output(id)).to.equal('etcd\n');
      return ['prints its version, ends with 0'];
    }
    expect(readFileSync(join(mountedDir(sandbox), 'out2.txt'), 'utf8')).to.equal('win');
    return ['writes into its mount, ends with 0'];
  }

  /** What is to be seen of an app that goes on: in a command in its pod, and from outside. */
  async function serves(id: string, job: PublishedJob): Promise<string[]> {
    const ask: Ask = async (...command) => (await driverNow().exec(id, command)).stdout;
    const does = [
      ...(await inItsNetwork(ask, job)),
      ...(await withItsDns(ask, job)),
      ...(await withItsVolumes(ask, job)),
      ...(await asItsUser(ask, job)),
    ];
    const environment = (await ask('env')).split('\n');
    expect(environment).to.include.members(
      Object.entries(job.env ?? {}).map(([name, value]) => `${name}=${value}`),
    );
    if (job.env !== undefined) does.push('environment');
    expect(await driverNow().takeOver()).to.include(id);
    expect((await driverNow().inspect(id)).phase).to.equal('running');
    expect(await ask('echo', 'entered')).to.equal('entered\n');
    return [...does, 'exec', 'recovered'];
  }

  async function inItsNetwork(ask: Ask, { config }: PublishedJob): Promise<string[]> {
    const [net = 'default'] = (config['net'] ?? []) as readonly string[];
    const interfaces = (await ask('cat', '/proc/net/dev')).match(/^ *\w+(?=:)/gm)?.map((name) => name.trim());
    if (net === 'none') expect(interfaces).to.deep.equal(['lo']);
    else if (net === 'default') expect(interfaces?.toSorted()).to.deep.equal(['eth0', 'lo']);
    else {
      const namespace = own.site.host('readlink /proc/self/ns/net');
      expect(await ask('readlink', '/proc/self/ns/net')).to.equal(namespace);
      const [image, ports] = servedBy(config);
      for (const port of Object.values(ports))
        await until('it answers', () => client(port) === `${answerOf(image, port)}\n`);
      return ['network host', 'answers at the address of the host'];
    }
    return [`network ${net}`];
  }

  async function withItsDns(ask: Ask, { config }: PublishedJob): Promise<string[]> {
    const servers = (config['dns_servers'] ?? []) as readonly string[];
    if (servers.length === 0) return [];
    const lines = (await ask('cat', '/etc/resolv.conf')).split('\n');
    expect(lines).to.include.members(servers.map((server) => `nameserver ${server}`));
    const domains = (config['dns_search_domains'] ?? []) as readonly string[];
    expect(lines).to.include(`search ${domains.join(' ')}`);
    return ['DNS'];
  }

  async function withItsVolumes(ask: Ask, { config }: PublishedJob): Promise<string[]> {
    const volumes = (config['volumes'] ?? []) as readonly string[];
    for (const volume of volumes) {
      const [source = '', target = '', mode] = volume.split(':');
      if (mode === undefined) expect(await ask('cat', target)).to.equal(readFileSync(source, 'utf8'));
      else {
        const mount = (await ask('cat', '/proc/self/mounts'))
          .split('\n')
          .find((line) => line.split(' ')[1] === target);
        expect(mount, target).to.match(/ ro[, ]/);
        // the host's, not the pod's own
        if (source === '/proc') expect(await ask('cat', `${target}/${process.pid}/comm`)).to.equal('node\n');
      }
    }
    return volumes.length === 0 ? [] : ['volumes'];
  }

  async function asItsUser(ask: Ask, { config, user }: PublishedJob): Promise<string[]> {
    const id = await ask('id');
    if (user === undefined) {
      expect(id).to.match(/^uid=0\S* gid=0/);
      return [];
    }
    expect(id).to.match(/^uid=65534\S* gid=65534\(nogroup\)/);
    return [`user ${user}:${String(config['group'])}`];
  }

  /** The address of its own, and the ports of the host that lead to it. */
  async function hasNetwork(ip: string, { config, networks }: PublishedJob): Promise<string[]> {
    expect(ip).to.match(/^172\.16\.28\.\d+$/);
    const [image, ports] = servedBy(config);
    const [portMap = {}] = [config['port_map'] ?? {}].flat() as Readonly<Record<string, string>>[];
    for (const port of Object.values(ports))
      await until(`${ip} answers`, () => onHost(ip, port) === `${answerOf(image, port)}\n`);
    const [network] = networks;
    const mapped = [...(network?.reservedPorts ?? []), ...(network?.dynamicPorts ?? [])];
    for (const { label, value } of mapped) {
      const answer = `${answerOf(image, ports[portMap[label] ?? ''] ?? 0)}\n`;
      expect(client(value), `port ${value} of the host`).to.equal(answer);
      expect(onHost('127.0.0.1', value), `port ${value} on its loopback`).to.equal(answer);
    }
    return [
      `answers at its address`,
      ...mapped.map(({ label, value }) => `port ${label} answers at ${value}`),
    ];
  }
});

function servedBy(config: PublishedJob['config']): readonly [string, Readonly<Record<string, number>>] {
  const image = String(config['image']);
  const served = Object.entries(SERVED)
    .filter(([part]) => image.includes(part))
    .toSorted(([a], [b]) => b.length - a.length)[0]?.[1];
  if (served === undefined) throw new Error(`nothing is known of ${image}`);
  return served;
}
