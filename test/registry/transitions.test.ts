import { expect } from 'chai';
import { readFile } from 'node:fs/promises';

import { TASK_PHASES } from '../../src/model/task-status.ts';
import {
  LEGAL_TRANSITIONS,
  REMOVABLE_PHASES,
  checkRemoval,
  checkTransition,
} from '../../src/registry/transitions.ts';
import { expectRktError } from '../support/errors.ts';

describe('LEGAL_TRANSITIONS', () => {
  for (const from of TASK_PHASES) {
    for (const to of TASK_PHASES) {
      const isLegal = LEGAL_TRANSITIONS[from].includes(to);
      it(`${isLegal ? 'lets' : 'does not let'} ${from} become ${to}`, () => {
        const check = (): void => checkTransition('one', from, to);
        if (isLegal) {
          check();
          return;
        }
        const error = expectRktError(check, 'RKT_ERR_TRANSITION');
        expect(error.message).to.include(`"one" is ${from} and cannot become ${to}`);
        expect(error.details.taskId).to.equal('one');
      });
    }
  }

  it('reaches every phase from preparing', () => {
    const reached = new Set(['preparing' as const, ...LEGAL_TRANSITIONS.preparing]);
    for (const phase of reached) for (const next of LEGAL_TRANSITIONS[phase]) reached.add(next);
    expect([...reached].sort()).to.deep.equal([...TASK_PHASES].sort());
  });

  it('ends every life in exited or in removal', () => {
    for (const phase of TASK_PHASES) {
      expect(REMOVABLE_PHASES.includes(phase) || LEGAL_TRANSITIONS[phase].includes('exited'), phase).to.equal(
        true,
      );
    }
  });
});

describe('checkRemoval', () => {
  for (const phase of TASK_PHASES) {
    const isLegal = REMOVABLE_PHASES.includes(phase);
    it(`${isLegal ? 'allows' : 'refuses'} it for a task that is ${phase}`, () => {
      const check = (): void => checkRemoval('one', phase);
      if (isLegal) {
        check();
        return;
      }
      expect(expectRktError(check, 'RKT_ERR_TRANSITION').message).to.include(phase);
    });
  }
});

describe('docs/task-states.md', () => {
  it('shows the same table', async () => {
    const page = await readFile(new URL('../../docs/task-states.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `(?<from>\w+)` +\| (?<to>[^|]*)\| (?<removable>yes|no) +\|/gm)].map(
      ({ groups }) => ({
        from: groups?.from,
        to: [...(groups?.to ?? '').matchAll(/`(\w+)`/g)].map((match) => match[1]),
        removable: groups?.removable,
      }),
    );
    const table = TASK_PHASES.map((phase) => ({
      from: phase,
      to: [...LEGAL_TRANSITIONS[phase]],
      removable: REMOVABLE_PHASES.includes(phase) ? 'yes' : 'no',
    }));
    expect(rows).to.deep.equal(table);
  });
});
