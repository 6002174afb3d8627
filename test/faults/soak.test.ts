import { spawn } from 'node:child_process';

import { expect } from 'chai';

import { requires } from '../support/requirements.ts';
import { until } from '../support/until.ts';
import { unexplainedPods } from './soak/clean-up.ts';
import { recordingScript } from './soak/record.ts';
import { runSoak, TARGETS, type TargetName } from './soak/run-soak.ts';
import { isSound, soakTable } from './soak/table.ts';
import { judge, type Life } from './soak/verdict.ts';
import { findVictims } from './soak/victims.ts';

const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const exit = (exitCode: number | undefined) => ({ exitCode, signal: undefined });
let sessions = 0;
const event = (id: string | undefined, isRepeated: boolean, session = (sessions += 1)) => ({
  ...{ id, taskId: 'a', isRepeated, session },
  exit: exit(3),
});

describe('tasks under random kills', function () {
  this.timeout(400_000);

  for (const target of Object.keys(TARGETS) as TargetName[]) {
    it(`lose, invent, double and leak nothing, driven by the ${target} (seed ${SEED})`, async function () {
      requires(this, 'root', 'pods');
      const result = await runSoak({ target, durationMs: 5_000, kills: 6, seed: SEED });
      expect(isSound(result), soakTable([result])).to.equal(true);
      expect(result.lives.length).to.be.at.least(4);
      expect([...result.kills.values()].reduce((sum, count) => sum + count, 0)).to.equal(6);
    });
  }
});

describe('the victims of a run', () => {
  it('are no apps of another run', async () => {
    const script = recordingScript({ recordDir: '/here/record', taskId: 'a' }, 1_000, 0);
    const app = spawn('/bin/sh', ['-c', script], { stdio: 'ignore' });
    try {
      const foundIn = (base: string) =>
        findVictims({ base, options: { dataDir: `${base}/data`, rktDir: `${base}/rkt` } });
      let found = foundIn('/here');
      // A child that the shell has forked for a command has its arguments until it executes that.
      await until('only the shell has them', () => (found = foundIn('/here')).length === 1);
      expect(found.map(({ kind, pid, taskId }) => ({ kind, pid, taskId }))).to.deep.equal([
        { kind: 'app', pid: app.pid, taskId: 'a' },
      ]);
      expect(foundIn('/there')).to.deep.equal([]);
    } finally {
      app.kill('SIGKILL');
    }
  });
});

describe('the verdict on a life', () => {
  const aLife: Life = {
    id: 'a',
    outcome: 'started',
    record: { started: true, ending: 3 },
    recordInTheEnd: { started: true, ending: 3 },
    killed: new Set(),
    exits: [exit(3)],
    events: [],
  };
  const faults = (more: Partial<Life>): readonly string[] =>
    judge({ ...aLife, recordInTheEnd: more.record ?? aLife.record, ...more }).map(({ fault }) => fault);

  it('is clean when all say the same', () => {
    expect(faults({ events: [event('1', false), event('1', true)] })).to.deep.equal([]);
  });

  it('is lost when no one reported the end, or it was reported as unknown while its shim lived', () => {
    expect(faults({ exits: [] })).to.deep.equal(['lost']);
    expect(faults({ exits: [exit(undefined)] })).to.deep.equal(['lost']);
    expect(faults({ exits: [exit(undefined)], killed: new Set(['shim']) })).to.deep.equal([]);
    expect(faults({ exits: [], outcome: 'refused' })).to.deep.equal(['lost']);
  });

  it('is lost when a start was undone without a reason, or its app went on', () => {
    const undone: Partial<Life> = { exits: [], outcome: 'undone', killed: new Set(['driver']) };
    expect(faults(undone)).to.deep.equal([]);
    expect(faults({ ...undone, killed: new Set() })).to.deep.equal(['lost']);
    const record = { started: true, ending: undefined };
    expect(faults({ ...undone, record, recordInTheEnd: { started: true, ending: 3 } })).to.deep.equal([
      'lost',
    ]);
  });

  it('is invented when the app wrote down no such end', () => {
    expect(faults({ exits: [exit(4)] })).to.deep.equal(['invented']);
    expect(faults({ record: { started: false, ending: undefined } })).to.deep.equal(['invented']);
    const killed = { exits: [exit(137)], record: { started: true, ending: undefined } };
    expect(faults(killed)).to.deep.equal(['invented']);
    expect(faults({ ...killed, killed: new Set(['app']) })).to.deep.equal([]);
  });

  it('is doubled when two events of its end are not marked, or have two ids', () => {
    expect(faults({ events: [event('1', false), event('1', false)] })).to.deep.equal(['doubled']);
    expect(faults({ events: [event('1', false), event('2', true)] })).to.deep.equal(['doubled']);
    expect(faults({ events: [event(undefined, false, 1), event(undefined, false, 1)] })).to.include(
      'doubled',
    );
  });
});

describe('a pod that is left', () => {
  const killed = (command: string) => ({ kind: 'rkt', pid: 2, taskId: undefined, command }) as const;

  it('is excused by an rkt that was killed at it, or at one prepare each, and by nothing else', () => {
    const pods = ['pod exited-garbage/u1', 'pod prepare/u2', 'pod embryo/u3'];
    expect(unexplainedPods(pods, [])).to.deep.equal(pods);
    expect(unexplainedPods(pods, [killed('rkt rm u1'), killed('rkt prepare image')])).to.deep.equal([
      'pod embryo/u3',
    ]);
    expect(unexplainedPods(['pod run/u4'], [killed('rkt prepare image')])).to.deep.equal(['pod run/u4']);
  });
});
