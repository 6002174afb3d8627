import { expect } from 'chai';

import { silentLogger } from '../../src/model/logger.ts';
import { createUndoStack } from '../../src/ops/undo.ts';

describe('createUndoStack', () => {
  it('runs its steps in reverse, one after the other', async () => {
    const done: string[] = [];
    const undo = createUndoStack(silentLogger);
    for (const what of ['first', 'second', 'third']) {
      undo.push(what, async () => {
        done.push(`${what} begins`);
        await Promise.resolve();
        done.push(`${what} ends`);
      });
    }
    expect(await undo.run()).to.equal(true);
    expect(done).to.deep.equal(
      ['third', 'second', 'first'].flatMap((what) => [`${what} begins`, `${what} ends`]),
    );
  });

  it('goes on after a step that fails, logs it and says that not all went well', async () => {
    const done: string[] = [];
    const logged: unknown[] = [];
    const undo = createUndoStack({ ...silentLogger, error: (fields: unknown) => logged.push(fields) });
    undo.push('pod', () => Promise.resolve(done.push('pod')));
    const error = new Error('busy');
    undo.push('cgroup', () => Promise.reject(error));
    expect(await undo.run()).to.equal(false);
    expect(done).to.deep.equal(['pod']);
    expect(logged).to.deep.equal([{ error, step: 'cgroup' }]);
  });

  it('runs no step twice', async () => {
    let runs = 0;
    const undo = createUndoStack(silentLogger);
    undo.push('once', () => Promise.resolve((runs += 1)));
    await undo.run();
    expect(await undo.run()).to.equal(true);
    expect(runs).to.equal(1);
  });
});
