import { expect } from 'chai';
import { TestScheduler } from 'rxjs/testing';

import { silentLogger, type Logger } from '../../src/model/logger.ts';
import type { TaskEvent } from '../../src/model/task-event.ts';
import type { TaskChange } from '../../src/registry/task-change.ts';
import { createTaskRegistry, type TaskRegistry } from '../../src/registry/task-registry.ts';
import { expectRktError } from '../support/errors.ts';
import { exitAnnotations } from '../../src/model/exit-text.ts';
import { aNewTask, aTaskSpec, anExitResult } from '../support/task-specs.ts';

function aRegistry(logger: Logger = silentLogger): TaskRegistry {
  return createTaskRegistry({ scheduler: new TestScheduler(() => undefined), logger });
}

function changesOf(registry: TaskRegistry): TaskChange[] {
  const changes: TaskChange[] = [];
  registry.changes$.subscribe((change) => changes.push(change));
  return changes;
}

describe('TaskRegistry.add', () => {
  it('fills in what a new task does not say', () => {
    const registry = aRegistry();
    const spec = aTaskSpec('one', { name: 'web', allocId: 'alloc' });
    const record = registry.add({ id: 'one', spec, startToken: 'token' });
    expect(record).to.deep.equal({
      id: 'one',
      name: 'web',
      allocId: 'alloc',
      spec,
      startToken: 'token',
      phase: 'preparing',
      cgroupPaths: [],
      stopRequested: false,
    });
    expect(registry.get('one')).to.equal(record);
  });

  it('calls a task without a name by its id', () => {
    expect(aRegistry().add(aNewTask('one')).name).to.equal('one');
  });

  it('takes a recovered task in any phase', () => {
    const record = aRegistry().add(aNewTask('one', { phase: 'unknown', podId: 'pod' }));
    expect(record).to.include({ phase: 'unknown', podId: 'pod' });
  });

  it('refuses an id that is known', () => {
    const registry = aRegistry();
    registry.add(aNewTask());
    const error = expectRktError(() => registry.add(aNewTask()), 'RKT_ERR_TASK_EXISTS');
    expect(error.details.taskId).to.equal('one');
  });

  it('takes the id of a task that was removed', () => {
    const registry = aRegistry();
    registry.add(aNewTask());
    registry.remove('one');
    expect(registry.add(aNewTask('one', { startToken: 'second' })).startToken).to.equal('second');
  });
});

describe('TaskRegistry.transition', () => {
  it('changes phase and patch in one step', () => {
    const registry = aRegistry();
    const previous = registry.add(aNewTask('one', { phase: 'running' }));
    const changes = changesOf(registry);
    const exitResult = anExitResult();
    const record = registry.transition('one', 'exited', { exitResult });
    expect(record).to.deep.equal({ ...previous, phase: 'exited', exitResult });
    expect(changes).to.deep.equal([{ kind: 'changed', record, previous }]);
  });

  it('leaves the task and its watchers alone when it is illegal', () => {
    const registry = aRegistry();
    const record = registry.add(aNewTask());
    const changes = changesOf(registry);
    expectRktError(() => registry.transition('one', 'running', { podId: 'pod' }), 'RKT_ERR_TRANSITION');
    expect(registry.get('one')).to.equal(record);
    expect(changes).to.deep.equal([]);
  });

  it('cannot be tricked into another phase or id by its patch', () => {
    const registry = aRegistry();
    registry.add(aNewTask());
    const patch = { id: 'two', phase: 'exited' as const, podId: 'pod' };
    expect(registry.transition('one', 'starting', patch)).to.include({
      id: 'one',
      phase: 'starting',
      podId: 'pod',
    });
    expect(registry.update('one', patch)).to.include({ id: 'one', phase: 'starting' });
  });

  it('logs phases by name', () => {
    const logged: object[] = [];
    const registry = aRegistry({ ...silentLogger, debug: (fields) => logged.push(fields) });
    registry.add(aNewTask());
    registry.transition('one', 'starting');
    expect(logged).to.deep.equal([{ taskId: 'one', from: 'preparing', to: 'starting' }]);
  });
});

describe('TaskRegistry.update', () => {
  it('publishes the new record and the one before', () => {
    const registry = aRegistry();
    const previous = registry.add(aNewTask());
    const changes = changesOf(registry);
    const record = registry.update('one', { podId: 'pod', cgroupPaths: ['/c'] });
    expect(record).to.include({ podId: 'pod', phase: 'preparing' });
    expect(changes).to.deep.equal([{ kind: 'changed', record, previous }]);
    expect(previous.podId).to.equal(undefined);
  });
});

describe('TaskRegistry', () => {
  for (const [name, call] of [
    ['require', (registry: TaskRegistry) => registry.require('two')],
    ['transition', (registry: TaskRegistry) => registry.transition('two', 'starting')],
    ['update', (registry: TaskRegistry) => registry.update('two', {})],
    ['remove', (registry: TaskRegistry) => registry.remove('two')],
    [
      'emit',
      (registry: TaskRegistry) =>
        registry.emit('started', 'two', { message: 'hello', annotations: { pid: '1', pod: 'p' } }),
    ],
  ] as const) {
    it(`says in ${name} that a task is not known`, () => {
      const error = expectRktError(() => call(aRegistry()), 'RKT_ERR_TASK_NOT_FOUND');
      expect(error.message).to.include('task not found for given id: "two"');
    });
  }

  for (const [name, call] of [
    ['add', (registry: TaskRegistry) => registry.add(aNewTask('two'))],
    ['require', (registry: TaskRegistry) => registry.require('one')],
    ['transition', (registry: TaskRegistry) => registry.transition('one', 'starting')],
    ['update', (registry: TaskRegistry) => registry.update('one', {})],
    ['remove', (registry: TaskRegistry) => registry.remove('one')],
    [
      'emit',
      (registry: TaskRegistry) =>
        registry.emit('started', 'one', { message: 'hello', annotations: { pid: '1', pod: 'p' } }),
    ],
  ] as const) {
    it(`refuses ${name} after it was closed`, () => {
      const registry = aRegistry();
      registry.add(aNewTask());
      registry.close();
      expectRktError(() => call(registry), 'RKT_ERR_SHUTDOWN');
      expect(registry.list()).to.have.length(1);
      expect(registry.get('one')?.phase).to.equal('preparing');
    });
  }

  it('completes its streams once, however often it is closed', () => {
    const registry = aRegistry();
    const completed: string[] = [];
    registry.changes$.subscribe({ complete: () => completed.push('changes') });
    registry.events$.subscribe({ complete: () => completed.push('events') });
    registry.close();
    registry.close();
    expect(completed).to.deep.equal(['changes', 'events']);
  });

  it('lists tasks in the order they were added, changed or not', () => {
    const registry = aRegistry();
    ['b', 'a', 'c'].forEach((id) => registry.add(aNewTask(id)));
    registry.transition('b', 'starting');
    expect(registry.list().map(({ id }) => id)).to.deep.equal(['b', 'a', 'c']);
  });

  it('hands out nothing that can be changed', () => {
    const registry = aRegistry();
    const record = registry.add(aNewTask());
    expect(record).to.be.frozen;
    expect(registry.update('one', {})).to.be.frozen;
    expect(registry.changes$).not.to.respondTo('next');
    expect(registry.events$).not.to.respondTo('next');
  });

  it('shows the new state to those it reports of a change', () => {
    const registry = aRegistry();
    const seen: unknown[] = [];
    registry.changes$.subscribe(({ record }) => seen.push(registry.get(record.id) === record));
    registry.add(aNewTask());
    registry.transition('one', 'starting');
    expect(seen).to.deep.equal([true, true]);
  });

  it('reports everybody of a change before the one that a subscriber makes', () => {
    const registry = aRegistry();
    registry.changes$.subscribe(({ record }) => {
      if (record.phase === 'preparing') registry.transition('one', 'starting');
    });
    const changes = changesOf(registry);
    registry.add(aNewTask());
    expect(changes.map(({ record }) => record.phase)).to.deep.equal(['preparing', 'starting']);
  });

  it('delivers what came before a close that a subscriber asks for', () => {
    const registry = aRegistry();
    const seen: string[] = [];
    registry.changes$.subscribe(({ kind }) => {
      if (kind !== 'added') return;
      registry.emit('prepared', 'one', { message: 'ready', annotations: { pod: 'p', image: 'i' } });
      registry.close();
    });
    registry.events$.subscribe({
      next: ({ kind }) => seen.push(kind),
      complete: () => seen.push('complete'),
    });
    registry.add(aNewTask());
    expect(seen).to.deep.equal(['prepared', 'complete']);
  });
});

describe('TaskRegistry.emit', () => {
  it('builds the event from the record and the clock', () => {
    const scheduler = new TestScheduler(() => undefined);
    scheduler.frame = 42;
    const registry = createTaskRegistry({ scheduler, logger: silentLogger });
    const events: TaskEvent[] = [];
    registry.events$.subscribe((event) => events.push(event));
    registry.add({ ...aNewTask(), spec: aTaskSpec('one', { name: 'web', allocId: 'alloc' }) });
    const annotations = exitAnnotations(anExitResult({ exitCode: 3 }));
    registry.emit('exited', 'one', { message: 'task exited with code 3', annotations });
    expect(events).to.deep.equal([
      {
        id: 'start-of-one.exited',
        kind: 'exited',
        taskId: 'one',
        taskName: 'web',
        allocId: 'alloc',
        timeMs: 42,
        message: 'task exited with code 3',
        annotations,
      },
    ]);
    expect(events[0]).to.be.frozen;
    expect(events[0]?.annotations).to.be.frozen;
  });

  it('gives what happens once the same id in every driver, and what happens again one of its own', () => {
    const idsOf = (instance?: string): readonly string[] => {
      const ids: string[] = [];
      const scheduler = new TestScheduler(() => undefined);
      const registry = createTaskRegistry({ scheduler, logger: silentLogger, ...(instance && { instance }) });
      registry.events$.subscribe(({ id }) => ids.push(id));
      registry.add(aNewTask());
      for (const kind of ['started', 'signaled', 'signaled', 'exited', 'exited'] as const)
        registry.emit(kind, 'one', {
          message: '',
          annotations: {
            pid: '1',
            pod: 'p',
            signal: '1',
            ...exitAnnotations(anExitResult()),
          },
        });
      return ids;
    };
    expect(idsOf('x')).to.deep.equal([
      'start-of-one.started',
      'start-of-one.signaled.x.1',
      'start-of-one.signaled.x.2',
      'start-of-one.exited',
    ]);
    expect(new Set([...idsOf(), ...idsOf()]).size).to.equal(6);
  });

  it('takes the record of a task that was removed', () => {
    const registry = aRegistry();
    const record = registry.add(aNewTask());
    registry.remove('one');
    registry.emit('destroyed', record, { message: 'task destroyed', annotations: {} });
    expect([...registry.lastEvents(10)].map(({ kind }) => kind)).to.deep.equal(['destroyed']);
  });

  it('logs the event with its annotations', () => {
    const logged: [object, string][] = [];
    const registry = aRegistry({
      ...silentLogger,
      info: (fields, message) => logged.push([fields, message]),
    });
    registry.add(aNewTask());
    registry.emit('signaled', 'one', { message: 'sent SIGHUP', annotations: { signal: 'SIGHUP' } });
    expect(logged).to.deep.equal([[{ taskId: 'one', kind: 'signaled', signal: 'SIGHUP' }, 'sent SIGHUP']]);
  });
});
