import { expect } from 'chai';

import type { DriverNetwork } from '../../src/model/driver-network.ts';
import type { OpsContext } from '../../src/ops/ops-context.ts';
import { driverNetwork } from '../../src/ops/pod-network.ts';
import { newTaskRecord } from '../../src/registry/task-record.ts';
import type { RktRunner } from '../../src/rkt/command-runner.ts';
import { expectRktRejection } from '../support/errors.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { anOpsContext } from '../support/ops-context.ts';
import { recordedCommands, replayRunner, type RecordedCommand } from '../support/recordings.ts';
import { aNewTask, aTaskSpec } from '../support/task-specs.ts';

const POD = 'b15d4e6e-afbb-4e36-9cde-25f35530315c';
const IP = '172.31.0.3';

const recorded = (what: string, wanted: (command: RecordedCommand) => boolean): RecordedCommand => {
  const found = recordedCommands().find(wanted);
  if (found === undefined) throw new Error(`nothing recorded is ${what}`);
  return found;
};
const isJsonStatus = ({ args }: RecordedCommand): boolean =>
  args[0] === 'status' && args.includes('--format=json');

const WITH_ADDRESS = recorded(
  'the status of a pod with an address',
  (command) => command.flavor === 'host' && isJsonStatus(command) && command.stdout.includes(`"ip":"${IP}"`),
);
const WITHOUT_ADDRESS = recorded(
  'the status of a running pod without a network',
  (command) => command.scenario === 'host-lifecycle' && isJsonStatus(command) && command.exitCode === 0,
);
const MANIFEST = recorded(
  'the manifest of a pod whose image has the port http, 8080',
  ({ args, stdout }) => args[0] === 'cat-manifest' && stdout.includes('"port":8080'),
);

/** Answers `status` with one recording after the other, the last one again and again, and `cat-manifest` with its own. */
function aRunner(...statuses: readonly RecordedCommand[]): RktRunner & { readonly sent: string[] } {
  const left = [...statuses];
  const sent: string[] = [];
  const [first = WITHOUT_ADDRESS] = statuses;
  return {
    ...replayRunner(first),
    sent,
    run: (args, options) => {
      sent.push(args[0] ?? '');
      const status = left.length > 1 ? left.shift() : left[0];
      return replayRunner(args[0] === 'status' ? (status ?? first) : MANIFEST).run(args, options);
    },
  };
}

interface Asked {
  readonly net?: string[];
  readonly port_map?: Record<string, string>[];
}

describe('driverNetwork', () => {
  let clock: ManualClock;

  let ctx: OpsContext;

  beforeEach(async () => {
    clock = new ManualClock();
    ctx = await anOpsContext('/nowhere', { scheduler: clock });
  });

  function ask(
    runner: RktRunner,
    config: Asked = {},
    flavor: 'fly' | 'other' | 'ended' = 'other',
  ): Promise<DriverNetwork | undefined> {
    const spec = aTaskSpec('one', { config: { image: 'example.com/app', ...config } });
    return driverNetwork(ctx, runner, newTaskRecord({ ...aNewTask('one'), spec, podId: POD }), flavor);
  }

  it('takes the address of the pod, and none of its ports when none is to be mapped', async () => {
    const runner = aRunner(WITH_ADDRESS);
    const network = ask(runner);
    await clock.advance(1);
    expect(await network).to.deep.equal({ ip: IP, portMap: {}, autoAdvertise: false });
    expect(runner.sent).to.deep.equal(['status']);
  });

  it('maps labels to the ports that the image has under their names, later blocks first', async () => {
    const port_map = [{ web: 'other', www: 'http' }, { web: 'http' }];
    const network = ask(aRunner(WITH_ADDRESS), { port_map });
    await clock.advance(1);
    expect((await network)?.portMap).to.deep.equal({ web: 8080, www: 8080 });
  });

  it('refuses a port that the image lacks, and says which it has', async () => {
    const failed = expectRktRejection(
      ask(aRunner(WITH_ADDRESS), { port_map: [{ web: 'https' }] }),
      'RKT_ERR_PORT_MAP',
    );
    await clock.advance(1);
    expect((await failed).message)
      .to.include('"https"')
      .and.to.include('it has http');
  });

  it('asks again until there is an address', async () => {
    const runner = aRunner(WITHOUT_ADDRESS, WITHOUT_ADDRESS, WITH_ADDRESS);
    const network = ask(runner);
    await clock.advance(1_000);
    expect((await network)?.ip).to.equal(IP);
    expect(runner.sent).to.have.length(3);
  });

  it('waits five seconds for an address that nothing depends on', async () => {
    const runner = aRunner(WITHOUT_ADDRESS);
    const network = ask(runner);
    await clock.advance(5_001);
    expect(await network).to.equal(undefined);
    expect(runner.sent.length).to.be.within(19, 21);
  });

  it('waits longer, and fails then, when ports are to be mapped to it', async () => {
    const failed = expectRktRejection(
      ask(aRunner(WITHOUT_ADDRESS), { port_map: [{ web: 'http' }] }),
      'RKT_ERR_NETWORK',
    );
    await clock.advance(20_001);
    expect((await failed).message)
      .to.include('20000 ms')
      .and.to.include(POD);
    expect((await failed).recoverable).to.equal(true);
  });

  for (const net of ['host', 'none']) {
    it(`asks nothing when net is ${net}`, async () => {
      const runner = aRunner(WITH_ADDRESS);
      expect(await ask(runner, { net: [net], port_map: [{ web: 'http' }] })).to.equal(undefined);
      expect(runner.sent).to.deep.equal([]);
    });
  }

  it('asks nothing of a fly pod or of one that has ended', async () => {
    const runner = aRunner(WITH_ADDRESS);
    expect(await ask(runner, {}, 'fly')).to.equal(undefined);
    expect(await ask(runner, {}, 'ended')).to.equal(undefined);
    expect(runner.sent).to.deep.equal([]);
  });

  it('refuses to map ports to a fly pod', async () => {
    const error = await expectRktRejection(
      ask(aRunner(WITH_ADDRESS), { port_map: [{ web: 'http' }] }, 'fly'),
      'RKT_ERR_NETWORK',
    );
    expect(error.message).to.include('fly');
    expect(error.recoverable).to.equal(false);
  });
});
