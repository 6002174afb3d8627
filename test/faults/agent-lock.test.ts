import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { createDriver } from '../../src/index.ts';
import { abandonSocket } from '../support/abandoned-socket.ts';
import { useCliSandbox } from '../support/cli-sandbox.ts';
import { expectRktRejection } from '../support/errors.ts';
import { startRacer, type RaceOutcome, type Racer } from '../support/racers.ts';
import { knownPid } from '../support/known-pid.ts';

const ROUNDS = 30;

describe('two agents', function () {
  this.timeout(180_000);
  let base: string;
  let racers: Racer[];

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    racers = [];
  });
  afterEach(async () => {
    await Promise.all(racers.map((racer) => racer.end()));
    await rm(base, { recursive: true });
  });

  const race = async (...dataDirs: readonly string[]): Promise<void> => {
    await Promise.all(dataDirs.map((name) => mkdir(join(base, name), { recursive: true })));
    racers = await Promise.all(dataDirs.map((name) => startRacer({ dataDir: join(base, name) })));
  };
  const serve = (isAgent: boolean, ...sockets: readonly string[]): Promise<readonly RaceOutcome[]> =>
    Promise.all(
      racers.map((racer, index) =>
        racer.do({ op: 'serve', socketPath: join(base, sockets[index] ?? 'agent.sock'), isAgent }),
      ),
    );
  const closeAll = () => Promise.all(racers.map((racer) => racer.do({ op: 'close' })));
  const expectOne = (outcomes: readonly RaceOutcome[]): void => {
    const codes = outcomes.map(({ value, code }) => (value === undefined ? code : 'runs'));
    expect(codes.toSorted(), JSON.stringify(outcomes)).to.deep.equal(['RKT_ERR_AGENT_RUNNING', 'runs']);
  };

  it('never both run on a data directory, each with a socket of its own', async () => {
    await race('data', 'data');
    for (let round = 0; round < ROUNDS; round += 1) {
      const outcomes = await serve(true, 'a.sock', 'b.sock');
      expectOne(outcomes);
      const winner = outcomes.findIndex(({ value }) => value !== undefined);
      const refused = outcomes[1 - winner]?.text;
      expect(refused).to.include(`pid ${racers[winner]?.pid ?? ''}`);
      expect(refused).to.include(join(base, winner === 0 ? 'a.sock' : 'b.sock'));
      await closeAll();
    }
    expect(await readdir(join(base, 'data'))).not.to.include('agent-lock');
  });

  it('never both take over an abandoned socket, each with a data directory of its own', async () => {
    await race('one', 'two');
    for (let round = 0; round < ROUNDS; round += 1) {
      await abandonSocket(join(base, 'agent.sock'));
      expectOne(await serve(false));
      await closeAll();
    }
    expect((await readdir(base)).toSorted()).to.deep.equal(['one', 'two']);
  });

  it('hold nothing when they are killed, and only one of two takes over', async () => {
    for (let round = 0; round < 5; round += 1) {
      await race('data');
      expect((await serve(true, 'killed.sock'))[0]).to.have.property('value');
      process.kill(knownPid(racers[0]?.pid), 'SIGKILL');
      await racers[0]?.end();
      expect(existsSync(join(base, 'data/agent-lock'))).to.equal(true);
      await race('data', 'data');
      expectOne(await serve(true, 'killed.sock', 'killed.sock'));
      await closeAll();
      await Promise.all(racers.splice(0).map((racer) => racer.end()));
    }
  });

  it('are distinguished from those of an earlier boot, and from other files', async () => {
    const dataDir = join(base, 'data');
    const driver = createDriver({ dataDir });
    await mkdir(join(dataDir, 'agent-lock'), { recursive: true });
    await writeFile(join(dataDir, 'agent-lock', `${process.pid}-1-1-an-earlier-boot`), '');
    await (
      await driver.lockAgent()
    )();
    await mkdir(join(dataDir, 'agent-lock'));
    await writeFile(join(dataDir, 'agent-lock', 'mine'), '');
    const error = await expectRktRejection(driver.lockAgent(), 'RKT_ERR_DATA_DIR');
    expect(error.message).to.include(join(dataDir, 'agent-lock', 'mine'));
    await driver.shutdown();
  });
});

describe('a second agent command on a data directory', function () {
  this.timeout(180_000);
  const get = useCliSandbox();

  it('is refused with another socket, and plain commands go on', async () => {
    const cli = get();
    const socket = join(cli.sandbox.base, 'first.sock');
    const args = (path: string): string[] => ['agent', '--listen', 'none', '--socket', path];
    const first = cli.start(args(socket));
    await first.says('rkt-streams agent');
    const second = await cli.run(args(join(cli.sandbox.base, 'second.sock')));
    expect(second.exitCode).to.equal(1);
    expect(second.stderr)
      .to.include('RKT_ERR_AGENT_RUNNING')
      .and.to.include(`pid ${first.child.pid ?? ''}`);
    expect(second.stderr).to.include(socket).and.to.include('stop it first');
    expect((await cli.run(cli.shell('exit 4', '--id', 'plain', '--no-agent'))).exitCode).to.equal(4);
    first.child.kill('SIGTERM');
    expect((await first.ended).exitCode).to.equal(0);
    const third = cli.start(args(join(cli.sandbox.base, 'second.sock')));
    await third.says('rkt-streams agent');
    third.child.kill('SIGTERM');
    expect((await third.ended).exitCode).to.equal(0);
  });
});
