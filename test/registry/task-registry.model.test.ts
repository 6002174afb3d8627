import { expect } from 'chai';
import fc from 'fast-check';
import { TestScheduler } from 'rxjs/testing';

import type { ErrorCode } from '../../src/model/error-catalogue.ts';
import { isRktError } from '../../src/model/rkt-error.ts';
import { silentLogger } from '../../src/model/logger.ts';
import { TASK_PHASES, type TaskPhase } from '../../src/model/task-status.ts';
import type { TaskRecord } from '../../src/registry/task-record.ts';
import { createTaskRegistry, type TaskRegistry } from '../../src/registry/task-registry.ts';
import { aNewTask } from '../support/task-specs.ts';

/** What may follow what, written down a second time, in the order of a task's life. */
const ARROWS: ReadonlySet<string> = new Set([
  'preparing>starting',
  'preparing>exited',
  'starting>running',
  'starting>exited',
  'running>stopping',
  'running>exited',
  'running>unknown',
  'stopping>exited',
  'stopping>unknown',
  'unknown>running',
  'unknown>exited',
]);

interface ModelTask {
  readonly phase: TaskPhase;
  readonly podId: string | undefined;
}

interface Model {
  readonly tasks: Map<string, ModelTask>;
  events: number;
  isClosed: boolean;
}

/** The registry, and what its streams reported somebody who knows it by them alone. */
interface Real {
  readonly registry: TaskRegistry;
  readonly reported: Map<string, TaskRecord>;
  readonly counts: { events: number };
}

type Step = fc.Command<Model, Real>;

function outcome(action: () => unknown): ErrorCode | 'ok' {
  try {
    action();
    return 'ok';
  } catch (error) {
    if (isRktError(error)) return error.code;
    throw error;
  }
}

function step(
  name: string,
  run: (real: Real) => unknown,
  expected: (model: Model) => ErrorCode | 'ok',
  apply: (model: Model) => void,
): Step {
  return {
    check: () => true,
    run(model, real) {
      const result = model.isClosed ? 'RKT_ERR_SHUTDOWN' : expected(model);
      expect(outcome(() => run(real))).to.equal(result);
      if (result === 'ok') apply(model);
      compare(model, real);
    },
    toString: () => name,
  };
}

function compare(model: Model, { registry, reported, counts }: Real): void {
  const expected = [...model.tasks].map(([id, task]) => ({ id, ...task }));
  const view = ({ id, phase, podId }: TaskRecord) => ({ id, phase, podId });
  expect(registry.list().map(view)).to.deep.equal(expected);
  expect([...reported.values()].map(view)).to.deep.equal(expected);
  expect(counts.events).to.equal(model.events);
  expect([...registry.lastEvents(1_000)]).to.have.length(model.isClosed ? 0 : model.events);
}

const id = fc.constantFrom('a', 'b', 'c');
const phase = fc.constantFrom(...TASK_PHASES);

const commands: readonly fc.Arbitrary<Step>[] = [
  fc.tuple(id, phase).map(([task, first]) =>
    step(
      `add ${task} ${first}`,
      ({ registry }) => registry.add(aNewTask(task, { phase: first })),
      ({ tasks }) => (tasks.has(task) ? 'RKT_ERR_TASK_EXISTS' : 'ok'),
      ({ tasks }) => tasks.set(task, { phase: first, podId: undefined }),
    ),
  ),
  fc.tuple(id, phase).map(([task, to]) =>
    step(
      `transition ${task} ${to}`,
      ({ registry }) => registry.transition(task, to, { podId: `pod of ${to}` }),
      ({ tasks }) => {
        const known = tasks.get(task);
        if (known === undefined) return 'RKT_ERR_TASK_NOT_FOUND';
        return ARROWS.has(`${known.phase}>${to}`) ? 'ok' : 'RKT_ERR_TRANSITION';
      },
      ({ tasks }) => tasks.set(task, { phase: to, podId: `pod of ${to}` }),
    ),
  ),
  fc.tuple(id, fc.string()).map(([task, podId]) =>
    step(
      `update ${task} ${podId}`,
      ({ registry }) => registry.update(task, { podId }),
      ({ tasks }) => (tasks.has(task) ? 'ok' : 'RKT_ERR_TASK_NOT_FOUND'),
      ({ tasks }) => tasks.set(task, { phase: tasks.get(task)!.phase, podId }),
    ),
  ),
  id.map((task) =>
    step(
      `remove ${task}`,
      ({ registry }) => registry.remove(task),
      ({ tasks }) => {
        const known = tasks.get(task);
        if (known === undefined) return 'RKT_ERR_TASK_NOT_FOUND';
        return ['running', 'stopping'].includes(known.phase) ? 'RKT_ERR_TRANSITION' : 'ok';
      },
      ({ tasks }) => tasks.delete(task),
    ),
  ),
  id.map((task) =>
    step(
      `emit ${task}`,
      ({ registry }) =>
        registry.emit('signaled', task, { message: 'hello', annotations: { signal: 'SIGHUP' } }),
      ({ tasks }) => (tasks.has(task) ? 'ok' : 'RKT_ERR_TASK_NOT_FOUND'),
      (model) => (model.events += 1),
    ),
  ),
];

const close: Step = {
  check: () => true,
  run(model, real) {
    real.registry.close();
    model.isClosed = true;
    compare(model, real);
  },
  toString: () => 'close',
};

function setup(): { model: Model; real: Real } {
  const registry = createTaskRegistry({
    scheduler: new TestScheduler(() => undefined),
    logger: silentLogger,
  });
  const reported = new Map<string, TaskRecord>();
  const counts = { events: 0 };
  registry.changes$.subscribe(({ kind, record, previous }) => {
    expect(reported.get(record.id), 'the record that the last change left').to.equal(
      kind === 'added' ? undefined : (previous ?? record),
    );
    if (kind === 'removed') reported.delete(record.id);
    else reported.set(record.id, record);
  });
  registry.events$.subscribe(() => (counts.events += 1));
  return { model: { tasks: new Map(), events: 0, isClosed: false }, real: { registry, reported, counts } };
}

describe('TaskRegistry against its model', () => {
  it('does what the model does, and its streams report the same story', () => {
    const steps = fc.commands([...commands, ...commands, fc.constant(close)], { maxCommands: 60 });
    fc.assert(
      fc.property(steps, (some) => fc.modelRun(setup, some)),
      { numRuns: 300 },
    );
  });
});
