import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import type { AuditFinding, AuditReport } from '../../src/model/audit.ts';
import { START_ANNOTATION } from '../../src/ops/arguments/prepare-arguments.ts';
import { audit } from '../../src/ops/audit/run-audit.ts';
import type { OpsContext } from '../../src/ops/ops-context.ts';
import type { StartedTask } from '../../src/ops/start-task.ts';
import { newStartToken } from '../../src/ops/start-token.ts';
import { abandonSocket } from '../support/abandoned-socket.ts';
import { OpsMachine } from '../support/ops-machine.ts';
import { REFUSALS } from '../support/recorded-rkt.ts';

const NO_STATE = 'no state file belongs to it';

describe('audit', () => {
  let machine: OpsMachine;
  let started: StartedTask;
  let later: OpsContext;
  beforeEach(async () => {
    machine = await OpsMachine.create();
    started = await machine.start();
    later = await machine.otherDriver();
  });
  afterEach(() => machine.close());

  const run = (fix = false, ctx = later): Promise<AuditReport> => machine.run(audit(ctx, { fix }));

  /** Ends the app, and loses the state file of its task. */
  const lose = async (): Promise<readonly Omit<AuditFinding, 'outcome'>[]> => {
    await machine.end(started, 'SIGKILL');
    await machine.apps.close();
    await machine.ctx.store.remove(machine.ctx.registry.require('web'));
    const { startToken, podId, cgroupPaths } = started.handle.state;
    const of = { why: NO_STATE, startToken };
    return [
      { kind: 'cgroup', what: cgroupPaths[0] ?? '', ...of },
      { kind: 'pod', what: podId, ...of },
      { kind: 'task-directory', what: join(machine.dataDir, 'tasks', startToken), ...of },
      { kind: 'exit-file', what: join(machine.dataDir, 'exits', startToken), ...of },
    ];
  };
  const as = (
    outcome: AuditFinding['outcome'],
    lost: readonly Omit<AuditFinding, 'outcome'>[],
  ): readonly object[] => lost.map((one) => ({ ...one, outcome }));

  it('finds what no state file knows, and changes nothing', async () => {
    const lost = await lose();
    const before = machine.facts();
    expect(await run()).to.deep.equal({ findings: as('found', lost), unchecked: [] });
    expect(machine.facts()).to.deep.equal(before);
  });

  it('removes it with fix, and finds nothing then', async () => {
    const lost = await lose();
    expect(await run(true)).to.deep.equal({ findings: as('removed', lost), unchecked: [] });
    const { cgroups, pods, podDirectories, files } = machine.facts();
    expect([cgroups, pods, podDirectories]).to.deep.equal([[], [], []]);
    expect(files.filter((file) => /^(tasks|exits|state)\//.test(file))).to.deep.equal([]);
    expect(await run()).to.deep.equal({ findings: [], unchecked: [] });
  });

  it('leaves a task alone that a state file or this driver knows', async () => {
    const before = machine.facts();
    expect((await run(true)).findings).to.deep.equal([]);
    await machine.ctx.store.remove(machine.ctx.registry.require('web'));
    expect((await run(true, machine.ctx)).findings).to.deep.equal([]);
    const isState = (file: string): boolean => file.startsWith('state/') || file.startsWith('locks/');
    const files = before.files.filter((file) => !isState(file));
    expect({
      ...machine.facts(),
      files: machine.facts().files.filter((file) => !isState(file)),
    }).to.deep.equal({
      ...before,
      files,
    });
  });

  it('leaves the pods and cgroups of another data directory', async () => {
    const token = newStartToken('/another/data/directory');
    await machine.rkt.prepare({ [START_ANNOTATION]: token });
    const [path = ''] = started.handle.state.cgroupPaths;
    await mkdir(path.replace(started.handle.state.startToken, token));
    const before = machine.facts();
    expect(await run(true)).to.deep.equal({ findings: [], unchecked: [] });
    expect(machine.facts()).to.deep.equal(before);
  });

  it('rolls back a start whose driver has died', async () => {
    await machine.apps.close();
    const { startToken } = await machine.killDriverOf('web', { phase: 'starting', handle: undefined });
    const { findings } = await run(true);
    expect(findings[0]).to.deep.include({ kind: 'state-file', startToken, outcome: 'removed' });
    expect(findings.map(({ why }) => why)).to.deep.equal(
      findings.map(() => 'the start of task "web" was never finished'),
    );
    expect(await machine.stored()).to.equal(undefined);
    expect(machine.rkt.pods.size).to.equal(0);
  });

  it('removes nothing while a state file cannot be read', async () => {
    const lost = await lose();
    const file = join(machine.dataDir, 'state', 'broken.json');
    await writeFile(file, '{');
    const before = machine.facts();
    const { findings } = await run(true);
    expect(findings.map(({ kind, what, outcome }) => [kind, what, outcome])).to.deep.equal(
      [{ kind: 'state-file', what: file }, ...lost].map(({ kind, what }) => [kind, what, 'left']),
    );
    expect(new Set(findings.map(({ error }) => error))).to.deep.equal(
      new Set(['a state file that cannot be read may belong to it']),
    );
    expect(machine.facts()).to.deep.equal(before);
  });

  it('reports pods as unchecked where rkt cannot be asked, and checks the rest', async () => {
    const lost = await lose();
    const runner = (): Promise<never> => Promise.reject(new Error('there is no rkt'));
    const { findings, unchecked } = await run(false, { ...later, runner });
    expect(unchecked).to.deep.equal([{ what: 'pods', reason: 'there is no rkt' }]);
    expect(findings).to.deep.equal(
      as(
        'found',
        lost.filter(({ kind }) => kind !== 'pod'),
      ),
    );
  });

  it('reports directories as unchecked that cannot be read', async () => {
    const other = join(machine.dir, 'other');
    await mkdir(other);
    for (const name of ['tasks', 'exits']) await writeFile(join(other, name), 'a file');
    const { findings, unchecked } = await run(false, { ...later, dataDir: other });
    expect(findings).to.deep.equal([]);
    expect(unchecked.map(({ what }) => what)).to.deep.equal(['task directories', 'exit files']);
    for (const { reason } of unchecked) expect(reason).to.match(/ENOTDIR|not a directory/i);
  });

  it('says why something is left that rkt refuses to remove, and removes the rest', async () => {
    const lost = await lose();
    machine.rkt.answer('rm', REFUSALS.podRuns);
    const { findings } = await run(true);
    expect(findings.map(({ kind, outcome }) => [kind, outcome])).to.deep.equal(
      lost.map(({ kind }) => [kind, kind === 'pod' ? 'left' : 'removed']),
    );
    const { podId } = started.handle.state;
    expect(findings.find(({ kind }) => kind === 'pod')?.error).to.include(podId);
    expect(machine.rkt.commands).to.include(`stop --force ${podId}`);
    machine.rkt.answer('rm', undefined);
    expect((await run(true)).findings.map(({ what, outcome }) => [what, outcome])).to.deep.equal([
      [podId, 'removed'],
    ]);
  });

  it('removes the socket of an agent that was killed', async () => {
    const what = join(machine.dataDir, 'agent.sock');
    await abandonSocket(what);
    const finding = { kind: 'socket', what, why: 'no agent listens on it' };
    expect((await run()).findings).to.deep.equal([{ ...finding, outcome: 'found' }]);
    expect((await run(true)).findings).to.deep.equal([{ ...finding, outcome: 'removed' }]);
    expect(existsSync(what)).to.equal(false);
  });
});
