import { expect } from 'chai';
import { map, type Observable } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';

import { RktError } from '../../../src/model/rkt-error.ts';
import { groupMask } from '../../../src/model/field-groups.ts';
import { silentLogger } from '../../../src/model/logger.ts';
import type { TaskResourceUsage, TaskStatsSample } from '../../../src/model/task-stats.ts';
import { createTaskRegistry, type TaskRegistry } from '../../../src/registry/task-registry.ts';
import { createSamplingEngine, type SamplingEngine } from '../../../src/streams/stats/sampling-engine.ts';
import type { SamplingOptions } from '../../../src/streams/stats/sampling-options.ts';
import type { Reading } from '../../../src/streams/stats/task-reading.ts';
import type { TaskSource } from '../../../src/streams/stats/task-source.ts';
import { flushPromises } from '../../support/manual-clock.ts';
import { marbles } from '../../support/marbles.ts';
import { values, readingOf, recorder, statsBench } from '../../support/stats-deps.ts';
import { aNewTask, anExitResult } from '../../support/task-specs.ts';

const CPU = groupMask(['cpu']);

/** An engine in marble time over a source that answers at once. */
interface Fixture {
  readonly engine: SamplingEngine;
  readonly registry: TaskRegistry;
  /** When which task was read. */
  readonly reads: string[];
  /** How many tasks are held open. */
  readonly held: () => number;
  readonly at: (ms: number, what: () => void) => void;
  readonly run: (id: string) => void;
  readonly exit: (id: string) => void;
}

function fixture(scheduler: TestScheduler, answer?: () => Reading, sampling: SamplingOptions = {}): Fixture {
  const registry = createTaskRegistry({ scheduler, logger: silentLogger });
  const reads: string[] = [];
  const { deps } = statsBench();
  let held = 0;
  const source: TaskSource = {
    stats: { fileReads: 0, staleReads: 0, descriptors: { open: 0, budget: 0, opened: 0, evicted: 0 } },
    open: () => {
      held += 1;
      return { ...readingOf({}), isClosed: false };
    },
    read: (_open, { id }, { nowMs }) => {
      reads.push(`${nowMs} ${id}`);
      return answer === undefined ? readingOf({ totalNs: nowMs }) : answer();
    },
    close: () => {
      held -= 1;
    },
  };
  const engine = createSamplingEngine(
    { ...deps, registry, scheduler, sampling: { workClock: () => 0, ...sampling } },
    source,
  );
  return {
    engine,
    registry,
    reads,
    held: () => held,
    at: (ms, what) => void scheduler.schedule(what, ms),
    run: (id) => {
      registry.add(aNewTask(id, { cgroupPaths: [`/${id}`] }));
      registry.transition(id, 'starting');
      registry.transition(id, 'running');
    },
    exit: (id) => registry.transition(id, 'exited', { exitResult: anExitResult() }),
  };
}

/** One letter a sample. */
const letters = (samples$: Observable<TaskResourceUsage>): Observable<string> =>
  samples$.pipe(map(() => 's'));
/** The ids of an array. */
const ids = (arrays$: Observable<readonly TaskStatsSample[]>): Observable<string> =>
  arrays$.pipe(map((samples) => samples.map(({ taskId }) => taskId).join(' ')));
const fails = (): Reading => {
  throw new RktError('RKT_ERR_STATS', '');
};

describe('SamplingEngine.watchTask', () => {
  it('emits nothing while there is nothing to measure', () => {
    marbles(({ expectObservable }, scheduler) => {
      const { engine, registry } = fixture(scheduler);
      registry.add(aNewTask('a'));
      expectObservable(letters(engine.watchTask('a', 10, CPU)), '^ 39ms !').toBe('-');
    });
  });

  it('emits at once and then once a tick', () => {
    marbles(({ expectObservable }, scheduler) => {
      const { engine, run } = fixture(scheduler);
      run('a');
      expectObservable(letters(engine.watchTask('a', 10, CPU)), '^ 24ms !').toBe('s 9ms s 9ms s');
    });
  });

  it('fails for a task that no one knows', () => {
    marbles(({ expectObservable }, scheduler) => {
      const { engine } = fixture(scheduler);
      const codes$ = engine.watchTask('a', 10, CPU).pipe(map(() => 's'));
      expectObservable(codes$).toBe(
        '#',
        {},
        new RktError('RKT_ERR_TASK_NOT_FOUND', 'task not found for given id: "a"', { taskId: 'a' }),
      );
    });
  });

  it('completes with a last sample when the task exits', () => {
    marbles(({ expectObservable }, scheduler) => {
      const { engine, run, exit, at } = fixture(scheduler);
      run('a');
      at(14, () => exit('a'));
      expectObservable(letters(engine.watchTask('a', 10, CPU))).toBe('s 9ms s 3ms (s|)');
    });
  });

  it('completes empty when the last sample of a task cannot be had', () => {
    marbles(({ expectObservable }, scheduler) => {
      const { engine, run, exit } = fixture(scheduler, fails);
      run('a');
      exit('a');
      expectObservable(letters(engine.watchTask('a', 10, CPU))).toBe('|');
    });
  });

  it('completes without a sample when the task is removed, and at shutdown', () => {
    marbles(({ expectObservable }, scheduler) => {
      const { engine, run, registry, at } = fixture(scheduler);
      registry.add(aNewTask('a'));
      run('b');
      at(14, () => registry.remove('a'));
      at(16, () => registry.close());
      expectObservable(letters(engine.watchTask('a', 10, CPU))).toBe('14ms |');
      expectObservable(letters(engine.watchTask('b', 10, CPU))).toBe('s 9ms s 5ms |');
    });
  });

  it('goes on after looks that fail', () => {
    marbles(({ expectObservable }, scheduler) => {
      let looks = 0;
      const { engine, run } = fixture(scheduler, () =>
        (looks += 1) === 2 ? fails() : readingOf({ totalNs: looks }),
      );
      run('a');
      expectObservable(letters(engine.watchTask('a', 10, CPU)), '^ 24ms !').toBe('s 19ms s');
    });
  });

  it('holds nothing open and reads nothing after the last has left, and begins anew', () => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { engine, run, reads, held } = fixture(scheduler);
      run('a');
      const samples$ = letters(engine.watchTask('a', 10, CPU));
      expectObservable(samples$, '^ 14ms !').toBe('s 9ms s');
      expectObservable(samples$, '40ms ^ 14ms !').toBe('40ms s 9ms s');
      flush();
      expect(reads).to.deep.equal(['0 a', '10 a', '40 a', '50 a']);
      expect(held()).to.equal(0);
    });
  });

  it('leaves out the tick that comes right after the first sample', () => {
    marbles(({ expectObservable }, scheduler) => {
      const { engine, run } = fixture(scheduler);
      run('a');
      expectObservable(letters(engine.watchTask('a', 10, CPU)), '^ 34ms !').toBe('s 9ms s 9ms s 9ms s');
      expectObservable(letters(engine.watchTask('a', 10, CPU)), '8ms ^ 26ms !').toBe('8ms s 11ms s 9ms s');
      expectObservable(letters(engine.watchTask('a', 10, CPU)), '3ms ^ 31ms !').toBe(
        '3ms s 6ms s 9ms s 9ms s',
      );
    });
  });

  it('reads a task once a tick for all who want it, whatever their intervals', () => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { engine, run, reads } = fixture(scheduler);
      run('a');
      expectObservable(letters(engine.watchTask('a', 10, CPU)), '^ 25ms !').toBe('s 9ms s 9ms s');
      expectObservable(letters(engine.watchTask('a', 20, CPU)), '^ 25ms !').toBe('s 19ms s');
      expectObservable(ids(engine.watchAll(10, CPU)), '^ 25ms !').toBe('a 9ms a 9ms a');
      flush();
      expect(reads).to.deep.equal(['0 a', '10 a', '20 a']);
    });
  });

  it('reads the groups that are due, and no other', async () => {
    const bench = statsBench();
    bench.run('a');
    const { engine } = bench.stats;
    const subscriptions = [
      engine.watchTask('a', 100, CPU).subscribe(),
      engine.watchTask('a', 200, groupMask(['io', 'memory'])).subscribe(),
    ];
    await bench.clock.advance(200);
    expect(bench.groups).to.deep.equal([['cpu', 'memory', 'io'], ['cpu'], ['cpu', 'memory', 'io']]);
    for (const subscription of subscriptions) subscription.unsubscribe();
    expect(bench.open).to.equal(0);
  });

  it('lets somebody leave while samples are handed out', () => {
    marbles(({ flush }, scheduler) => {
      const { engine, run, held } = fixture(scheduler);
      run('a');
      const seen: string[] = [];
      const second = engine.watchTask('a', 10, CPU).subscribe(() => seen.push('second'));
      const first = engine.watchTask('a', 10, CPU).subscribe(() => {
        seen.push('first');
        second.unsubscribe();
        first.unsubscribe();
      });
      flush();
      expect(seen).to.deep.equal(['second', 'first']);
      expect(held()).to.equal(0);
    });
  });
});

describe('SamplingEngine.watchAll', () => {
  it('emits an empty array a tick while there is no task', () => {
    marbles(({ expectObservable }, scheduler) => {
      const { engine } = fixture(scheduler);
      expectObservable(ids(engine.watchAll(10, CPU)), '^ 14ms !').toBe('e 9ms e', { e: '' });
    });
  });

  it('takes in tasks as they come and leaves them out as they go', () => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { engine, run, exit, registry, at, held } = fixture(scheduler);
      run('a');
      at(5, () => run('b'));
      at(15, () => exit('a'));
      at(25, () => registry.add(aNewTask('c')));
      const tasks = { a: 'a', b: 'a b', c: 'b' };
      expectObservable(ids(engine.watchAll(10, CPU)), '^ 34ms !').toBe('a 9ms b 9ms c 9ms c', tasks);
      flush();
      expect(held()).to.equal(0);
    });
  });

  it('emits arrays without the tasks that cannot be read', () => {
    marbles(({ expectObservable }, scheduler) => {
      const { engine, run } = fixture(scheduler, fails);
      run('a');
      expectObservable(ids(engine.watchAll(10, CPU)), '^ 14ms !').toBe('e 9ms e', { e: '' });
    });
  });

  it('completes at shutdown', () => {
    marbles(({ expectObservable }, scheduler) => {
      const { engine, run, registry, at } = fixture(scheduler);
      run('a');
      at(14, () => registry.close());
      expectObservable(ids(engine.watchAll(10, CPU))).toBe('a 9ms a 3ms |');
    });
  });

  it('begins anew for who comes after the last has left', () => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { engine, run, reads } = fixture(scheduler);
      run('a');
      const arrays$ = ids(engine.watchAll(10, CPU));
      expectObservable(arrays$, '^ 4ms !').toBe('a');
      expectObservable(arrays$, '33ms ^ 14ms !').toBe('33ms a 9ms a');
      flush();
      expect(reads).to.deep.equal(['0 a', '33 a', '43 a']);
    });
  });

  it('spreads the reading of a tick over half the interval, and emits after the last task', () => {
    marbles(({ expectObservable, flush }, scheduler) => {
      let workMs = 0;
      const work = (): Reading => {
        workMs += 1;
        return readingOf({ totalNs: workMs });
      };
      const { engine, run, reads } = fixture(scheduler, work, { workClock: () => workMs, sliceMs: 2 });
      for (let n = 0; n < 10; n += 1) run(`${n}`);
      const all = '0 1 2 3 4 5 6 7 8 9';
      expectObservable(ids(engine.watchAll(100, CPU)), '^ 199ms !').toBe('a 144ms a', { a: all });
      flush();
      // The clock is looked at after the first and after every fourth item.
      expect(reads.slice(10).map((read) => Number(read.split(' ')[0]))).to.deep.equal([
        100, 100, 100, 100, 100, 125, 125, 125, 125, 145,
      ]);
    });
  });

  it('skips and counts the tick that finds tasks of the one before still unread', () => {
    marbles(({ flush }, scheduler) => {
      let workMs = 0;
      const { engine, run, at } = fixture(
        scheduler,
        () => {
          workMs += 1;
          return readingOf({ totalNs: workMs });
        },
        { workClock: () => workMs, sliceMs: 1, spread: 3 },
      );
      for (let n = 0; n < 20; n += 1) run(`${n}`);
      const subscription = engine.watchAll(10, CPU).subscribe();
      at(45, () => subscription.unsubscribe());
      flush();
      expect(engine.stats().skippedTicks).to.be.above(0);
      expect(engine.stats().ticks + engine.stats().skippedTicks).to.equal(4);
    });
  });

  it('waits for a task that is slow, and serves who waits for it alone', async () => {
    const bench = statsBench();
    bench.run('slow');
    bench.run('fast');
    let finish: () => void = () => undefined;
    bench.answer = ({ id }) =>
      id === 'fast'
        ? values(1)
        : new Promise((resolve) => {
            finish = () => resolve(values(1));
          });
    const { engine } = bench.stats;
    const all = recorder<readonly TaskStatsSample[]>();
    const fast = recorder<TaskResourceUsage>();
    const subscriptions = [
      engine.watchAll(100, CPU).subscribe(all.observer),
      engine.watchTask('fast', 100, CPU).subscribe(fast.observer),
    ];
    await bench.clock.advance(250);
    expect([all.seen.length, fast.seen.length]).to.deep.equal([0, 3]);
    expect(engine.stats().skippedTicks).to.equal(2);
    finish();
    await flushPromises();
    expect(all.seen.map((samples) => samples.map(({ taskId }) => taskId))).to.deep.equal([['slow', 'fast']]);
    for (const subscription of subscriptions) subscription.unsubscribe();
    expect([bench.open, bench.clock.timers]).to.deep.equal([0, 0]);
  });

  it('never emits while a task never answers', async () => {
    const bench = statsBench();
    bench.run('one');
    bench.answer = () => new Promise(() => undefined);
    const { seen, ends, observer } = recorder<readonly TaskStatsSample[]>();
    const subscription = bench.stats.engine.watchAll(100, CPU).subscribe(observer);
    await bench.clock.advance(1_000);
    expect([seen, ends]).to.deep.equal([[], []]);
    subscription.unsubscribe();
  });

  it('gives arrays and samples that are frozen and new each time', async () => {
    const bench = statsBench();
    bench.run('one');
    bench.answer = () => values(1);
    const { seen, observer } = recorder<readonly TaskStatsSample[]>();
    const subscription = bench.stats.engine.watchAll(100, CPU).subscribe(observer);
    await bench.clock.advance(100);
    const [first, second] = seen;
    expect(first).to.not.equal(second);
    expect(first?.[0]).to.not.equal(second?.[0]);
    expect(first?.[0]?.usage).to.not.equal(second?.[0]?.usage);
    for (const sample of seen.flat()) {
      const { usage } = sample;
      expect([sample, usage, usage.cpu, usage.memory, usage.fresh].every(Object.isFrozen)).to.equal(true);
    }
    subscription.unsubscribe();
  });
});
