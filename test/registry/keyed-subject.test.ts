import { expect } from 'chai';

import { silentLogger } from '../../src/model/logger.ts';
import { createKeyedSubject } from '../../src/registry/keyed-subject.ts';
import { createTaskRegistry } from '../../src/registry/task-registry.ts';
import { waitTask } from '../../src/streams/wait-task-stream.ts';
import { marbles } from '../support/marbles.ts';
import { aNewTask, anExitResult } from '../support/task-specs.ts';

const TASKS = 1_000;

describe('createKeyedSubject', () => {
  it('gives a value to the subscribers of its key alone', () => {
    const subject = createKeyedSubject<number>();
    const seen: string[] = [];
    subject.of('a').subscribe((value) => seen.push(`a${value}`));
    subject.of('b').subscribe((value) => seen.push(`b${value}`));
    subject.of('a').subscribe((value) => seen.push(`A${value}`));
    subject.next('a', 1);
    subject.next('b', 2);
    subject.next('c', 3);
    expect(seen).to.deep.equal(['a1', 'A1', 'b2']);
  });

  it('goes on for those who are left, and begins anew when all have left', () => {
    const subject = createKeyedSubject<number>();
    const seen: string[] = [];
    const first = subject.of('a').subscribe((value) => seen.push(`first ${value}`));
    const second = subject.of('a').subscribe((value) => seen.push(`second ${value}`));
    first.unsubscribe();
    subject.next('a', 1);
    second.unsubscribe();
    subject.next('a', 2);
    subject.of('a').subscribe((value) => seen.push(`third ${value}`));
    subject.next('a', 3);
    expect(seen).to.deep.equal(['second 1', 'third 3']);
  });

  it('completes all its streams, later ones at once', () => {
    const subject = createKeyedSubject<number>();
    const seen: string[] = [];
    subject.of('a').subscribe({ complete: () => seen.push('early') });
    subject.complete();
    subject.of('b').subscribe({ complete: () => seen.push('late') });
    subject.next('a', 1);
    expect(seen).to.deep.equal(['early', 'late']);
  });
});

describe('1,000 exits with a waiter each', () => {
  it('cost one callback each, in the order of the exits', () => {
    marbles((_, scheduler) => {
      const registry = createTaskRegistry({ scheduler, logger: silentLogger });
      const ids = Array.from({ length: TASKS }, (_each, index) => `task-${index}`);
      for (const id of ids) registry.add(aNewTask(id, { phase: 'running' }));
      let callbacks = 0;
      for (const id of ids) registry.changesOf(`start-of-${id}`).subscribe(() => (callbacks += 1));
      const ended: string[] = [];
      for (const id of ids) waitTask({ registry }, id).subscribe(() => ended.push(id));
      for (const id of ids) registry.transition(id, 'exited', { exitResult: anExitResult({ exitCode: 1 }) });
      expect(callbacks).to.equal(TASKS);
      expect(ended).to.deep.equal(ids);
    });
  });
});
