import { expect } from 'chai';
import { map } from 'rxjs';

import { silentLogger } from '../../src/model/logger.ts';
import { createTaskRegistry, type TaskRegistry } from '../../src/registry/task-registry.ts';
import { tasks } from '../../src/streams/tasks-stream.ts';
import { marbles } from '../support/marbles.ts';
import { aNewTask, anExitResult } from '../support/task-specs.ts';

/** `id:phase` of all tasks. */
function phases(registry: TaskRegistry) {
  return tasks({ registry }).pipe(map((list) => list.map((task) => `${task.id}:${task.phase}`).join(' ')));
}

describe('tasks', () => {
  it('begins with the present tasks, of which there may be none', () => {
    marbles(({ expectObservable }, scheduler) => {
      const registry = createTaskRegistry({ scheduler, logger: silentLogger });
      expectObservable(phases(registry)).toBe('a', { a: '' });
    });
  });

  it('emits once for all changes of the same moment', () => {
    marbles(({ expectObservable }, scheduler) => {
      const registry = createTaskRegistry({ scheduler, logger: silentLogger });
      registry.add(aNewTask('one'));
      scheduler.schedule(() => {
        registry.add(aNewTask('two'));
        registry.transition('one', 'starting');
        registry.transition('one', 'running');
      }, 3);
      scheduler.schedule(() => registry.transition('one', 'exited', { exitResult: anExitResult() }), 6);
      const values = {
        a: 'one:preparing',
        b: 'one:running two:preparing',
        c: 'one:exited two:preparing',
      };
      expectObservable(phases(registry)).toBe('         a--b--c', values);
      expectObservable(phases(registry), '----^').toBe('----b-c', values);
      expectObservable(phases(registry), '^---!').toBe('a--b', values);
    });
  });

  it('begins with a change that was not yet reported to the others, and does not repeat it', () => {
    marbles(({ expectObservable }, scheduler) => {
      const registry = createTaskRegistry({ scheduler, logger: silentLogger });
      scheduler.schedule(() => registry.add(aNewTask('one')), 3);
      const values = { a: '', b: 'one:preparing' };
      expectObservable(phases(registry)).toBe('        a--b', values);
      expectObservable(phases(registry), '---^').toBe('---b', values);
    });
  });

  it('waits once for all subscribers together', () => {
    marbles((_, scheduler) => {
      const registry = createTaskRegistry({ scheduler, logger: silentLogger });
      const subscriptions = [1, 2, 3].map(() => phases(registry).subscribe());
      registry.add(aNewTask('one'));
      expect(scheduler.actions).to.have.length(1);
      subscriptions.forEach((subscription) => subscription.unsubscribe());
      expect(scheduler.actions.filter((action) => !action.closed)).to.have.length(0);
    });
  });

  it('shows removals', () => {
    marbles(({ expectObservable }, scheduler) => {
      const registry = createTaskRegistry({ scheduler, logger: silentLogger });
      registry.add(aNewTask('one'));
      scheduler.schedule(() => registry.remove('one'), 2);
      expectObservable(phases(registry)).toBe('a-b', { a: 'one:preparing', b: '' });
    });
  });

  it('completes at shutdown, with the last change reported before', () => {
    marbles(({ expectObservable }, scheduler) => {
      const registry = createTaskRegistry({ scheduler, logger: silentLogger });
      scheduler.schedule(() => {
        registry.add(aNewTask('one'));
        registry.close();
      }, 2);
      expectObservable(phases(registry)).toBe('a-(b|)', { a: '', b: 'one:preparing' });
      expectObservable(phases(registry), '----^').toBe('----|');
    });
  });
});
