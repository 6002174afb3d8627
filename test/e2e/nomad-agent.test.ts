import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { installPlugin } from '../../src/nomad/install.ts';
import { startNomadAgent, type NomadAgent } from '../support/nomad-agent.ts';
import {
  jobText,
  type Allocation,
  type AllocationStats,
  type JobOptions,
  type TaskState,
} from '../support/nomad-jobs.ts';
import { nomadPath, requires } from '../support/requirements.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';

/** The program under test is a real one: that on the PATH, or the one that is named. */
const NOMAD = nomadPath() ?? '';
const BYTES = 8_000_000;
/** Holds on to memory, works all the time, answers SIGUSR1, and ends well. */
const WEB = `
trap 'echo got it' USR1
trap 'echo bye; exit 0' TERM
echo "port \${NOMAD_PORT_http}"
echo "to stderr" >&2
cat /shared/file
echo kept >/data/kept
x=$(yes | head -c ${BYTES})
while :; do :; done
`;

describe('rkt pods under a real Nomad agent', function () {
  this.timeout(120_000);
  const opened: { close(): Promise<void> }[] = [];
  let sandbox: Sandbox;
  let agent: NomadAgent;
  /** The allocation of the service that most tests look at. */
  let web: string;

  before(async function () {
    requires(this, 'nomad');
    sandbox = await openSandbox(this);
    opened.push(sandbox);
    const shared = join(sandbox.base, 'shared');
    await mkdir(shared);
    await writeFile(join(shared, 'file'), 'of the host\n');
    agent = await startNomadAgent(NOMAD, sandbox, (directory) => installPlugin(directory));
    opened.push(agent);
    web = await runJob({
      name: 'web',
      type: 'service',
      script: WEB,
      group: 'network {\n port "http" {}\n }',
      config: `
        volumes            = ["${shared}:/shared:readOnly", "alloc/data:/data"]
        dns_servers        = ["192.0.2.53"]
        dns_search_domains = ["test.local"]
        port_map {
          http = "www"
        }`,
      task: 'env {\n WHERE = "${attr.driver.rkt.version} in ${NOMAD_DC}"\n }',
    });
    await running(web);
  });
  after(async () => {
    for (const one of opened.reverse()) await one.close();
  });

  async function runJob(options: Omit<JobOptions, 'image'>): Promise<string> {
    const input = jobText({ image: sandbox.image, ...options });
    const { exitCode, stderr } = await agent.nomad(['job', 'run', '-detach', '-'], { input });
    if (exitCode !== 0) throw new Error(stderr);
    return agent.eventually(`${options.name} has an allocation`, async () => {
      const [first] = (await agent.get(`job/${options.name}/allocations`)) as { ID: string }[];
      return first?.ID;
    });
  }

  async function taskOf(allocation: string): Promise<TaskState | undefined> {
    const { TaskStates } = (await agent.get(`allocation/${allocation}`)) as Allocation;
    return TaskStates?.['t'];
  }

  async function inState(allocation: string, state: string): Promise<TaskState> {
    return agent.eventually(`${allocation} is ${state}`, async () => {
      const task = await taskOf(allocation);
      return task?.State === state ? task : undefined;
    });
  }

  const running = (allocation: string): Promise<TaskState> => inState(allocation, 'running');
  const exec = async (...command: string[]): Promise<string> =>
    agent.ok('alloc', 'exec', '-i=false', '-t=false', web, ...command);

  /** Waits for a line of the task's log, of which the agent has the last word. */
  async function logged(line: string, ...flags: string[]): Promise<string> {
    return agent.eventually(`the log says ${line}`, async () => {
      const log = await agent.ok('alloc', 'logs', ...flags, web);
      return log.split('\n').includes(line) ? log : undefined;
    });
  }

  /** The next metrics that are not older than this call. */
  async function freshStats(): Promise<AllocationStats['ResourceUsage']> {
    const since = Date.now() * 1e6;
    return agent.eventually('there are metrics of now', async () => {
      const { Tasks } = (await agent.get(`client/allocation/${web}/stats`)) as {
        Tasks: Readonly<Record<string, AllocationStats | null>>;
      };
      const task = Tasks['t'];
      const isFresh = task !== null && task !== undefined && task.Timestamp > since;
      return isFresh && task.ResourceUsage.CpuStats.Percent > 0 ? task.ResourceUsage : undefined;
    });
  }

  /** The pid of the app, from the event that reported it. */
  async function appPid(): Promise<number> {
    const { Events } = await running(web);
    const [pid] = Events.flatMap(
      ({ DisplayMessage }) => /^Started as pid (\d+)$/.exec(DisplayMessage)?.[1] ?? [],
    ).slice(-1);
    return Number(pid);
  }

  it('shows the driver as detected and healthy, with what it found', async () => {
    const text = await agent.ok('node', 'status', '-self', '-verbose');
    expect(text).to.match(/^rkt +true +true +Healthy /m);
    expect(text).to.match(/^driver\.rkt += 1$/m);
    expect(text).to.match(/^driver\.rkt\.version += 1\.\d+\.\d+/m);
    expect(text).to.match(/^driver\.rkt\.appc\.version += 0\.8\.\d+$/m);
    expect(text).to.match(/^driver\.rkt\.volumes\.enabled += true$/m);
  });

  it('accepts the example jobs', async () => {
    for (const name of ['rkt.nomad', 'batch.nomad']) {
      expect(await agent.ok('job', 'validate', `examples/nomad/${name}`)).to.include('successful');
    }
  });

  it('gives a task its port, its volumes, its DNS and its environment', async () => {
    const { AllocatedResources } = (await agent.get(`allocation/${web}`)) as Allocation;
    const port = AllocatedResources.Shared.Ports?.find(({ Label }) => Label === 'http')?.Value;
    const log = await logged('of the host');
    expect(log).to.include(`port ${port}\n`);
    expect(await exec('/bin/cat', '/data/kept', '/alloc/data/kept')).to.equal('kept\nkept\n');
    expect((await agent.nomad(['alloc', 'exec', web, '/bin/touch', '/shared/file'])).exitCode).not.to.equal(
      0,
    );
    expect(await exec('/bin/cat', '/etc/resolv.conf'))
      .to.include('nameserver 192.0.2.53')
      .and.include('search test.local');
    const environment = (await exec('/bin/env')).split('\n');
    expect(environment).to.include.members([
      `NOMAD_PORT_http=${port}`,
      'NOMAD_TASK_DIR=/local',
      'NOMAD_SECRETS_DIR=/secrets',
    ]);
    expect(environment.find((line) => line.startsWith('WHERE='))).to.match(/^WHERE=1\.\d+\.\d+.* in dc1$/);
  });

  it('collects both logs', async () => {
    await logged('to stderr', '-stderr');
    expect(await agent.ok('alloc', 'logs', web)).not.to.include('to stderr');
  });

  it('shows the CPU and the memory that the task has', async () => {
    const { CpuStats, MemoryStats } = await freshStats();
    expect(CpuStats.Measured).to.include.members(['Percent', 'System Mode', 'User Mode']);
    expect(CpuStats.Percent).to.be.within(1, 120);
    expect(CpuStats.TotalTicks).to.be.greaterThan(1);
    expect(MemoryStats.Measured).to.include.members(['RSS', 'Usage']);
    expect(MemoryStats.RSS).to.be.within(BYTES, 64 * 2 ** 20);
    expect(await agent.ok('alloc', 'status', '-stats', web))
      .to.match(/^CPU Stats\nPercent /m)
      .and.match(/^[1-9]\d*\/100 MHz +\d+(?:\.\d+)? MiB\/64 MiB/m);
  });

  it('executes commands without a terminal', async () => {
    const both = 'cat; echo err >&2; exit 7';
    const flags = ['alloc', 'exec', '-i', '-t=false', web, '/bin/sh', '-c', both];
    expect(await agent.nomad(flags, { input: 'in\n' })).to.deep.equal({
      exitCode: 7,
      stdout: 'in\n',
      stderr: 'err\n',
    });
  });

  it('executes commands in a terminal', async () => {
    const script = 'test -t 0 && test -t 1 && test -t 2 && echo terminal; exit 9';
    const { exitCode, stdout } = await agent.nomad(
      ['alloc', 'exec', '-i', '-t', web, '/bin/sh', '-c', script],
      {
        tty: true,
      },
    );
    expect(stdout).to.include('terminal\r\n');
    expect(exitCode).to.equal(9);
  });

  it('sends signals', async () => {
    await agent.ok('alloc', 'signal', '-s', 'SIGUSR1', web);
    await logged('got it');
  });

  it('restarts a task, in a pod of its own', async () => {
    const before = await appPid();
    await agent.ok('alloc', 'restart', web);
    await agent.eventually('it runs again', async () => {
      const task = await taskOf(web);
      return task?.State === 'running' && task.Restarts === 1 ? true : undefined;
    });
    expect(await appPid()).not.to.equal(before);
    expect(existsSync(`/proc/${before}`)).to.equal(false);
    await logged('bye');
    expect(readdirSync(join(sandbox.options.rktDir, 'pods/run'))).to.have.length(1);
  });

  it('runs batches to their end, well or not', async () => {
    const good = await runJob({ name: 'good', type: 'batch', script: 'exit 0' });
    const bad = await runJob({ name: 'bad', type: 'batch', script: 'exit 3' });
    expect((await inState(good, 'dead')).Failed).to.equal(false);
    const { Failed, Events } = await inState(bad, 'dead');
    expect(Failed).to.equal(true);
    expect(Events.find(({ Type }) => Type === 'Terminated')?.Details['exit_code']).to.equal('3');
    expect(Events.map(({ DisplayMessage }) => DisplayMessage)).to.include('Exited with code 3');
  });

  it('says why a task does not start', async () => {
    const config = 'volumes = ["../../../etc:/etc"]';
    const id = await runJob({ name: 'escape', type: 'batch', script: 'exit 0', config });
    const { Events } = await inState(id, 'dead');
    const failure = Events.find(({ Type }) => Type === 'Driver Failure')?.DisplayMessage;
    expect(failure).to.include('the volume "../../../etc" is').and.include('below the allocation directory');
  });

  it('lets pods run on when the plugin is killed, and takes them up again', async () => {
    const app = await appPid();
    const plugin = await agent.pluginPid();
    process.kill(plugin, 'SIGKILL');
    await agent.eventually('there is another plugin', async () =>
      (await agent.pluginPid()) === plugin ? undefined : true,
    );
    await agent.eventually('it has taken the task up', async () => {
      const task = await taskOf(web);
      const messages = task?.Events.map(({ DisplayMessage }) => DisplayMessage) ?? [];
      return messages.some((message) => message.startsWith('Recovered pod')) ? true : undefined;
    });
    expect((await running(web)).Restarts).to.equal(1);
    expect((await freshStats()).MemoryStats.RSS).to.be.greaterThan(BYTES);
    expect(await exec('/bin/cat', `/proc/${app}/comm`)).not.to.equal('');
    await agent.ok('alloc', 'signal', '-s', 'SIGUSR1', web);
  });

  for (const [signal, what] of [
    ['SIGTERM', 'is ended'],
    ['SIGKILL', 'is killed'],
  ] as const) {
    it(`lets pods run on when the agent ${what}, and takes them up in the next one`, async () => {
      const app = await appPid();
      const plugin = await agent.pluginPid();
      await agent.restart(signal);
      expect((await running(web)).Restarts).to.equal(1);
      expect((await freshStats()).MemoryStats.RSS).to.be.greaterThan(BYTES);
      expect(await exec('/bin/cat', `/proc/${app}/comm`)).not.to.equal('');
      // A killed agent leaves its plugin behind, which the next one finds by its socket.
      expect((await agent.pluginPid()) === plugin).to.equal(signal === 'SIGKILL');
    });
  }

  it('leaves nothing behind when its jobs are purged', async () => {
    const plugin = `process ${await agent.pluginPid()}:`;
    // Both agents name their configuration.
    const isOurs = (what: string): boolean => what.startsWith(plugin) || what.includes(' agent -config ');
    for (const name of ['web', 'good', 'bad', 'escape'])
      await agent.ok('job', 'stop', '-purge', '-detach', name);
    await agent.eventually('the allocations have ended', async () => {
      const all = (await agent.get('allocations')) as Allocation[];
      return all.every(({ ClientStatus }) => /^(?:complete|failed)$/.test(ClientStatus)) ? true : undefined;
    });
    await agent.ok('system', 'gc');
    await agent.eventually('nothing is left', async () => {
      const left = [
        ...(await sandbox.leftovers()).filter((what) => !isOurs(what)),
        ...agent.mounts(),
        ...readdirSync(join(sandbox.base, 'nomad/alloc')),
      ];
      if (left.length > 0) throw new Error(left.join(', '));
      return true;
    });
  });

  it('writes nothing into the log that the agent cannot read', () => {
    const lines = agent
      .log()
      .split('\n')
      .filter((line) => line.includes('driver_mgr.rkt: '));
    expect(lines).not.to.deep.equal([]);
    expect(lines.filter((line) => !line.includes('@module=rkt-streams'))).to.deep.equal([]);
  });
});
