import { expect } from 'chai';

import { fileURLToPath } from 'node:url';

import { detectCgroups } from '../../src/sources/cgroup/cgroups.ts';
import { stateFileName } from '../../src/registry/state-store.ts';
import { OpsMachine } from '../support/ops-machine.ts';
import { recordedCommand } from '../support/recorded-rkt.ts';

const OPS = fileURLToPath(new URL('../../src/ops/', import.meta.url));

describe('startTask', () => {
  let machine: OpsMachine;
  beforeEach(async () => {
    machine = await OpsMachine.create();
  });
  afterEach(() => machine.close());

  it('returns a handle by which a later driver finds pod, app, shim and cgroup', async () => {
    const { handle, network } = await machine.start('web', { name: 'a web', allocId: 'alloc-1' });
    const { podId, startToken, process, shim, cgroupPaths, spec } = handle.state;
    expect(network).to.equal(undefined);
    expect(handle.version).to.equal(1);
    expect(spec).to.deep.include({ id: 'web', name: 'a web', allocId: 'alloc-1' });
    expect([...machine.rkt.pods.keys()]).to.deep.equal([podId]);
    expect(process.pid).to.not.equal(shim.pid);
    expect(cgroupPaths).to.have.length(5);
    expect(cgroupPaths.every((path) => path.endsWith(`/rkt-streams-test/a-web-${startToken}`))).to.equal(
      true,
    );
    expect(machine.facts()).to.deep.include({
      tasks: ['web running'],
      pods: [`${podId} running`],
      cgroups: [`a-web-${startToken}`],
      shims: 1,
    });
  });

  it('writes the state of the task down, with the same handle', async () => {
    const { handle } = await machine.start();
    const { ctx } = machine;
    expect(await machine.stored()).to.deep.include({
      id: 'web',
      phase: 'running',
      owner: ctx.owner,
      podId: handle.state.podId,
      startToken: handle.state.startToken,
      handle,
    });
    expect(machine.facts().files).to.deep.equal(
      [
        `exits/${handle.state.startToken}`,
        `state/${stateFileName('web')}`,
        ...['app.pid', 'prepare.ticket', `shim.${handle.state.shim.pid}`, 'stderr.log', 'stdout.log'].map(
          (name) => `tasks/${handle.state.startToken}/${name}`,
        ),
      ].sort(),
    );
  });

  it('publishes that the pod is prepared and that the app has started', async () => {
    const { handle } = await machine.start();
    const { podId, process } = handle.state;
    expect(
      machine.events.map(({ kind, message, annotations }) => ({ kind, message, annotations })),
    ).to.deep.equal([
      {
        kind: 'prepared',
        message: 'Pod prepared from image test.local/busybox',
        annotations: { pod: podId, image: 'test.local/busybox' },
      },
      {
        kind: 'started',
        message: `Started as pid ${process.pid}`,
        annotations: { pid: String(process.pid), pod: podId },
      },
    ]);
  });

  it('asks rkt for its version once, then prepares one pod under a lock that a later driver can revoke', async () => {
    const { handle } = await machine.start();
    const { startToken } = handle.state;
    const [version, prepare, ...others] = machine.rkt.commands;
    expect([version, others]).to.deep.equal(['version', []]);
    const tagged = [
      `--user-annotation=rkt-streams/start=${startToken}`,
      '--user-annotation=rkt-streams/task=web',
    ];
    expect(prepare).to.equal(`prepare test.local/busybox --exec=/bin/sleep ${tagged.join(' ')} -- 1000`);
    const directory = `${machine.dataDir}/tasks/${startToken}`;
    expect(machine.rkt.lines[0]).to.deep.equal([
      ...['flock', '--no-fork', '--exclusive', `${directory}/prepare.lock`],
      ...['/bin/sh', '-c', '[ -e "$0" ] || exit 125; exec "$@"', `${directory}/prepare.ticket`],
      ...['rkt', `--dir=${machine.rkt.dir}`, '--insecure-options=all', '--debug=false', 'prepare'],
      ...['test.local/busybox', '--exec=/bin/sleep', ...tagged, '--', '1000'],
    ]);
  });

  it('gives the shim its files, the cgroup to join, and rkt in a mount namespace of its own', async () => {
    const { handle } = await machine.start();
    const { startToken, podId, cgroupPaths } = handle.state;
    const directory = `${machine.dataDir}/tasks/${startToken}`;
    expect(machine.rkt.lines[1]).to.deep.equal([
      ...['/bin/sh', `${OPS}shim.sh`, directory, directory, `${machine.dataDir}/exits/${startToken}`],
      `${machine.rkt.dir}/pods/run/${podId}`,
      cgroupPaths.map((path) => `${path}/cgroup.procs`).join(':'),
      ...['unshare', '--mount', '--propagation', 'slave'],
      ...['rkt', `--dir=${machine.rkt.dir}`, '--insecure-options=all', '--debug=false'],
      ...['run-prepared', '--net=host', podId],
    ]);
    expect(machine.rkt.lines).to.have.length(2);
  });

  it('hands variables over in a file that is gone afterwards, and shows them nowhere', async () => {
    let file = '';
    machine.rkt.answer('prepare', (words) => {
      file = words.find((word) => word.startsWith('--set-env-file=')) ?? '';
      return Promise.resolve(undefined);
    });
    await machine.start('web', { env: { TOKEN: 's3cret' } });
    expect(file).to.match(/\/tasks\/[^/]+\/environment$/);
    expect(machine.facts().files.join()).to.not.include('environment');
    const shown = JSON.stringify([machine.rkt.lines, machine.events, machine.logged]);
    expect(shown).to.not.include('s3cret');
  });

  it('trusts the keys of a prefix before it fetches, and verifies the image then', async () => {
    await machine.start('web', { config: { image: 'test.local/busybox', trust_prefix: 'test.local' } });
    expect(machine.rkt.commands.map((command) => command.split(' ')[0])).to.deep.equal([
      'version',
      'trust',
      'prepare',
    ]);
    expect(machine.rkt.commands[1]).to.equal('trust --skip-fingerprint-review=true --prefix=test.local');
    expect(machine.rkt.lines.flat()).to.not.include('--insecure-options=all');
  });

  it('returns the address of a pod that has one, and publishes it', async () => {
    machine.rkt.answer('status', recordedCommand('host-net', 4));
    const config = { image: 'test.local/busybox', net: [] };
    const { network } = await machine.start('web', { config });
    expect(network).to.deep.include({ portMap: {}, autoAdvertise: false });
    expect(machine.events.at(-1)).to.deep.include({
      kind: 'network-ready',
      message: `Pod has the address ${network?.ip ?? ''}`,
      annotations: { ip: network?.ip ?? '' },
    });
    expect((await machine.stored())?.handle?.state.network).to.deep.equal(network);
  });

  it('runs a task without limits where no cgroup can be made, and says so', async () => {
    const other = await OpsMachine.create({ cgroups: await detectCgroups({ root: '/nowhere' }) });
    try {
      const { handle } = await other.start();
      expect(handle.state.cgroupPaths).to.deep.equal([]);
      expect(other.rkt.lines[1]?.[6]).to.equal('');
      expect(other.events.map(({ kind }) => kind)).to.deep.equal(['prepared', 'stats-degraded', 'started']);
      expect(other.events[1]?.message).to.match(/no cgroup hierarchy is mounted/);
    } finally {
      await other.close();
    }
  });

  it('takes over the id of a start that its driver did not live to finish', async () => {
    const { handle } = await machine.start();
    await machine.apps.close();
    await machine.killDriverOf('web', { phase: 'starting', handle: undefined });
    const later = await machine.otherDriver();
    const again = await machine.start('web', {}, later);
    expect(again.handle.state.startToken).to.not.equal(handle.state.startToken);
    expect(machine.rkt.commands).to.include(`rm ${handle.state.podId}`);
    expect([...machine.rkt.pods.keys()]).to.deep.equal([again.handle.state.podId]);
  });
});
