import { expect } from 'chai';

import { createTurns } from '../../src/model/turns.ts';

/** An action that ends on request. */
function held(log: string[], name: string) {
  let end: (error?: Error) => void = () => undefined;
  const ended = new Promise<string>((resolve, reject) => {
    end = (error) => (error === undefined ? resolve(name) : reject(error));
  });
  const action = (): Promise<string> => {
    log.push(name);
    return ended;
  };
  return { action, end };
}

describe('createTurns', () => {
  it('starts an action when the one before of the same key has ended', async () => {
    const log: string[] = [];
    const inTurn = createTurns();
    const [a, b] = [held(log, 'a'), held(log, 'b')];
    const first = inTurn('key', a.action);
    const second = inTurn('key', b.action);
    b.end();
    await Promise.resolve();
    expect(log).to.deep.equal(['a']);
    a.end();
    expect(await Promise.all([first, second])).to.deep.equal(['a', 'b']);
    expect(log).to.deep.equal(['a', 'b']);
  });

  it('does not make other keys wait', async () => {
    const log: string[] = [];
    const inTurn = createTurns();
    const [a, b] = [held(log, 'a'), held(log, 'b')];
    const first = inTurn('one', a.action);
    b.end();
    expect(await inTurn('two', b.action)).to.equal('b');
    a.end();
    await first;
  });

  it('goes on after an action that failed, and reports only its own caller', async () => {
    const log: string[] = [];
    const inTurn = createTurns();
    const [a, b] = [held(log, 'a'), held(log, 'b')];
    const first = inTurn('key', a.action).catch((error: unknown) => error);
    const second = inTurn('key', b.action);
    const broken = new Error('broken');
    a.end(broken);
    b.end();
    expect(await Promise.all([first, second])).to.deep.equal([broken, 'b']);
  });
});
