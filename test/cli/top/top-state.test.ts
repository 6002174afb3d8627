import { expect } from 'chai';

import type { Key } from '../../../src/cli/top/top-key.ts';
import { FIRST_STATE, SORT_FIELDS, afterKey, type TopState } from '../../../src/cli/top/top-state.ts';

const IDS = ['a', 'b', 'c'];

/** Words are named keys, letters themselves. */
function press(state: TopState, ...keys: readonly string[]): TopState {
  return keys.reduce(
    (now, key) => afterKey(now, key.length === 1 ? { letter: key } : (key as Key), IDS),
    state,
  );
}

describe('afterKey', () => {
  const list: TopState = { ...FIRST_STATE, selectedId: 'a' };

  it('goes through the columns to sort by, and begins anew', () => {
    expect(press(list, 's').sort).to.equal('state');
    expect(press(list, ...SORT_FIELDS.map(() => 's')).sort).to.equal('name');
    expect(press(list, 'r').isReversed).to.equal(true);
    expect(press(list, 'r', 'r').isReversed).to.equal(false);
  });

  it('moves within the list', () => {
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['j'], 'b'],
      [['down', 'down', 'down'], 'c'],
      [['G', 'k'], 'b'],
      [['end', 'up'], 'b'],
      [['pageDown', 'pageUp'], 'a'],
      [['G', 'g'], 'a'],
      [['end', 'home'], 'a'],
    ];
    for (const [keys, id] of cases) expect(press(list, ...keys).selectedId, keys.join()).to.equal(id);
    expect(afterKey(FIRST_STATE, 'down', []).selectedId).to.equal(undefined);
  });

  it('opens and closes the view of a task and of its log', () => {
    expect(press(list, 'o').view).to.equal('task');
    expect(press(list, 'enter').view).to.equal('task');
    expect(press(list, 'o', 'o').view).to.equal('list');
    expect(press(list, 'l').view).to.equal('log');
    expect(press(list, 'l', 'tab').stream).to.equal('stderr');
    expect(press(list, 'l', 'tab', 'tab').stream).to.equal('stdout');
    expect(press(list, 'l', 'l').view).to.equal('list');
    expect(press(list, 'o', 'escape').view).to.equal('list');
    expect(afterKey(FIRST_STATE, { letter: 'o' }, []).view).to.equal('list');
    expect(afterKey(FIRST_STATE, { letter: 'o' }, IDS).selectedId).to.equal('a');
  });

  it('takes letters for the filter until Enter or Escape', () => {
    expect(press(list, 'f', 'w', 'q', 'b', 'backspace')).to.include({ filter: 'wq', isTyping: true });
    expect(press(list, '/', 'w', 'enter')).to.include({ filter: 'w', isTyping: false });
    expect(press(list, 'f', 'w', 'escape')).to.include({ filter: '', isTyping: false });
    expect(press(list, 'f', 'w', 'enter', 'escape').filter).to.equal('');
    expect(press(list, 'f', 'down')).to.include({ filter: '', isTyping: true });
    expect(press(list, 'f', 'interrupt').isDone).to.equal(true);
  });

  it('shows help until the next key', () => {
    expect(press(list, 'h').isHelpOpen).to.equal(true);
    expect(press(list, '?', 's')).to.include({ isHelpOpen: false, sort: 'name' });
    expect(press(list, 'h', 'q').isDone).to.equal(true);
  });

  it('shows all tasks or not, ends, and knows no other keys', () => {
    expect(press(list, 'a').isAll).to.equal(true);
    expect(press(list, 'q').isDone).to.equal(true);
    expect(press(list, 'z')).to.deep.equal(list);
  });
});
