import { expect } from 'chai';

import type { TaskEvent } from '../../src/model/task-event.ts';
import { createEventHistory } from '../../src/registry/event-history.ts';

const anEvent = (message: string): TaskEvent => ({
  id: `start.${message}`,
  kind: 'started',
  taskId: 'one',
  taskName: 'one',
  timeMs: 0,
  message,
  annotations: { pid: '1', pod: 'p' },
});

function aHistory(limit: number, messages: string) {
  const history = createEventHistory(limit);
  for (const message of messages) history.push(anEvent(message));
  return history;
}

const read = (events: Iterable<TaskEvent>): string => [...events].map(({ message }) => message).join('');

describe('createEventHistory', () => {
  for (const [messages, count, expected] of [
    ['', 5, ''],
    ['ab', 5, 'ab'],
    ['abc', 2, 'bc'],
    ['abc', 0, ''],
    ['abcde', 5, 'cde'],
    ['abcdefgh', 2, 'gh'],
  ] as const) {
    it(`gives "${expected}" for the last ${count} of "${messages}" when it keeps three`, () => {
      expect(read(aHistory(3, messages).last(count))).to.equal(expected);
    });
  }

  it('includes what happens while it is being read', () => {
    const history = aHistory(3, 'ab');
    const seen: string[] = [];
    for (const { message } of history.last(1)) {
      seen.push(message);
      if (message === 'b') history.push(anEvent('c'));
    }
    expect(seen).to.deep.equal(['b', 'c']);
  });

  it('leaves out what it forgot while it was being read, and keeps the order', () => {
    const history = aHistory(3, 'abc');
    const seen: string[] = [];
    for (const { message } of history.last(3)) {
      seen.push(message);
      if (message === 'a') for (const later of 'defgh') history.push(anEvent(later));
    }
    expect(seen).to.deep.equal(['a', 'f', 'g', 'h']);
  });
});
