import { release } from 'node:os';

import { expect } from 'chai';
import { BehaviorSubject } from 'rxjs';

import { anExitResult } from '../../support/task-specs.ts';
import { aRunningTask, fullUsage, playSamples, playTasks } from '../fake-driver.ts';
import { parsePrettyName } from '../../../src/exporters/prometheus/version-labels.ts';
import { expectRktError } from '../../support/errors.ts';
import { valueOf } from './read-text.ts';
import { namesOf, setUp } from './set-up.ts';
import { LIVE } from '../../../src/model/driver-connection.ts';
import type { ExitResult } from '../../../src/model/exit-result.ts';
import { aTaskEvent, anExit } from '../../support/task-events.ts';

const STALE = { host: 'n2', connection: { state: 'stale', sinceMs: 1 } } as const;
const SHOP = { jobName: 'shop', taskGroupName: 'front' };

describe('the metrics of createPrometheusExporter', () => {
  it('reports the stats of a task in base units, by the names of cAdvisor', () => {
    const fake = setUp();
    playTasks(fake, ['web']);
    const text = fake.read();
    const web = { name: 'web' };
    expect(valueOf(text, 'container_cpu_usage_seconds_total', { ...web, cpu: 'total' })).to.equal(
      12.345678901,
    );
    expect(valueOf(text, 'container_memory_working_set_bytes', web)).to.equal(44_040_192);
    expect(valueOf(text, 'container_cpu_cfs_throttled_seconds_total', web)).to.equal(0.35);
    expect(valueOf(text, 'container_memory_swap', web)).to.equal(0);
    expect(valueOf(text, 'container_spec_cpu_shares', web)).to.equal(512);
    expect(valueOf(text, 'container_spec_cpuset_cores', web)).to.equal(3);
    expect(valueOf(text, 'container_fs_usage_bytes', { ...web, device: 'all' })).to.equal(7_000);
    expect(valueOf(text, 'container_fs_inodes_free', web)).to.equal(300);
    expect(valueOf(text, 'container_tasks_state', { ...web, state: 'sleeping' })).to.equal(2);
    expect(valueOf(text, 'container_tasks_state', { ...web, state: 'iowaiting' })).to.equal(undefined);
    expect(valueOf(text, 'container_spec_cpu_quota', web)).to.equal(50_000);
    expect(valueOf(text, 'container_spec_cpu_period', web)).to.equal(100_000);
    expect(valueOf(text, 'container_spec_memory_reservation_limit_bytes', web)).to.equal(134_217_728);
    expect(valueOf(text, 'container_fs_reads_bytes_total', { ...web, device: 'all' })).to.equal(1_000);
    expect(valueOf(text, 'container_pressure_io_stalled_seconds_total', web)).to.equal(0.5);
    expect(valueOf(text, 'container_start_time_seconds', web)).to.equal(1_700_000_000);
    expect(text.series.find(({ name }) => name === 'container_threads')?.labels).to.deep.equal({
      id: '/rkt-streams/web',
      image: 'example.com/app:1.0',
      name: 'web',
    });
  });

  it('has the machine as the container with the id /, each of its file systems with its device', () => {
    const fake = setUp();
    playTasks(fake, ['/']);
    const io = {
      ...{ readOps: 1, readsMerged: 2, readBytes: 5_120, readNs: 4e9, writeOps: 5, writesMerged: 6 },
      ...{ writeBytes: 512, writeNs: 8e9, inProgress: 9, busyNs: 10e9, weightedNs: 11e9 },
    };
    fake.host.next({
      timestampMs: 1_700_000_100_000,
      cpu: { cores: 2, totalNs: 3e9, userNs: 2e9, systemNs: 1e9, physicalCores: 1, sockets: 1 },
      memory: { usageBytes: 70, workingSetBytes: 60, swapUsedBytes: 5, majorPageFaults: 4 },
      network: { receivedBytes: 12 },
      disks: [
        { mount: '/', totalBytes: 100, usedBytes: 40, device: '/dev/sda1', inodes: 10, inodesFree: 3, io },
        { mount: '/again', totalBytes: 100, usedBytes: 40, device: '/dev/sda1' },
        { mount: '/tmp', totalBytes: 50, usedBytes: 1, device: 'tmpfs' },
      ],
      uptimeMs: 1,
      bootedAtMs: 1_600_000_000_000,
    });
    const text = fake.read();
    const root = text.series.filter(({ labels }) => labels['id'] === '/' && labels['name'] === undefined);
    const others = (labels: object): object =>
      Object.fromEntries(Object.entries(labels).filter(([label]) => label !== 'id'));
    const values = root.map(({ name, labels, value }) => [name, others(labels), value]);
    const device = '/dev/sda1';
    for (const expected of [
      ['container_cpu_usage_seconds_total', { cpu: 'total' }, 3],
      ['container_memory_working_set_bytes', {}, 60],
      ['container_memory_swap', {}, 5],
      ['container_memory_failures_total', { failure_type: 'pgmajfault', scope: 'container' }, 4],
      ['container_network_receive_bytes_total', { interface: 'all' }, 12],
      ['container_start_time_seconds', {}, 1_600_000_000],
      ['container_last_seen', {}, 1_700_000_100],
      ['container_fs_usage_bytes', { device }, 40],
      ['container_fs_inodes_free', { device }, 3],
      ['container_fs_limit_bytes', { device: 'tmpfs' }, 50],
      ['container_fs_reads_bytes_total', { device }, 5_120],
      ['container_fs_sector_reads_total', { device }, 10],
      ['container_fs_io_current', { device }, 9],
      ['container_fs_io_time_seconds_total', { device }, 10],
    ])
      expect(values).to.deep.include(expected);
    expect(root.filter(({ name }) => name === 'container_fs_usage_bytes')).to.have.length(2);
    expect(root.filter(({ name }) => name === 'container_last_seen')).to.have.length(1);
    expect(root.filter(({ name }) => name === 'container_spec_memory_limit_bytes')).to.deep.equal([]);
    expect(valueOf(text, 'container_fs_usage_bytes', { name: '/', device: 'all' })).to.equal(7_000);
    expect(valueOf(text, 'machine_cpu_physical_cores')).to.equal(1);
  });

  it('says under which job of Nomad a task runs', () => {
    const fake = setUp();
    fake.tasks.next([aRunningTask('a/b', { ...SHOP, name: 'web', allocId: 'alloc-1', cgroupPaths: [] })]);
    expect(
      fake.read().series.find(({ name }) => name === 'container_start_time_seconds')?.labels,
    ).to.deep.equal({
      image: 'example.com/app:1.0',
      name: 'a/b',
      task: 'web',
      alloc_id: 'alloc-1',
      job: 'shop',
      task_group: 'front',
    });
  });

  it('has the host of a fleet on every series of its tasks and pods, and which hosts are live', () => {
    const fake = setUp({}, { hosts: () => new BehaviorSubject([{ host: 'n1', connection: LIVE }, STALE]) });
    const exit = { phase: 'exited', exitResult: anExitResult({ exitCode: 3 }) } as const;
    const podId = 'the-same-on-both';
    fake.tasks.next([
      aRunningTask('n1/web', { ...SHOP, name: 'web', host: 'n1', podId }),
      aRunningTask('n2/web', { ...SHOP, ...exit, name: 'web', host: 'n2', podId }),
    ]);
    fake.pods.next(['n1', 'n2'].map((host) => ({ name: podId, state: 'running', host })));
    const text = fake.read();
    const hostsOf = (name: string) =>
      text.series.filter((series) => series.name === name).map(({ labels }) => labels['host']);
    expect(hostsOf('container_start_time_seconds')).to.deep.equal(['n1']);
    expect(hostsOf('rkt_pod_info')).to.deep.equal(['n1', 'n2']);
    expect(hostsOf('rkt_app_exit_code')).to.deep.equal(['n2']);
    expect(hostsOf('rkt_task_starts_total')).to.deep.equal(['n1', 'n2']);
    expect(valueOf(text, 'rkt_streams_host_live', { host: 'n1' })).to.equal(1);
    expect(valueOf(text, 'rkt_streams_host_live', { host: 'n2' })).to.equal(0);
  });

  it('leaves out each task where the hosts are scraped themselves', () => {
    const fake = setUp({ eachTask: false }, { hosts: () => new BehaviorSubject([STALE]) });
    playTasks(fake, ['n2/web']);
    const text = fake.read();
    const ofTasks = text.series.filter(({ name }) =>
      /^(container|rkt_pod|rkt_app|rkt_task|machine)_/.test(name),
    );
    expect(ofTasks).to.deep.equal([]);
    expect(fake.asked.has('allTaskStats')).to.equal(false);
    expect(valueOf(text, 'rkt_streams_host_live', { host: 'n2' })).to.equal(0);
    expect(valueOf(text, 'rkt_streams_tasks', { phase: 'running' })).to.equal(1);
  });

  for (const [labelNames, wanted] of [
    ['cadvisor', {}],
    [
      'docker',
      {
        container_label_com_docker_compose_project: 'shop',
        container_label_com_docker_compose_service: 'web',
      },
    ],
    [
      'nomad',
      {
        container_label_com_hashicorp_nomad_alloc_id: 'alloc-1',
        container_label_com_hashicorp_nomad_job_name: 'shop',
        container_label_com_hashicorp_nomad_task_group_name: 'front',
        container_label_com_hashicorp_nomad_task_name: 'web',
      },
    ],
  ] as const) {
    it(`names task and job as dashboards for ${labelNames} do`, () => {
      const fake = setUp({ labelNames });
      fake.tasks.next([aRunningTask('a/b', { ...SHOP, name: 'web', allocId: 'alloc-1' })]);
      const { labels = {} } =
        fake.read().series.find(({ name }) => name === 'container_start_time_seconds') ?? {};
      const added = Object.entries(labels).filter(([name]) => name.startsWith('container_label_'));
      expect(Object.fromEntries(added)).to.deep.equal(wanted);
      expect(labels).to.include({ name: 'a/b', task: 'web', job: 'shop' });
    });
  }

  it('refuses names that no dashboard has', () => {
    const labelNames = 'kubernetes' as 'nomad';
    expect(expectRktError(() => setUp({ labelNames }), 'RKT_ERR_OPTIONS').message).to.contain('"kubernetes"');
  });

  it('says by the labels of cAdvisor what it is and runs on', () => {
    const { labels } =
      setUp()
        .read()
        .series.find(({ name }) => name === 'cadvisor_version_info') ?? {};
    expect(labels).to.include({ kernelVersion: release() });
    expect(labels?.['cadvisorVersion']).to.match(/^rkt-streams-\d/);
    expect(parsePrettyName('NAME=x\nPRETTY_NAME="Debian \\"12\\""\nID=debian\n')).to.equal('Debian "12"');
  });

  it('leaves out what was not measured', () => {
    const fake = setUp();
    playTasks(fake, ['web', 'db']);
    fake.samples.next([
      {
        taskId: 'web',
        usage: { timestampMs: 1_700_000_000_001, source: 'pidusage', cpu: {}, memory: { rssBytes: 1 } },
      },
    ]);
    const text = fake.read();
    const measured = text.series.filter(
      ({ name, labels }) => name.startsWith('container_') && labels['name'] === 'web',
    );
    expect(measured.map(({ name }) => name)).to.have.members([
      'container_memory_rss',
      'container_spec_cpu_shares',
      'container_spec_cpuset_cores',
      'container_start_time_seconds',
      'container_last_seen',
    ]);
    expect(text.types.has('container_cpu_usage_seconds_total')).to.equal(false);
    expect(valueOf(text, 'container_last_seen', { name: 'db' })).to.equal(undefined);
  });

  it('ends the series of a task with the task, and keeps its exit', () => {
    const fake = setUp();
    playTasks(fake, ['web', 'db']);
    fake.read();
    const exit = anExitResult({ exitCode: 137, signal: 9, oomKilled: true });
    fake.tasks.next([aRunningTask('web', { phase: 'exited', exitResult: exit }), aRunningTask('db')]);
    const text = fake.read();
    const ofWeb = text.series.filter(({ labels }) => labels['name'] === 'web').map(({ name }) => name);
    expect(ofWeb.filter((name) => name.startsWith('container_'))).to.deep.equal([]);
    expect(valueOf(text, 'container_threads', { name: 'db' })).to.be.a('number');
    expect(valueOf(text, 'rkt_app_exit_code', { name: 'web', app: 'app' })).to.equal(137);
    expect(valueOf(text, 'rkt_app_oom_killed', { name: 'web' })).to.equal(1);
    fake.tasks.next([]);
    fake.pods.next([]);
    expect(namesOf(fake.read(), 'container_')).to.deep.equal([]);
    expect(namesOf(fake.read(), 'rkt_app_')).to.deep.equal([]);
  });

  it('does not take a sample of the task that had the id before', () => {
    const fake = setUp();
    fake.tasks.next([aRunningTask('web', { startedAtMs: fullUsage().timestampMs + 1 })]);
    playSamples(fake, ['web'], 0);
    expect(valueOf(fake.read(), 'container_threads')).to.equal(undefined);
  });

  it('reports of pods, of those of others as well', () => {
    const fake = setUp();
    playTasks(fake, ['web']);
    const app = { name: 'job', state: 'exited', exit_code: 3 };
    fake.pods.next([
      { name: 'pod-of-web', state: 'running', networks: [{ netName: 'n', ip: '10.0.0.2' }], apps: [] },
      { name: 'foreign', state: 'exited', apps: [app] },
      { name: 'bare', state: 'prepared' },
    ]);
    const text = fake.read();
    expect(valueOf(text, 'rkt_pod_state', { uuid: 'foreign', state: 'exited' })).to.equal(1);
    expect(valueOf(text, 'rkt_pod_state', { uuid: 'foreign', state: 'running' })).to.equal(0);
    expect(valueOf(text, 'rkt_app_exit_code', { uuid: 'foreign', app: 'job' })).to.equal(3);
    expect(
      valueOf(text, 'rkt_pod_info', { uuid: 'pod-of-web', name: 'web', ip: '10.0.0.2', task: 'web' }),
    ).to.equal(1);
  });

  it('counts starts, failures and OOM kills beyond the end of the task', () => {
    const fake = setUp();
    fake.tasks.next([aRunningTask('1', { name: 'web', jobName: 'shop' })]);
    const started = (): void => fake.events.next(aTaskEvent('started', '1', { taskName: 'web' }));
    const exited = (exit: Partial<ExitResult>): void =>
      fake.events.next(anExit('1', exit, { taskName: 'web' }));
    started();
    exited({ exitCode: 137, signal: 9, oomKilled: true });
    started();
    exited({ exitCode: 0 });
    exited({ exitCode: 130, signal: 2, requested: true });
    const text = fake.read();
    const shop = { task: 'web', job: 'shop' };
    expect(valueOf(text, 'rkt_task_starts_total', shop)).to.equal(2);
    expect(valueOf(text, 'rkt_task_failures_total', shop)).to.equal(1);
    expect(valueOf(text, 'rkt_task_oom_kills_total', shop)).to.equal(1);
  });

  it('counts from 0 on for tasks that were there before', () => {
    const fake = setUp();
    fake.tasks.next([aRunningTask('web')]);
    expect(valueOf(fake.read(), 'rkt_task_failures_total', { task: 'web' })).to.equal(0);
    fake.events.next(anExit('web', { exitCode: 1 }));
    fake.tasks.next([aRunningTask('web', { phase: 'exited', exitResult: anExitResult() })]);
    expect(valueOf(fake.read(), 'rkt_task_failures_total', { task: 'web' })).to.equal(1);
  });

  it('reports of the machine and of itself', () => {
    const fake = setUp();
    fake.host.next({
      timestampMs: 0,
      cpu: { cores: 2, percent: 25 },
      memory: { totalBytes: 8 },
      disks: [
        { mount: '/', totalBytes: 1, usedBytes: 1 },
        { mount: '/', totalBytes: 10, usedBytes: 4 },
      ],
      uptimeMs: 1_500,
    });
    fake.sampling.next({
      timestampMs: 1_000,
      tasks: 1,
      ticks: 5,
      skippedTicks: 1,
      samples: 5,
      failedSamples: 0,
      droppedSamples: 2,
      fileReads: 9,
      staleReads: 4,
      workMs: 250,
      longestSliceMs: 3,
      lastTick: { intervalMs: 1_000, tasks: 1, durationMs: 20, workMs: 2 },
      descriptors: { open: 6, budget: 100, opened: 6, evicted: 0 },
      eventLoopDelay: { meanMs: 1, p50Ms: 1, p99Ms: 4, maxMs: 5 },
      rkt: { calls: 3, failures: 1, totalMs: 1_500, queueLength: 2 },
    });
    fake.fingerprint.next({
      health: 'undetected',
      description: '',
      attributes: {
        'driver.rkt.runtime': 'embedded',
        'driver.rkt.version': '1.30.0',
        'driver.rkt.cgroup.version': 'v2',
      },
      timeMs: 0,
    });
    const text = fake.read();
    expect(valueOf(text, 'rkt_host_cpu_usage_ratio')).to.equal(0.25);
    expect(valueOf(text, 'rkt_host_filesystem_size_bytes', { mountpoint: '/' })).to.equal(10);
    expect(valueOf(text, 'rkt_streams_skipped_ticks_total')).to.equal(1);
    expect(valueOf(text, 'rkt_streams_sample_duration_seconds')).to.equal(0.02);
    expect(valueOf(text, 'rkt_streams_event_loop_delay_seconds', { stat: 'p99' })).to.equal(0.004);
    expect(valueOf(text, 'rkt_streams_rkt_command_duration_seconds_sum')).to.equal(1.5);
    expect(valueOf(text, 'rkt_streams_rkt_command_duration_seconds_count')).to.equal(3);
    expect(valueOf(text, 'rkt_streams_driver_health', { health: 'undetected' })).to.equal(1);
    expect(valueOf(text, 'rkt_streams_driver_health', { health: 'healthy' })).to.equal(0);
    expect(
      valueOf(text, 'rkt_streams_build_info', { runtime: 'embedded', rkt_version: '1.30.0', cgroup: 'v2' }),
    ).to.equal(1);
  });
});
