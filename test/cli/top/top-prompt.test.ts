import { expect } from 'chai';

import type { Key } from '../../../src/cli/top/top-key.ts';
import { createActions } from '../../../src/cli/top/top-actions.ts';
import { promptText } from '../../../src/cli/top/top-prompt.ts';
import { FIRST_STATE, afterKey, type TopState } from '../../../src/cli/top/top-state.ts';
import { RktError } from '../../../src/model/rkt-error.ts';
import { EMPTY } from 'rxjs';

const IDS = ['a', 'b'];
const after = (keys: readonly string[]): TopState =>
  keys.reduce<TopState>(
    (state, key) => afterKey(state, key.length === 1 ? { letter: key } : (key as Key), IDS),
    { ...FIRST_STATE, selectedId: 'b' },
  );

describe('the questions of top', () => {
  it('does nothing but what is confirmed', () => {
    expect(after(['x', 'y']).action).to.deep.equal({ kind: 'stop', taskId: 'b' });
    expect(after(['e', 'Y']).action).to.deep.equal({ kind: 'shell', taskId: 'b' });
    for (const key of ['n', 'x', 'enter', 'escape', 'q'])
      expect(after(['x', key])).to.deep.include({ message: 'Nothing was done.', isDone: false });
    expect(after(['S', 'h', 'u', 'x', 'backspace', 'p', 'enter']).action).to.deep.equal({
      kind: 'signal',
      taskId: 'b',
      signal: 'SIGHUP',
    });
    expect(after(['S', '9', 'escape'])).to.deep.include({ message: 'Nothing was done.' });
    expect(after(['S', 'n', 'o', 'enter'])).to.deep.include({ message: 'There is no signal no.' });
    expect(after(['S', 'q', 'x']).prompt).to.include({ text: 'qx' });
  });

  it('shows the message until the next key, which counts', () => {
    const { message, selectedId } = after(['x', 'n', 'up']);
    expect({ message, selectedId }).to.deep.equal({ message: undefined, selectedId: 'a' });
  });

  it('asks nothing without a task, and names the task of a question', () => {
    expect(afterKey(FIRST_STATE, { letter: 'x' }, []).prompt).to.equal(undefined);
    const text = promptText({ kind: 'stop', taskId: 'web\u001b[2J', text: '' });
    expect(text)
      .to.match(/^Stop web/)
      .and.to.not.contain('\u001b');
  });
});

describe('createActions', () => {
  const calls: unknown[] = [];
  const act = createActions({
    driver: {
      stopTask: (...words) => Promise.resolve(void calls.push(words)),
      signalTask: () => Promise.reject(new RktError('RKT_ERR_TASK_NOT_RUNNING', 'it is exited')),
      execTaskStreaming: () => Promise.resolve({ exitCode: 3 }),
    },
    suspend: async (shell) => {
      calls.push('suspended');
      return shell();
    },
    sizes: () => EMPTY,
  });

  it('reports what was done, and what failed', async () => {
    expect(await act({ kind: 'stop', taskId: 'web' })).to.equal('web was stopped.');
    expect(await act({ kind: 'shell', taskId: 'web' })).to.equal('The shell in web exited with 3.');
    expect(calls).to.deep.equal([['web'], 'suspended']);
    expect(await act({ kind: 'signal', taskId: 'web', signal: 'SIGHUP' })).to.match(
      /^RKT_ERR_TASK_NOT_RUNNING: .*it is exited/,
    );
  });
});
