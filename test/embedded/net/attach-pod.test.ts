import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { endProcess, type NetworkSite } from '../../support/network-site.ts';
import { ownNetworkSite } from '../../support/own-network-site.ts';
import { PlayedPod, type PlayedPort } from '../../support/played-pod.ts';

describe('attaching pods to networks', function () {
  this.timeout(120_000);
  const own = ownNetworkSite();
  const { dir } = own;
  let site: NetworkSite;
  /** What is there when no pod is: chains that CNI's `portmap` shares and keeps are part of it. */
  let untouched: ReturnType<NetworkSite['facts']>;

  before(async () => {
    site = own.site;
    const first = new PlayedPod(site, [{ name: 'http', port: 80, hostPort: 80 }]);
    expect(await first.attach('default')).to.include({ exitCode: 0, stderr: '' });
    await removed(first);
    untouched = site.facts();
  });
  afterEach(() => rmSync(join(dir, 'etc'), { recursive: true, force: true }));

  const pod = (...ports: readonly PlayedPort[]): PlayedPod => new PlayedPod(site, ports);

  /** Ends what holds the namespace of a pod, and removes it by `rkt rm`. */
  async function removed(...pods: readonly PlayedPod[]): Promise<string> {
    let said = '';
    for (const one of pods) {
      if (existsSync(one.dir) && site.host('cat /proc/mounts').includes(one.pin)) one.endNamespace();
      const { exitCode, stderr } = await site.rkt(['rm', one.uuid]);
      expect(exitCode, stderr).to.equal(0);
      said += stderr;
    }
    return said;
  }

  it('gives a pod an address, which net-info.json, list and status show as rkt does', async () => {
    const one = pod();
    expect(await one.attach('default-restricted')).to.deep.include({ exitCode: 0, stdout: '', stderr: '' });
    const ip = one.address();
    expect(ip).to.match(/^172\.31\.0\.\d+$/);
    expect(one.read('net-info.json')).to.equal(
      '[{"netName":"default-restricted","netConf":"net/99-default-restricted.conf","pluginPath":"/usr/lib/cni/ptp",' +
        `"ifName":"eth0","ip":"${ip}","args":"","mask":"255.255.0.0"}]\n`,
    );
    expect(one.read('net/99-default-restricted.conf')).to.equal(
      '{\n\t"cniVersion": "0.1.0",\n\t"name": "default-restricted",\n\t"type": "ptp",\n\t"ipMasq": false,\n\t"ipam": {\n\t\t"type": "host-local",\n\t\t"subnet": "172.31.0.0/16"\n\t}\n}\n',
    );
    expect(one.run('cat /proc/net/dev')).to.match(/\blo:[^]*\beth0:/);
    expect((await site.rkt(['list'])).stdout).to.contain(`default-restricted:ip4=${ip}\n`);
    expect((await site.rkt(['status', one.uuid])).stdout).to.contain(
      `networks=default-restricted:ip4=${ip}\n`,
    );
    const status = JSON.parse((await site.rkt(['status', '--format=json', one.uuid])).stdout) as object;
    expect(status)
      .to.have.property('networks')
      .that.deep.equals(JSON.parse(one.read('net-info.json')));

    expect(await one.detach()).to.deep.include({ exitCode: 0, stderr: '' });
    expect(site.facts()).to.deep.equal(untouched);
    expect(readdirSync(join(one.dir, 'net'))).to.deep.equal([]);
    // An exited pod shows the networks it had.
    expect((await site.rkt(['status', one.uuid])).stdout).to.contain(
      `networks=default-restricted:ip4=${ip}\n`,
    );
    await removed(one);
  });

  it('gives it a loopback interface alone for --net=none', async () => {
    const one = pod();
    const { exitCode, stderr } = await one.attach('none');
    expect({ exitCode, stderr }).to.deep.equal({
      exitCode: 0,
      stderr: 'networking: networking namespace with loopback only\n',
    });
    expect(one.run('cat /sys/class/net/lo/operstate 2>/dev/null; cat /proc/net/dev')).to.not.contain('eth');
    expect(one.run('busybox ping -c 1 -W 5 127.0.0.1')).to.contain('1 packets received');
    expect(existsSync(join(one.dir, 'net-info.json'))).to.equal(false);
    await removed(one);
    expect(site.facts()).to.deep.equal(untouched);
  });

  it('has several networks, with arguments, in the order of their files, and name servers of the first that has some', async () => {
    site.define('10-lan.conflist', {
      cniVersion: '1.0.0',
      name: 'lan',
      plugins: [
        {
          type: 'bridge',
          bridge: 'rkt-lan',
          isGateway: true,
          ipam: { type: 'host-local', ranges: [[{ subnet: '10.77.0.0/24' }], [{ subnet: 'fd77::/64' }]] },
          dns: { nameservers: ['10.77.0.53', 'fd77::53'], search: ['lan.example'], options: ['ndots:2'] },
        },
        { type: 'tuning', sysctl: { 'net.core.somaxconn': '500' } },
      ],
    });
    const [one, two] = [pod(), pod()];
    const net = 'lan:IP=10.77.0.9;IgnoreUnknown=1,default:IP=172.16.28.77';
    expect(await one.attach(net)).to.include({ exitCode: 0, stderr: '' });
    const infos = JSON.parse(one.read('net-info.json')) as readonly Record<string, string>[];
    expect(
      infos.map(({ netName, netConf, ifName, ip, args }) => [netName, netConf, ifName, ip, args]),
    ).to.deep.equal([
      ['lan', 'net/10-lan.conflist', 'eth0', '10.77.0.9', 'IP=10.77.0.9;IgnoreUnknown=1'],
      ['default', 'net/99-default.conf', 'eth1', '172.16.28.77', 'IP=172.16.28.77'],
    ]);
    expect(infos[0]?.['ip6']).to.match(/^fd77::/);
    expect(one.run('cat /proc/sys/net/core/somaxconn')).to.equal('500\n');
    expect(one.read('stage1/rootfs/etc/rkt-resolv.conf')).to.equal(
      '# Generated by rkt from network lan\n\nsearch lan.example\nnameserver 10.77.0.53\nnameserver fd77::53\noptions ndots:2\n',
    );
    expect(await two.attach('lan', '--ignore-dns')).to.include({ exitCode: 0 });
    expect(existsSync(join(two.dir, 'stage1/rootfs/etc/rkt-resolv.conf'))).to.equal(false);
    expect(two.run(`busybox ping -c 1 -W 5 ${one.address('lan')}`)).to.contain('1 packets received');
    await removed(one, two);
    site.host('ip link del rkt-lan');
    expect(site.facts()).to.deep.equal(untouched);
  });

  it('fails in the words of rkt, with those of the plugin, and leaves nothing', async () => {
    const failure = async (net: string, one = pod(), env = {}): Promise<string> => {
      const { exitCode, stdout, stderr } = await site.rkt(['net-attach', `--net=${net}`, one.uuid], env);
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 254, stdout: '' });
      expect(existsSync(join(one.dir, 'net-info.json'))).to.equal(false);
      await removed(one);
      expect(site.facts()).to.deep.equal(untouched);
      return stderr;
    };
    expect(await failure('bogus')).to.equal('stage1: failed to setup network: networks not found: bogus\n');
    expect(await failure('default:FOO=1')).to.equal(
      'stage1: failed to setup network: ARGS: unknown args ["FOO=1"] (plugin ptp, ADD of network "default", code 999)\n',
    );
    expect(await failure('default-restricted,default:IP=9.9.9.9')).to.match(
      /^stage1: failed to setup network: .*9\.9\.9\.9.*\(plugin ptp, ADD of network "default", code \d+\)\n$/,
    );
    site.define('10-x.conf', { name: 'missing', type: 'no-such-plugin' });
    expect(await failure('missing')).to.match(
      /could not find plugin "no-such-plugin" in .*\/etc\/net\.d, .*: the reference plugins are in Debian's package containernetworking-plugins\n$/,
    );
    site.define('10-x.conf', { type: 'ptp' });
    expect(await failure('x')).to.equal(
      `stage1: failed to setup network: error loading ${join(dir, 'etc/net.d/10-x.conf')}: it has no "name"\n`,
    );
    const plugin = (name: string, text: string): void => {
      mkdirSync(join(dir, 'etc/net.d'), { recursive: true });
      writeFileSync(join(dir, 'etc/net.d', name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(dir, 'etc/net.d', name), 0o755);
      site.define('10-x.conf', { name: 'odd', type: name });
    };
    plugin('says-nothing', 'exit 3');
    expect(await failure('odd')).to.contain('it ended with 3 (plugin says-nothing, ADD of network "odd")');
    plugin('is-killed', '[ "$CNI_COMMAND" = DEL ] || kill -9 $$');
    expect(await failure('odd')).to.contain(
      'it was killed by SIGKILL (plugin is-killed, ADD of network "odd")',
    );
    plugin('says-garbage', 'echo "{"');
    expect(await failure('odd')).to.contain('its result is no JSON');
    plugin(
      'says-code',
      `[ "$CNI_COMMAND" = DEL ] && exit; echo '{"code":11,"msg":"try again","details":"later"}'; exit 1`,
    );
    expect(await failure('odd')).to.contain(
      'try again; later (plugin says-code, ADD of network "odd", code 11)',
    );
  });

  it('undoes what a plugin has made when a later one fails', async () => {
    site.define('10-half.conflist', {
      cniVersion: '1.0.0',
      name: 'half',
      plugins: [
        { type: 'ptp', ipMasq: true, ipam: { type: 'host-local', subnet: '10.78.0.0/24' } },
        { type: 'tuning', sysctl: { 'net.no.such': '1' } },
      ],
    });
    const one = pod({ name: 'http', port: 80, hostPort: 8080 });
    const { exitCode, stderr } = await one.attach('half');
    expect(exitCode).to.equal(254);
    expect(stderr).to.contain('plugin tuning, ADD of network "half"');
    expect(site.facts()).to.deep.equal(untouched);
    await removed(one);
  });

  it('gives nothing of its own environment to plugins', async () => {
    mkdirSync(join(dir, 'etc/net.d'), { recursive: true });
    const plugin = join(dir, 'etc/net.d/environment');
    writeFileSync(
      plugin,
      `#!/bin/sh\nenv | sort >${dir}/seen.$CNI_COMMAND; cat >${dir}/config; echo '{"ips":[]}'\n`,
    );
    chmodSync(plugin, 0o755);
    site.define('10-x.conf', { name: 'env', type: 'environment', custom: { a: [1] } });
    const one = pod();
    const { exitCode, stderr } = await site.rkt(['net-attach', '--net=env:A=b', one.uuid], {
      RKT_0: 'a secret',
    });
    expect(exitCode, stderr).to.equal(0);
    const names = site.host(`cut -d= -f1 ${dir}/seen.ADD`).trim().split('\n');
    const ours = names.filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD', 'NODE_V8_COVERAGE'].includes(name));
    expect(ours).to.deep.equal(
      ['CNI_ARGS', 'CNI_COMMAND', 'CNI_CONTAINERID', 'CNI_IFNAME', 'CNI_NETNS', 'CNI_PATH', 'PATH'].sort(),
    );
    expect(JSON.parse(site.host(`cat ${dir}/config`))).to.deep.equal({
      ...{ name: 'env', type: 'environment', custom: { a: [1] }, cniVersion: '0.1.0' },
    });
    await removed(one);
  });

  describe('with ports of the host', () => {
    const http = (hostPort: number, hostIP?: string): PlayedPort => ({
      ...{ name: 'http', port: 80, hostPort },
      ...(hostIP === undefined ? {} : { hostIP }),
    });

    it('refuses one that a running pod has, naming it', async () => {
      const [one, two, three] = [pod(http(8080)), pod(http(8080, '127.0.0.1')), pod(http(8081))];
      const holder = await one.hold();
      expect(await one.attach('default')).to.include({ exitCode: 0 });
      expect(await two.attach('default')).to.deep.include({
        exitCode: 254,
        stderr:
          'stage1: failed to setup network: port tcp-127.0.0.1:8080 of the host is already mapped to pod ' +
          `${one.uuid}: stop that pod, or choose another port\n`,
      });
      expect(await three.attach('default')).to.include({ exitCode: 0 });
      await endProcess(holder);
      await removed(one, two, three);
      expect(site.facts()).to.deep.equal(untouched);
    });

    it('refuses one of a pod that goes on without the process that holds its lock', async () => {
      const [one, two] = [pod(http(8080)), pod(http(8080))];
      expect(await one.attach('default')).to.include({ exitCode: 0 });
      mkdirSync(join(one.dir, 'oci'));
      const fields = readFileSync('/proc/self/stat', 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      writeFileSync(join(one.dir, 'oci/init-start'), `${process.pid} ${fields[19]}\n`);
      const { exitCode, stderr } = await two.attach('default');
      expect(exitCode).to.equal(254);
      expect(stderr).to.contain(`already mapped to pod ${one.uuid}`);
      expect(site.facts().rules.join('\n')).to.contain(one.uuid);
      rmSync(join(one.dir, 'oci'), { recursive: true });
      await removed(one, two);
      expect(site.facts()).to.deep.equal(untouched);
    });

    it('takes one from a pod that has ended without being detached', async () => {
      const [one, two] = [pod(http(8080)), pod(http(8080))];
      await one.attach('default');
      one.endNamespace();
      expect(await two.attach('default')).to.include({ exitCode: 0, stderr: '' });
      expect(site.facts().rules.join('\n')).to.contain(two.uuid).and.not.contain(one.uuid);
      await removed(one, two);
      expect(site.facts()).to.deep.equal(untouched);
    });

    it('refuses names that the image does not have, and a pod without a network', async () => {
      const stray = pod({ name: 'http', port: 80 });
      writeFileSync(
        join(stray.dir, 'pod'),
        stray.read('pod').replace('"ports":[]}', '"ports":[{"name":"https","hostPort":443}]}'),
      );
      expect((await stray.attach('default')).stderr).to.equal(
        'stage1: failed to setup network: port name "https" could not be found in any apps\n',
      );
      const lonely = pod(http(8080));
      expect((await lonely.attach('none')).stderr).to.contain(
        'ports cannot be mapped: the pod has no network\n',
      );
      await removed(stray, lonely);
      expect(site.facts()).to.deep.equal(untouched);
    });
  });

  describe('whose namespace is gone', () => {
    it('are detached completely by rm, be it that of another boot', async () => {
      for (const boot of ['this one', 'another one']) {
        const one = pod({ name: 'http', port: 80, hostPort: 8080 });
        expect(await one.attach('all')).to.include({ exitCode: 0 });
        one.endNamespace();
        if (boot === 'another one') {
          const record = JSON.parse(one.read('net-attached.json')) as object;
          writeFileSync(join(one.dir, 'net-attached.json'), JSON.stringify({ ...record, bootId: 'earlier' }));
        }
        expect(await one.detach(), boot).to.deep.include({ exitCode: 0, stderr: '' });
        expect(site.facts(), boot).to.deep.equal(untouched);
        expect(await one.detach(), boot).to.deep.include({ exitCode: 0, stderr: '' });
        expect(await removed(one)).to.equal('');
      }
    });

    it('are detached by gc', async () => {
      const one = pod();
      await one.attach('default');
      one.endNamespace();
      expect((await site.rkt(['gc', '--grace-period=0s'])).exitCode).to.equal(0);
      expect(existsSync(one.dir)).to.equal(false);
      expect(site.facts()).to.deep.equal(untouched);
    });

    it('are removed although a plugin fails, which is reported', async () => {
      site.define('10-x.conf', { name: 'x', type: 'gone' });
      const plugin = join(dir, 'etc/net.d/gone');
      writeFileSync(plugin, `#!/bin/sh\necho '{"ips":[]}'\n`);
      chmodSync(plugin, 0o755);
      const one = pod();
      expect(await one.attach('x,default')).to.include({ exitCode: 0 });
      rmSync(plugin);
      const { exitCode, stderr } = await one.detach();
      expect(exitCode).to.equal(254);
      expect(stderr).to.match(/^networking: error deleting "x": plugin .*\/gone is not installed any more/);
      expect(await removed(one)).to.match(/^networking: error deleting "x": /);
      expect(site.facts()).to.deep.equal(untouched);
    });
  });
});
