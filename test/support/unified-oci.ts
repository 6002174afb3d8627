import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

import { filter, firstValueFrom } from 'rxjs';

import type { Driver, TaskSpecInput } from '../../src/index.ts';
import type { NetworkedFacts, UnifiedFacts } from './unified-facts.ts';
import { limitFiles, read } from './unified-shapes.ts';

const MIB = 1024 * 1024;
const SEEN = 'cat /proc/self/cgroup; grep -E "^(CapEff|Seccomp)" /proc/self/status';

/** The life of a pod of the stage1 oci on that machine, and of one that wants more memory than it may have. */
export async function ociPods(driver: Driver, image: string): Promise<UnifiedFacts['oci']> {
  const task = (id: string, script: string, limitMib: number): TaskSpecInput => ({
    id,
    config: { image, command: '/bin/sh', args: ['-c', script], stage1: 'oci', net: ['none'] },
    resources: { memoryLimitBytes: limitMib * MIB, cpuShares: 512 },
  });
  const { handle } = await driver.startTask(task('oci', `${SEEN}; while sleep 0.1; do :; done`, 64));
  const { cgroupPaths: directories, process: app } = handle.state;
  const [directory = ''] = directories;
  const { memory, source } = await firstValueFrom(
    driver
      .taskStats('oci', { intervalMs: 200 })
      .pipe(filter((usage) => (usage.memory.usageBytes ?? 0) > 0 && (usage.cpu.percent ?? 0) > 0)),
  );
  const limits = limitFiles(directory);
  const pids = read(join(directory, 'cgroup.procs')).split('\n');
  const isIn = pids.includes(String(app.pid));
  const isRuntimeIn = pids.some((pid) => ['crun', 'runc', 'perl'].includes(read(`/proc/${pid}/comm`).trim()));
  const entered = await driver.execTask('oci', ['/bin/sh', '-c', SEEN]);
  await driver.stopTask('oci', { signal: 'SIGTERM', timeoutMs: 60_000 });
  const exit = await firstValueFrom(driver.waitTask('oci'));
  const seen = read(driver.inspectTask('oci').stdoutPath ?? '');
  await driver.destroyTask('oci');

  const hog = 'exec dd if=/dev/zero of=/dev/null bs=200M count=1';
  const starved = await driver.startTask(task('oci-starved', hog, 24));
  const starvedExit = await firstValueFrom(driver.waitTask('oci-starved'));
  await driver.destroyTask('oci-starved');
  const isThere = [directory, ...starved.handle.state.cgroupPaths].some(existsSync);
  return {
    limits,
    isIn,
    isRuntimeIn,
    source,
    memory,
    seen,
    entered: entered.output,
    exit,
    starvedExit,
    isThere,
  };
}

/** A pod of two apps, started without a driver, and its exit codes. */
export function severalApps(image: string): UnifiedFacts['several'] {
  const rkt = (...args: readonly string[]) => {
    const words = ['--dir=/tmp/apps', '--insecure-options=image', ...args];
    return spawnSync('/bin/sh', ['/project/dist/embedded/rkt.sh', ...words], { encoding: 'utf8' });
  };
  const app = (name: string, script: string) => [
    image,
    `--name=${name}`,
    '--exec=/bin/sh',
    '--',
    '-c',
    script,
  ];
  const first = app('a', 'cat /proc/self/cgroup');
  const second = app('b', 'sleep 1; exit 4');
  const run = rkt(
    'run',
    '--stage1-name=oci',
    '--net=none',
    '--uuid-file-save=/tmp/uuid',
    ...first,
    '---',
    ...second,
  );
  const { stdout } = rkt('status', '--uuid-file=/tmp/uuid');
  const exits = stdout.split('\n').filter((line) => line.startsWith('app-'));
  return { exitCode: run.status, output: run.stdout, exits, stderr: run.stderr };
}

/** A pod with a network of CNI plugins, and what it answers there. */
export async function networkedPod(driver: Driver, image: string): Promise<NetworkedFacts> {
  const script = 'while :; do echo hello | nc -l -p 80; done';
  const config = {
    image,
    command: '/bin/sh',
    args: ['-c', script],
    stage1: 'oci',
    net: ['default-restricted'],
  };
  const { network } = await driver.startTask({ id: 'networked', config });
  const ip = network?.ip ?? '';
  let answer = '';
  for (let tries = 0; answer === '' && tries < 100; tries += 1) answer = await answerOf(ip);
  const links = () => readdirSync('/sys/class/net').filter((name) => name.startsWith('veth')).length;
  const whileRunning = links();
  await driver.destroyTask('networked', { force: true });
  return { ip, answer, whileRunning, afterwards: links() };
}

function answerOf(host: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    connect({ host, port: 80 })
      .on('data', (data) => (text += String(data)))
      .on('error', () => setTimeout(resolve, 200, text))
      .on('end', () => resolve(text));
  });
}
