import { expect } from 'chai';

import { taskSpecSchema } from '../../src/model/task-spec.ts';
import { encodeMsgpack } from '../../src/nomad/msgpack.ts';
import { toTaskSpec } from '../../src/nomad/to-task-spec.ts';
import { expectRktError } from '../support/errors.ts';
import { received, wireTask } from '../support/wire-messages.ts';

const MIB = 2 ** 20;

describe('toTaskSpec', () => {
  it('leaves out what did not come', () => {
    expect(toTaskSpec(wireTask())).to.deep.equal({
      id: 'alloc/web/1',
      name: 'web',
      config: { image: 'example.com/app' },
      env: {},
      resources: { networks: [], devices: [], mounts: [] },
    });
  });

  it('takes over all that a host sends, and the driver takes it', () => {
    const config = { image: 'a', command: null, args: ['x', null], port_map: [{ http: 'www' }], net: null };
    const spec = toTaskSpec(
      wireTask({
        msgpack_driver_config: encodeMsgpack(config),
        alloc_id: 'alloc',
        job_name: 'j1',
        task_group_name: 'g',
        env: { NOMAD_TASK_NAME: 'web', LANG: 'C' },
        device_env: { GPU: '0' },
        user: 'nobody',
        alloc_dir: '/alloc',
        stdout_path: '/alloc/out.fifo',
        stderr_path: '/alloc/err.fifo',
        dns: { servers: ['9.9.9.9'], searches: ['example.com'], options: ['ndots:2'] },
        network_isolation_spec: { mode: 'HOST' },
        job_id: 'j',
        namespace: 'default',
      }),
    );
    expect(spec).to.deep.include({
      allocId: 'alloc',
      jobName: 'j1',
      taskGroupName: 'g',
      config: { image: 'a', args: ['x'], port_map: [{ http: 'www' }] },
      env: { NOMAD_TASK_NAME: 'web', LANG: 'C' },
      deviceEnv: { GPU: '0' },
      user: 'nobody',
      allocDir: '/alloc',
      stdoutPath: '/alloc/out.fifo',
      stderrPath: '/alloc/err.fifo',
      dns: { servers: ['9.9.9.9'], searches: ['example.com'], options: ['ndots:2'] },
    });
    expect(spec).to.not.have.property('networkNamespace');
    expect(() => taskSpecSchema.parse(spec)).to.not.throw();
  });

  it('takes DNS without anything in it for none', () => {
    expect(toTaskSpec(wireTask({ dns: {} }))).to.not.have.property('dns');
  });

  it('finds ports where the task asked for them, and where the group did', () => {
    const networks = [
      {
        device: 'lo',
        ip: '127.0.0.1',
        mbits: 1,
        reserved_ports: [{ label: 'adm', value: 18_778 }],
        dynamic_ports: [{ label: 'http', value: 27_829 }],
      },
    ];
    const ports = [
      { label: 'admin', value: 18_777, host_ip: '127.0.0.1' },
      { label: 'http', value: 26_264, to: 8_080 },
    ];
    expect(
      toTaskSpec(wireTask({ resources: { allocated_resources: { networks }, ports } })).resources,
    ).to.deep.include({
      networks: [
        {
          ip: '127.0.0.1',
          reservedPorts: [{ label: 'adm', value: 18_778 }],
          dynamicPorts: [{ label: 'http', value: 27_829 }],
        },
      ],
      ports: [
        { label: 'admin', value: 18_777, to: 0, hostIp: '127.0.0.1' },
        { label: 'http', value: 26_264, to: 8_080 },
      ],
    });
  });

  const memory = (linux: number, memory_mb: number, memory_max_mb = 0) =>
    toTaskSpec(
      wireTask({
        resources: {
          allocated_resources: { memory: { memory_mb, memory_max_mb } },
          linux_resources: { memory_limit_bytes: linux },
        },
      }),
    ).resources?.memoryLimitBytes;

  it('limits memory to the larger metric where it may be oversubscribed', () => {
    expect(memory(64 * MIB, 64)).to.equal(64 * MIB);
    expect(memory(0, 64)).to.equal(64 * MIB);
    expect(memory(64 * MIB, 64, 128)).to.equal(128 * MIB);
    expect(memory(128 * MIB, 64, 128)).to.equal(128 * MIB);
    expect(memory(1, 0)).to.equal(4_096);
  });

  it('sets no limit where none is wanted', () => {
    expect(memory(0, 0)).to.equal(undefined);
    expect(memory(64 * MIB, 64, -1)).to.equal(undefined);
    expect(memory(-1, 64)).to.equal(undefined);
  });

  it('takes MHz for a weight that the kernel takes', () => {
    const shares = (linux: number, allocated: number) =>
      toTaskSpec(
        wireTask({
          resources: {
            allocated_resources: { cpu: { cpu_shares: allocated } },
            linux_resources: { cpu_shares: linux },
          },
        }),
      ).resources?.cpuShares;
    expect(shares(100, 100)).to.equal(100);
    expect(shares(0, 250)).to.equal(250);
    expect(shares(1, 1)).to.equal(2);
    expect(shares(1e6, 1e6)).to.equal(262_144);
    expect(shares(0, 0)).to.equal(undefined);
  });

  it('pins a task to the cores that are reserved for it', () => {
    const pinned = (cpuset_cpus: string, cpuset_mems = '') =>
      toTaskSpec(wireTask({ resources: { linux_resources: { cpuset_cpus, cpuset_mems } } })).resources;
    expect(pinned('0-1,3')).to.include({ cpusetCpus: '0-1,3' }).and.to.not.have.property('cpusetMems');
    expect(pinned('2', '0')).to.include({ cpusetCpus: '2', cpusetMems: '0' });
    expect(pinned('')).to.not.have.any.keys('cpusetCpus', 'cpusetMems');
    const inPool = (cpuset_cpus: string, cpuset_cgroup: string) =>
      toTaskSpec(wireTask({ resources: { linux_resources: { cpuset_cpus, cpuset_cgroup } } })).resources;
    expect(inPool('', '/sys/fs/cgroup/cpuset/nomad/shared')).to.include({
      cpusetCgroup: '/sys/fs/cgroup/cpuset/nomad/shared',
    });
    for (const [cpus, pool] of [
      ['', ''],
      ['', 'shared'],
      ['', '/a:b'],
      ['1', '/sys/fs/cgroup/cpuset/nomad/reserved/x'],
    ] as const)
      expect(inPool(cpus, pool)).to.not.have.property('cpusetCgroup');
  });

  it('limits the CPU time where a quota is given', () => {
    const quota = (cpu_quota: number, cpu_period: number) =>
      toTaskSpec(wireTask({ resources: { linux_resources: { cpu_quota, cpu_period } } })).resources;
    expect(quota(50_000, 100_000)).to.include({ cpuQuotaUs: 50_000, cpuPeriodUs: 100_000 });
    expect(quota(50_000, 0)).to.include({ cpuQuotaUs: 50_000 }).and.to.not.have.property('cpuPeriodUs');
    expect(quota(0, 100_000)).to.not.have.any.keys('cpuQuotaUs', 'cpuPeriodUs');
  });

  it('keeps for a task that may have more memory what the scheduler has counted', () => {
    const kept = (memory_mb: number, memory_max_mb: number) =>
      toTaskSpec(wireTask({ resources: { allocated_resources: { memory: { memory_mb, memory_max_mb } } } }))
        .resources?.memoryReservationBytes;
    expect([kept(64, 128), kept(64, -1), kept(64, 0), kept(64, 64)]).to.deep.equal([
      64 * MIB,
      64 * MIB,
      undefined,
      undefined,
    ]);
  });

  it('takes over the OOM score, where the job gives one', () => {
    const score = (given: number) =>
      toTaskSpec(wireTask({ resources: { linux_resources: { oom_score_adj: given } } })).resources
        ?.oomScoreAdj;
    expect([score(250), score(-5), score(0)]).to.deep.equal([250, -5, undefined]);
  });

  it('takes over mounts and devices, and leaves their checking to the driver', () => {
    const mounts = [
      { host_path: '/srv', task_path: '/data', readonly: true, propagation_mode: 'host-to-task' },
      { host_path: '/tmp', task_path: '/t', propagation_mode: '', selinux_label: 'z' },
    ];
    const devices = [
      { host_path: '/dev/kvm', task_path: '/dev/kvm', cgroup_permissions: 'rw' },
      { host_path: '/dev/null', task_path: '/dev/n' },
    ];
    expect(toTaskSpec(wireTask({ mounts, devices })).resources).to.deep.include({
      mounts: [
        { hostPath: '/srv', taskPath: '/data', readOnly: true, propagationMode: 'host-to-task' },
        { hostPath: '/tmp', taskPath: '/t', readOnly: false },
      ],
      devices: [
        { hostPath: '/dev/kvm', taskPath: '/dev/kvm', permissions: 'rw' },
        { hostPath: '/dev/null', taskPath: '/dev/n' },
      ],
    });
  });

  it('puts a task into the network namespace of its group, whatever its mode is called', () => {
    for (const mode of ['GROUP', 77] as const) {
      const network = received('NetworkIsolationSpec', { mode, path: '/var/run/netns/x' });
      const task = { ...wireTask(), network_isolation_spec: network as never };
      expect(toTaskSpec(task).networkNamespace).to.equal('/var/run/netns/x');
    }
  });

  it('names what is wrong with the config block', () => {
    const task = wireTask({ msgpack_driver_config: Buffer.from('81a1', 'hex') });
    expect(expectRktError(() => toTaskSpec(task), 'RKT_ERR_TASK_CONFIG').message).to.include(
      'config of the task',
    );
  });
});
