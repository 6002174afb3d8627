import { expect } from 'chai';
import { map, take } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';

import { silentLogger } from '../../src/model/logger.ts';
import type { TaskEvent } from '../../src/model/task-event.ts';
import { createTaskRegistry, type TaskRegistry } from '../../src/registry/task-registry.ts';
import { taskEvents, type TaskEventsOptions } from '../../src/streams/task-events-stream.ts';
import { marbles } from '../support/marbles.ts';
import { exitAnnotations } from '../../src/model/exit-text.ts';
import { aNewTask, anExitResult } from '../support/task-specs.ts';

function aRegistry(scheduler = new TestScheduler(() => undefined)): TaskRegistry {
  const registry = createTaskRegistry({ scheduler, logger: silentLogger, instance: 'here' });
  registry.add(aNewTask());
  return registry;
}

function emit(registry: TaskRegistry, ...messages: readonly string[]): void {
  messages.forEach((message) => registry.emit('signaled', 'one', { message, annotations: { signal: '1' } }));
}

/** The messages a subscriber of this moment gets, in a list that goes on growing. */
function listen(registry: TaskRegistry, options?: TaskEventsOptions): string[] {
  const messages: string[] = [];
  taskEvents({ registry }, options).subscribe((event) => messages.push(event.message));
  return messages;
}

describe('taskEvents', () => {
  it('stays silent while nothing happens', () => {
    marbles(({ expectObservable }, scheduler) => {
      const registry = aRegistry(scheduler);
      expectObservable(taskEvents({ registry })).toBe('-');
      expectObservable(taskEvents({ registry }, { replay: true })).toBe('-');
    });
  });

  it('completes at shutdown, and at once after it', () => {
    marbles(({ expectObservable }, scheduler) => {
      const registry = aRegistry(scheduler);
      scheduler.schedule(() => registry.close(), 3);
      expectObservable(taskEvents({ registry })).toBe('---|');
      expectObservable(taskEvents({ registry }), '-----^').toBe('-----|');
    });
  });

  it('reports every subscriber of each event when it happens', () => {
    marbles(({ expectObservable }, scheduler) => {
      const registry = aRegistry(scheduler);
      const event = (timeMs: number, number: number): TaskEvent => ({
        id: `start-of-one.signaled.here.${number}`,
        kind: 'signaled',
        taskId: 'one',
        taskName: 'one',
        timeMs,
        message: 'done',
        annotations: { signal: '3' },
      });
      for (const time of [2, 5]) {
        scheduler.schedule(
          () => registry.emit('signaled', 'one', { message: 'done', annotations: { signal: '3' } }),
          time,
        );
      }
      const values = { a: event(2, 1), b: event(5, 2) };
      expectObservable(taskEvents({ registry })).toBe('         --a--b', values);
      expectObservable(taskEvents({ registry }), '^--!').toBe(' --a', values);
      expectObservable(taskEvents({ registry }), '---^').toBe(' -----b', values);
    });
  });

  it('replays nothing after shutdown', () => {
    marbles(({ expectObservable }, scheduler) => {
      const registry = aRegistry(scheduler);
      emit(registry, 'a');
      registry.close();
      expectObservable(taskEvents({ registry }, { replay: true })).toBe('|');
    });
  });

  it('reports once what happens once in a life', () => {
    marbles(({ expectObservable }, scheduler) => {
      const registry = aRegistry(scheduler);
      for (const time of [1, 3])
        scheduler.schedule(
          () =>
            registry.emit('exited', 'one', { message: 'done', annotations: exitAnnotations(anExitResult()) }),
          time,
        );
      scheduler.schedule(
        () => registry.emit('signaled', 'one', { message: 'x', annotations: { signal: '1' } }),
        4,
      );
      expectObservable(taskEvents({ registry }).pipe(map(({ kind }) => kind.charAt(0)))).toBe('-e--s');
    });
  });

  for (const [replay, expected] of [
    [undefined, ''],
    [false, ''],
    [0, ''],
    [-3, ''],
    [Number.NaN, ''],
    [1, 'd'],
    [2.9, 'cd'],
    [100, 'abcd'],
    [Number.POSITIVE_INFINITY, 'abcd'],
    [true, 'abcd'],
  ] as const) {
    it(`replays "${expected}" of abcd when asked for ${String(replay)}, then goes on`, () => {
      const registry = aRegistry();
      emit(registry, 'a', 'b', 'c', 'd');
      const messages = listen(registry, replay === undefined ? {} : { replay });
      emit(registry, 'e');
      expect(messages.join('')).to.equal(`${expected}e`);
    });
  }

  it('keeps the last 1000 events', () => {
    const registry = aRegistry();
    emit(registry, ...Array.from({ length: 1_005 }, (_, index) => `event ${index}`));
    const messages = listen(registry, { replay: true });
    expect(messages).to.have.length(1_000);
    expect(messages[0]).to.equal('event 5');
    expect(messages.at(-1)).to.equal('event 1004');
  });

  it('keeps events that happened while no one listened', () => {
    const registry = aRegistry();
    const first = listen(registry, { replay: true });
    emit(registry, 'a');
    const second = listen(registry, { replay: true });
    expect([first, second]).to.deep.equal([['a'], ['a']]);
  });

  it('replays anew for each subscription', () => {
    const registry = aRegistry();
    const events$ = taskEvents({ registry }, { replay: true });
    const seen: string[] = [];
    emit(registry, 'a');
    events$.subscribe(({ message }) => seen.push(`1${message}`)).unsubscribe();
    emit(registry, 'b');
    events$.subscribe(({ message }) => seen.push(`2${message}`));
    expect(seen).to.deep.equal(['1a', '2a', '2b']);
  });

  it('neither loses nor doubles an event that happens during the replay', () => {
    const registry = aRegistry();
    emit(registry, 'a', 'b');
    const messages: string[] = [];
    taskEvents({ registry }, { replay: true }).subscribe(({ message }) => {
      messages.push(message);
      if (message === 'a') emit(registry, 'c');
      if (message === 'c') emit(registry, 'd');
    });
    emit(registry, 'e');
    expect(messages.join('')).to.equal('abcde');
  });

  it('replays the event being delivered once to who subscribes from inside its delivery', () => {
    const registry = aRegistry();
    const inner: string[][] = [];
    taskEvents({ registry }).subscribe(({ message }) => {
      if (message === 'a') inner.push(listen(registry, { replay: true }));
    });
    emit(registry, 'a', 'b');
    expect(inner).to.deep.equal([['a', 'b']]);
  });

  it('reports everybody of an event before the one that a subscriber adds', () => {
    const registry = aRegistry();
    taskEvents({ registry }).subscribe(({ message }) => {
      if (message === 'a') emit(registry, 'b');
    });
    const behind = listen(registry);
    emit(registry, 'a');
    expect(behind).to.deep.equal(['a', 'b']);
  });

  it('stops in the middle of a replay when the subscriber leaves', () => {
    const registry = aRegistry();
    emit(registry, 'a', 'b', 'c');
    const messages: string[] = [];
    taskEvents({ registry }, { replay: true })
      .pipe(take(2))
      .subscribe(({ message }) => messages.push(message));
    emit(registry, 'd');
    expect(messages).to.deep.equal(['a', 'b']);
  });
});
