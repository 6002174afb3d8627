import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { buildServingImage } from '../../support/serving-image.ts';
import { asking, LAN, type NetworkSite } from '../../support/network-site.ts';
import { ownNetworkSite } from '../../support/own-network-site.ts';
import { runProgram, type ProgramResult } from '../../support/program.ts';
import { EMBEDDED_RKT } from '../../support/replay/rkt-process.ts';
import { until } from '../../support/until.ts';

describe('networks of pods of the stage1 oci', function () {
  this.timeout(120_000);
  const own = ownNetworkSite(['busybox', 'crun', 'catatonit'], endApps);
  const { dir } = own;
  let site: NetworkSite;
  let image = '';
  let untouched: ReturnType<NetworkSite['facts']>;

  before(async () => {
    site = own.site;
    image = await buildServingImage(dir);
    await run('true', '--net=default', '--port=http:8080');
    expect(await collected()).to.equal('');
    untouched = site.facts();
  });
  function endApps(): void {
    const running = join(dir, 'data/pods/run');
    for (const uuid of existsSync(running) ? readdirSync(running) : []) killApp(uuid);
  }

  const words = (...args: readonly string[]): readonly string[] => {
    const dirs = [`--dir=${site.dataDir}`, `--local-config=${join(dir, 'etc')}`];
    return ['/bin/sh', EMBEDDED_RKT, ...dirs, '--insecure-options=image', ...args];
  };
  const runWords = (script: string, flags: readonly string[]): readonly string[] =>
    words('run', '--stage1-name=oci', ...flags, image, '--exec=/bin/sh', '--', '-c', script);

  function run(script: string, ...flags: readonly string[]): Promise<ProgramResult> {
    const [program = '', ...args] = [...site.enter, ...runWords(script, flags)];
    return runProgram(program, args);
  }

  /** Starts a pod that serves its own name on port 80. */
  async function serving(
    ...flags: readonly string[]
  ): Promise<{ uuid: string; child: ChildProcess; ip: string }> {
    const known = new Set(readdirSync(join(site.dataDir, 'pods/run')));
    const script = `printf '#!/bin/sh\\nprintf "\\\\r\\\\n$HOSTNAME $REMOTE_ADDR\\\\n"\\n' >/who; mkdir -p /www/cgi-bin;
mv /who /www/cgi-bin/who; chmod 755 /www/cgi-bin/who; echo listening; exec busybox httpd -f -p 0.0.0.0:80 -h /www`;
    const child = site.start(runWords(script, flags));
    let said = '';
    child.stdout?.on('data', (text: Buffer) => (said += text.toString()));
    await until('the app listens', () => said.includes('listening') || child.exitCode !== null);
    const uuid = readdirSync(join(site.dataDir, 'pods/run')).find((name) => !known.has(name)) ?? '';
    const [info] = JSON.parse(
      readFileSync(join(site.dataDir, 'pods/run', uuid, 'net-info.json'), 'utf8'),
    ) as {
      ip: string;
    }[];
    // The line was printed before the socket was there.
    await until('the port is open', () => child.exitCode !== null || listensOn80(appOf(uuid)));
    return { uuid, child, ip: info?.ip ?? '' };
  }

  const listensOn80 = (pid: number): boolean =>
    / 00000000:0050 00000000:0000 0A /.test(readFileSync(`/proc/${pid}/net/tcp`, 'utf8'));
  const appOf = (uuid: string): number =>
    Number(readFileSync(join(dir, 'data/pods/run', uuid, 'pid'), 'utf8'));

  /** What has ended needs not to be killed. */
  function killApp(uuid: string): void {
    try {
      process.kill(appOf(uuid), 'SIGKILL');
    } catch {
      return;
    }
  }

  /** Removes all pods that have ended, and ends with what that printed to stderr beside the names of pods. */
  async function collected(): Promise<string> {
    const { exitCode, stderr } = await site.rkt(['gc', '--grace-period=0s']);
    expect(exitCode, stderr).to.equal(0);
    return stderr.replace(/^gc: moving pod "[0-9a-f-]+" to garbage\n/gm, '');
  }

  const detached = (): Promise<void> =>
    until('the pod is detached', () => JSON.stringify(site.facts()) === JSON.stringify(untouched));

  it('are those of pods with users of their own as well, with a /sys that shows them', async () => {
    const script = 'grep -c eth0 /proc/net/dev; ls /sys/class/net; grep -c " /sys sysfs ro," /proc/mounts';
    const flags = ['--net=default-restricted', '--no-overlay', '--private-users'];
    const { exitCode, stdout, stderr } = await run(script, ...flags);
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
    expect(stdout.split('\n')).to.deep.equal(['1', 'eth0', 'lo', '1', '']);
  });

  it('are the default one without --net, with the host name in /etc/hosts', async () => {
    const { exitCode, stdout, stderr } = await run('ip addr show eth0; ip route; cat /etc/hosts; hostname');
    expect(exitCode, stderr).to.equal(0);
    expect(stdout)
      .to.match(/inet 172\.16\.28\.\d+\/24/)
      .and.contain('default via 172.16.28.1 dev eth0');
    const name = stdout.trim().split('\n').at(-1) ?? '';
    expect(name).to.match(/^rkt-[0-9a-f-]{36}$/);
    expect(stdout).to.contain(`localhost4.localdomain4 ${name}\n`);
    await detached();
  });

  it('answer on a mapped port until the pod ends, and leave nothing then', async () => {
    const { uuid, child, ip } = await serving('--net=default', '--port=http:8080');
    expect(site.client(asking(LAN.host, 8080))).to.equal(`rkt-${uuid} ${LAN.client}\n`);
    expect(site.host(asking('127.0.0.1', 8080))).to.contain(uuid);
    expect(site.host(asking(ip, 80))).to.contain(uuid);
    expect((await site.rkt(['list'])).stdout)
      .to.contain(`running\t`)
      .and.contain(`default:ip4=${ip}\n`);
    expect(existsSync(`/proc/${child.pid}/fd`)).to.equal(true);
    const refused = await run('true', '--net=default', '--port=http:8080');
    expect(refused.exitCode).to.equal(254);
    expect(refused.stderr).to.contain(`already mapped to pod ${uuid}`);

    const entered = await runEnter(uuid, '/bin/cat', '/proc/net/dev');
    expect(entered.stdout, entered.stderr).to.contain('eth0:');
    expect((await site.rkt(['stop', uuid])).exitCode).to.equal(0);
    await until('the launcher ends', () => child.exitCode !== null || child.signalCode !== null);
    await detached();
    expect((await site.rkt(['status', uuid])).stdout).to.contain(`networks=default:ip4=${ip}\n`);
    expect(await collected()).to.equal('');
  });

  function runEnter(uuid: string, ...argv: readonly string[]): Promise<ProgramResult> {
    const [program = '', ...args] = [...site.enter, ...words('enter', uuid, ...argv)];
    return runProgram(program, args);
  }

  it('name servers of a network are those of the app, unless --dns says otherwise', async () => {
    site.define('10-named.conf', {
      ...{ name: 'named', type: 'bridge', bridge: 'rkt-named', isGateway: true },
      ipam: { type: 'host-local', subnet: '10.79.0.0/24' },
      dns: { nameservers: ['10.79.0.53'], domain: 'named.example' },
    });
    const show = async (...flags: readonly string[]): Promise<string> =>
      (await run('cat /etc/resolv.conf', '--net=named', ...flags)).stdout;
    expect(await show()).to.equal(
      '# Generated by rkt from network named\n\nnameserver 10.79.0.53\ndomain named.example\n',
    );
    expect(await show('--dns=192.0.2.53')).to.equal('# Generated by rkt run\n\nnameserver 192.0.2.53\n');
    expect(await show('--dns=none')).to.equal('');
    expect(await collected()).to.equal('');
    site.host('ip link del rkt-named');
    rmSync(join(dir, 'etc'), { recursive: true });
    expect(site.facts()).to.deep.equal(untouched);
  });

  it('that cannot be had end the launch with 254 and the words of rkt, and leave nothing', async () => {
    const bogus = await run('true', '--net=bogus');
    expect(bogus).to.deep.include({
      ...{
        exitCode: 254,
        stdout: '',
        stderr: 'stage1: failed to setup network: networks not found: bogus\n',
      },
    });
    const args = await run('true', '--net=default:IP=192.0.2.1');
    expect(args.exitCode).to.equal(254);
    expect(args.stderr).to.match(/^stage1: failed to setup network: .*192\.0\.2\.1/);
    const none = await run('true', '--net=none', '--port=http:8080');
    expect(none.exitCode).to.equal(254);
    expect(site.facts()).to.deep.equal(untouched);
    expect(await collected()).to.equal('');
  });

  it('are taken down by rm where the launcher was killed', async () => {
    const { uuid, child } = await serving('--net=default', '--port=http:8080');
    const app = appOf(uuid);
    child.kill('SIGKILL');
    killApp(uuid);
    await until('both have ended', () => child.signalCode !== null && !existsSync(`/proc/${app}`));
    expect(site.facts().rules.join('\n')).to.contain(uuid);
    await until('rm finds the pod ended', async () => (await site.rkt(['rm', uuid])).exitCode === 0);
    expect(site.facts()).to.deep.equal(untouched);
  });
});
