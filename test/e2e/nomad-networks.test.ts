import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { installPlugin } from '../../src/nomad/install.ts';
import { LAN } from '../support/network-site.ts';
import { startNomadAgent, type NomadAgent } from '../support/nomad-agent.ts';
import type { Allocation, AllocationStats, TaskState } from '../support/nomad-jobs.ts';
import { ownNetworkSite } from '../support/own-network-site.ts';
import { nomadPath, requires } from '../support/requirements.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { buildServingImage } from '../support/serving-image.ts';

const STAGES = ['fly', 'oci'] as const;
const PORT = 18_080;
/** Answers on loopback and on its port, and logs what it answers. */
const SERVER = `
nc -ll -p 8099 -e echo from-the-neighbour &
nc -ll -p 8080 -e echo from-the-group &
trap 'echo bye; exit 0' TERM
echo serving
while :; do sleep 0.1; done`;
const NEIGHBOUR = `
until nc 127.0.0.1 8099 </dev/null; do sleep 0.1; done
while :; do sleep 1; done`;
/** What an old job serves: its image has a port called http, 80. */
const OLD = 'nc -ll -p 80 -e echo from-the-old-job & while :; do sleep 1; done';

describe('networks of rkt pods under a real Nomad agent', function () {
  this.timeout(240_000);
  const own = ownNetworkSite(['nomad', 'busybox', 'crun', 'catatonit']);
  let opened: Sandbox | undefined;
  let sandbox: Sandbox;
  let running: NomadAgent | undefined;
  let agent: NomadAgent;
  let image: string;

  before(async function () {
    requires(this, 'nomad');
    opened = await openSandbox(this);
    sandbox = opened;
    image = await buildServingImage(sandbox.base);
    letNomadFindTheBridge();
    running = await startNomadAgent(nomadPath() ?? '', sandbox, (directory) => installPlugin(directory), {
      namespace: own.site.namespace,
      networkInterface: 'lan',
    });
    agent = running;
  });
  after(async () => {
    await running?.close();
    await opened?.close();
  });

  /** The agent looks for the bridge among modules of the kernel; here it may be a part of it, with no list of such parts. */
  function letNomadFindTheBridge(): void {
    const dir = join(own.dir, 'lib/modules', release());
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'modules.builtin'), 'kernel/net/bridge/bridge.ko\n');
    own.site.host(`mount -t overlay overlay -o lowerdir=${join(own.dir, 'lib')}:/usr/lib /usr/lib`);
  }

  async function run(name: string, text: string): Promise<string> {
    const { exitCode, stderr } = await agent.nomad(['job', 'run', '-detach', '-'], { input: text });
    if (exitCode !== 0) throw new Error(stderr);
    return agent.eventually(`${name} has an allocation`, async () => {
      const [first] = (await agent.get(`job/${name}/allocations`)) as { ID: string }[];
      return first?.ID;
    });
  }

  /** The tasks of an allocation when all of them run, with so many restarts of the first. */
  async function allRun(allocation: string, restarts = 0): Promise<Readonly<Record<string, TaskState>>> {
    return agent.eventually(`all of ${allocation} run`, async () => {
      const { TaskStates } = (await agent.get(`allocation/${allocation}`)) as Allocation;
      const states = Object.values(TaskStates ?? {});
      const failed = states.find(({ Failed }) => Failed);
      if (failed !== undefined)
        throw new Error(failed.Events.map((event) => event.DisplayMessage).join('\n'));
      const isDone = states.length > 0 && states.every(({ State }) => State === 'running');
      return isDone && states.every(({ Restarts }) => Restarts === restarts) ? (TaskStates ?? {}) : undefined;
    });
  }

  async function logged(allocation: string, task: string, line: string): Promise<string> {
    return agent.eventually(`${task} logs ${line}`, async () => {
      const log = await agent.ok('alloc', 'logs', allocation, task);
      return log.split('\n').includes(line) ? log : undefined;
    });
  }

  async function answers(port: number, answer: string): Promise<void> {
    await agent.eventually(`port ${port} answers`, () =>
      Promise.resolve(
        own.site.client(`busybox nc -w 5 ${LAN.host} ${port} </dev/null || true`) === `${answer}\n` ||
          undefined,
      ),
    );
  }

  async function receivesMemory(allocation: string, task: string): Promise<void> {
    await agent.eventually('there are metrics', async () => {
      const { Tasks } = (await agent.get(`client/allocation/${allocation}/stats`)) as {
        Tasks: Readonly<Record<string, AllocationStats | null>>;
      };
      const memory = Tasks[task]?.ResourceUsage.MemoryStats;
      return (memory?.RSS ?? 0) > 0 || (memory?.Usage ?? 0) > 0 || undefined;
    });
  }

  async function purged(name: string): Promise<void> {
    await agent.ok('job', 'stop', '-purge', '-detach', name);
    await agent.eventually('the allocations have ended', async () => {
      const all = (await agent.get('allocations')) as Allocation[];
      return all.every(({ ClientStatus }) => /^(?:complete|failed)$/.test(ClientStatus)) || undefined;
    });
    await agent.ok('system', 'gc');
    const isOurs = (what: string): boolean => /nomad-plugin| agent -config /.test(what);
    await agent.eventually('nothing is left', async () => {
      const left = [
        ...(await sandbox.leftovers()).filter((what) => !isOurs(what)),
        ...agent.mounts(),
        ...readdirSync(join(sandbox.base, 'nomad/alloc')),
      ];
      if (left.length > 0) throw new Error(left.join(', '));
      return true;
    });
  }

  for (const stage1 of STAGES) {
    it(`runs a group with a bridge, whose tasks talk over its loopback, with ${stage1}`, async () => {
      const untouched = own.site.facts();
      const name = `bridge-${stage1}`;
      const id = await run(name, bridgeJob(name, { image, stage1 }));
      await allRun(id);
      await logged(id, 'neighbour', 'from-the-neighbour');
      await answers(PORT, 'from-the-group');
      const exec = (task: string, ...command: string[]): Promise<string> =>
        agent.ok('alloc', 'exec', '-i=false', '-t=false', '-task', task, id, ...command);
      const [first, second] = [
        await exec('server', '/bin/readlink', '/proc/self/ns/net'),
        await exec('neighbour', '/bin/readlink', '/proc/self/ns/net'),
      ];
      expect(first).to.equal(second).and.not.equal(own.site.host('readlink /proc/self/ns/net'));
      expect(await exec('server', '/bin/cat', '/proc/net/dev')).to.match(/^ *eth0:/m);
      for (const task of ['server', 'neighbour']) await receivesMemory(id, task);
      await agent.ok('alloc', 'restart', id);
      await allRun(id, 1);
      await logged(id, 'server', 'bye');
      await answers(PORT, 'from-the-group');
      await purged(name);
      const { links, rules } = own.site.facts();
      // The agent keeps its bridge and its chains.
      expect(links.filter((link) => link !== 'nomad')).to.deep.equal(
        untouched.links.filter((link) => link !== 'nomad'),
      );
      expect(rules.filter((rule) => /id: |CNI-DN-/.test(rule))).to.deep.equal([]);
    });
  }

  it('maps a port of an old job to its image, and it is reached from outside, with oci', async () => {
    const untouched = own.site.facts();
    const id = await run('old', oldJob('old', image));
    const { t } = await allRun(id);
    expect(t?.Events.map(({ DisplayMessage }) => DisplayMessage).join('\n')).to.match(/172\.16\.28\.\d+/);
    const port = await portOf(id);
    await answers(port, 'from-the-old-job');
    expect(await agent.ok('alloc', 'exec', '-i=false', '-t=false', id, '/bin/echo', 'in')).to.equal('in\n');
    await receivesMemory(id, 't');
    await agent.ok('alloc', 'restart', id);
    await allRun(id, 1);
    await answers(port, 'from-the-old-job');
    await purged('old');
    const { links, leases, rules } = own.site.facts();
    expect({ links, leases }).to.deep.equal({ links: untouched.links, leases: untouched.leases });
    expect(rules.filter((rule) => /id: |CNI-DN-/.test(rule))).to.deep.equal([]);
    expect(own.site.client(`busybox nc -w 5 ${LAN.host} ${port} </dev/null 2>/dev/null || true`)).to.equal(
      '',
    );
  });

  /** The dynamic port that the scheduler has chosen for a task. */
  async function portOf(allocation: string): Promise<number> {
    const { TaskResources } = (await agent.get(`allocation/${allocation}`)) as {
      readonly TaskResources: Readonly<
        Record<
          string,
          { readonly Networks: readonly { readonly DynamicPorts: readonly { readonly Value: number }[] }[] }
        >
      >;
    };
    return TaskResources['t']?.Networks[0]?.DynamicPorts[0]?.Value ?? 0;
  }
});

interface NetworkJob {
  readonly image: string;
  readonly stage1: string;
}

function task(
  name: string,
  script: string,
  { image, stage1 }: NetworkJob,
  more = '',
  resources = '',
): string {
  return `
    task "${name}" {
      driver       = "rkt"
      kill_signal  = "SIGTERM"
      kill_timeout = "5s"
      config {
        image   = ${JSON.stringify(image)}
        command = "/bin/sh"
        args    = ["-c", ${JSON.stringify(script)}]
        stage1  = "${stage1}"
        ${more}
      }
      resources {
        cpu    = 50
        memory = 64
        ${resources}
      }
    }`;
}

const GROUP = `
    restart {
      attempts = 0
      mode     = "fail"
    }
    reschedule {
      attempts  = 0
      unlimited = false
    }`;

function bridgeJob(name: string, job: NetworkJob): string {
  return `
job "${name}" {
  datacenters = ["dc1"]
  group "g" {
    network {
      mode = "bridge"
      port "http" {
        static = ${PORT}
        to     = 8080
      }
    }${GROUP}${task('server', SERVER, job)}${task('neighbour', NEIGHBOUR, job)}
  }
}
`;
}

function oldJob(name: string, image: string): string {
  const more = 'net      = ["default"]\n        port_map {\n          web = "http"\n        }';
  const network = 'network {\n          port "web" {}\n        }';
  return `
job "${name}" {
  datacenters = ["dc1"]
  group "g" {${GROUP}${task('t', OLD, { image, stage1: 'oci' }, more, network)}
  }
}
`;
}
