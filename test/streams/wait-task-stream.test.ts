import { expect } from 'chai';
import { switchMap, take } from 'rxjs';

import { RktError, taskNotFound } from '../../src/model/rkt-error.ts';
import { silentLogger } from '../../src/model/logger.ts';
import { createTaskRegistry, type TaskRegistry } from '../../src/registry/task-registry.ts';
import { waitTask } from '../../src/streams/wait-task-stream.ts';
import { marbles } from '../support/marbles.ts';
import { aNewTask, anExitResult } from '../support/task-specs.ts';

const result = anExitResult({ exitCode: 3 });
const values = { r: result };

type Step = (registry: TaskRegistry) => void;

const steps = {
  exit: (registry) => registry.transition('one', 'exited', { exitResult: result }),
  remove: (registry) => registry.remove('one'),
  close: (registry) => registry.close(),
} satisfies Record<string, Step>;

/** A registry with the running task `one`, to which `plan` happens: frame → step. */
function scenario(
  plan: Readonly<Record<number, Step>>,
  test: (registry: TaskRegistry, helpers: Parameters<Parameters<typeof marbles>[0]>[0]) => void,
): void {
  marbles((helpers, scheduler) => {
    const registry = createTaskRegistry({ scheduler, logger: silentLogger });
    registry.add(aNewTask('one', { phase: 'running' }));
    for (const [frame, step] of Object.entries(plan)) scheduler.schedule(() => step(registry), Number(frame));
    test(registry, helpers);
  });
}

describe('waitTask', () => {
  it('stays silent while the task runs', () => {
    scenario(
      { 2: (registry) => registry.update('one', { podId: 'p' }) },
      (registry, { expectObservable }) => {
        expectObservable(waitTask({ registry }, 'one')).toBe('-');
      },
    );
  });

  it('emits one result to every waiter when the task exits, and completes', () => {
    scenario({ 4: steps.exit }, (registry, { expectObservable }) => {
      expectObservable(waitTask({ registry }, 'one')).toBe('       ----(r|)', values);
      expectObservable(waitTask({ registry }, 'one'), '--^').toBe('----(r|)', values);
    });
  });

  it('emits at once to who comes after the exit', () => {
    scenario({ 2: steps.exit }, (registry, { expectObservable }) => {
      expectObservable(waitTask({ registry }, 'one'), '-----^').toBe('-----(r|)', values);
    });
  });

  it('looks anew for each subscription', () => {
    scenario({ 3: steps.exit }, (registry, { expectObservable }) => {
      const wait$ = waitTask({ registry }, 'one');
      expectObservable(wait$, '^!').toBe('     -');
      expectObservable(wait$, '-----^').toBe('-----(r|)', values);
    });
  });

  it('waits for the result when the task exits without one', () => {
    scenario(
      {
        2: (registry) => registry.transition('one', 'exited'),
        5: (registry) => registry.update('one', { exitResult: result }),
      },
      (registry, { expectObservable }) => {
        expectObservable(waitTask({ registry }, 'one')).toBe('-----(r|)', values);
      },
    );
  });

  it('is not misled by the exit of another task', () => {
    const exitOther: Step = (registry) => {
      registry.add(aNewTask('two', { phase: 'running' }));
      registry.transition('two', 'exited', { exitResult: anExitResult({ exitCode: 9 }) });
    };
    scenario({ 2: exitOther, 4: steps.exit }, (registry, { expectObservable }) => {
      expectObservable(waitTask({ registry }, 'one')).toBe('----(r|)', values);
    });
  });

  it('fails for a task no one knows', () => {
    scenario({}, (registry, { expectObservable }) => {
      expectObservable(waitTask({ registry }, 'two')).toBe('#', {}, taskNotFound('two'));
    });
  });

  it('fails when the task is removed without having been seen to end', () => {
    const lose: Step = (registry) => registry.transition('one', 'unknown');
    scenario({ 1: lose, 4: steps.remove }, (registry, { expectObservable }) => {
      expectObservable(waitTask({ registry }, 'one')).toBe('----#', {}, taskNotFound('one'));
    });
  });

  it('takes the result of a task that was lost for its end', () => {
    const lose: Step = (registry) => registry.transition('one', 'unknown', { exitResult: result });
    scenario({ 1: lose, 4: steps.remove }, (registry, { expectObservable }) => {
      expectObservable(waitTask({ registry }, 'one')).toBe('     -(r|)', values);
      expectObservable(waitTask({ registry }, 'one'), '--^').toBe('--(r|)', values);
    });
  });

  it('emits the result of a task that is removed with one', () => {
    marbles(({ expectObservable }, scheduler) => {
      const registry = createTaskRegistry({ scheduler, logger: silentLogger });
      registry.add(aNewTask('one', { phase: 'starting', exitResult: result }));
      scheduler.schedule(() => registry.remove('one'), 4);
      expectObservable(waitTask({ registry }, 'one')).toBe('----(r|)', values);
    });
  });

  it('does not wait for a later task of the same id', () => {
    const lose: Step = (registry) => registry.transition('one', 'unknown');
    const again: Step = (registry) => {
      registry.add(aNewTask('one', { phase: 'running', startToken: 'another start' }));
      steps.exit(registry);
    };
    scenario({ 1: lose, 2: steps.remove, 3: again }, (registry, { expectObservable }) => {
      expectObservable(waitTask({ registry }, 'one')).toBe('               --#', {}, taskNotFound('one'));
      expectObservable(waitTask({ registry }, 'one'), '-----^').toBe('-----(r|)', values);
    });
  });

  it('does not take the removal of an earlier task of the same id for that of its own', () => {
    marbles(({ expectObservable }, scheduler) => {
      const registry = createTaskRegistry({ scheduler, logger: silentLogger });
      registry.add(aNewTask('one'));
      scheduler.schedule(() => registry.update('one', {}), 1);
      scheduler.schedule(() => registry.transition('one', 'exited', { exitResult: result }), 3);
      const end$ = registry.changes$.pipe(
        take(1),
        switchMap(() => {
          registry.remove('one');
          registry.add(aNewTask('one', { phase: 'running', startToken: 'another start' }));
          // The removal is still on its way to the subscribers.
          return waitTask({ registry }, 'one');
        }),
      );
      expectObservable(end$).toBe('---(r|)', values);
    });
  });

  it('fails at shutdown, and after it', () => {
    const error = new RktError('RKT_ERR_SHUTDOWN', '');
    scenario({ 3: steps.close }, (registry, { expectObservable }) => {
      expectObservable(waitTask({ registry }, 'one')).toBe('---#', {}, error);
      expectObservable(waitTask({ registry }, 'one'), '-----^').toBe('-----#', {}, error);
      expectObservable(waitTask({ registry }, 'unknown'), '-----^').toBe('-----#', {}, error);
    });
  });

  it('leaves no subscription behind', () => {
    scenario({ 4: steps.exit }, (registry, { expectObservable, hot, expectSubscriptions, flush }) => {
      const changes$ = hot<never>('-');
      const spied = { changesOf: () => changes$, require: (id: string) => registry.require(id) };
      expectObservable(waitTask({ registry: spied }, 'one'), '^--!').toBe('-');
      expectSubscriptions(changes$.subscriptions).toBe('                   ^--!');
      flush();
      expect(changes$.subscriptions).to.have.length(1);
    });
  });
});
