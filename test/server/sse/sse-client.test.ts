import { expect } from 'chai';

import { createSseClient, type Sink, type SseClient } from '../../../src/server/sse/sse-client.ts';
import type { EventRequest } from '../../../src/server/sse/event-cursor.ts';
import { createEventLog, type EventLog } from '../../../src/server/sse/event-log.ts';
import { createFanOut } from '../../../src/server/sse/fan-out.ts';
import { frame } from '../../../src/server/sse/sse-frame.ts';

/** A reader that takes `sandbox` frames, and then nothing until `drain`. */
function reader(sandbox: number): {
  sink: Sink;
  read: () => readonly string[];
  drain: (sandbox: number) => void;
} {
  const texts: string[] = [];
  let left = sandbox;
  let drained = (): void => undefined;
  const sink: Sink = {
    write(bytes) {
      texts.push(...bytes.toString().trim().split('\n\n'));
      left -= 1;
      return left > 0;
    },
    onDrain: (listener) => (drained = listener),
    end: () => texts.push('end'),
    destroy: () => texts.push('destroy'),
  };
  const read = (): readonly string[] =>
    texts.splice(0).map((text) => text.replaceAll(/^(event|data|id): /gm, '').replaceAll('\n', ' '));
  return {
    sink,
    read,
    drain(more) {
      left = more;
      drained();
    },
  };
}

const EVENTS: EventRequest = { topics: new Set(['events']), task: undefined, position: 0, isForeign: false };

function client(sink: Sink, log: EventLog, events: EventRequest | undefined = EVENTS): SseClient {
  return createSseClient({ sink, log, events, nowMs: () => 7 });
}

describe('createSseClient', () => {
  it('gives a reader that was slow the latest sample of each topic, and says how many it lost', () => {
    const { sink, read, drain } = reader(1);
    const one = client(sink, createEventLog(10), undefined);
    one.offer('stats', frame('stats', 0));
    one.flush();
    expect(read()).to.deep.equal(['stats 0']);
    expect(one.blockedSinceMs).to.equal(7);
    for (const value of [1, 2, 3]) {
      one.offer('stats', frame('stats', value));
      one.flush();
    }
    one.offer('host', frame('host', 9));
    one.flush();
    expect(read()).to.deep.equal([]);
    drain(10);
    expect(one.blockedSinceMs).to.equal(undefined);
    expect(read()).to.deep.equal(['dropped {"topic":"stats","count":2}', 'stats 3', 'host 9']);
    expect(one.dropped).to.equal(2);
  });

  it('gives a reader that was slow a complete frame where the others are changes', () => {
    const { sink, read, drain } = reader(1);
    const one = client(sink, createEventLog(10), undefined);
    let latest = 0;
    const change = (): void => {
      latest += 1;
      one.offer('stats', frame('change', latest), () => frame('complete', latest));
      one.flush();
    };
    [1, 2, 3].forEach(change);
    drain(2);
    change();
    drain(10);
    expect(read()).to.deep.equal([
      ...['change 1', 'dropped {"topic":"stats","count":1}', 'complete 3', 'change 4'],
    ]);
  });

  it('keeps every event for a slow reader, as long as the log does', () => {
    const { sink, read, drain } = reader(1);
    const log = createEventLog(3, 'e');
    const one = client(sink, log);
    const say = (number: number): void => {
      log.push('events', 'web', number);
      one.flush();
    };
    [0, 1, 2].forEach(say);
    expect(read()).to.deep.equal(['events e.0 0']);
    drain(2);
    expect(read()).to.deep.equal(['events e.1 1', 'events e.2 2']);
    [3, 4, 5, 6].forEach(say);
    drain(10);
    expect(read()).to.deep.equal(['missed {"count":1}', 'events e.4 4', 'events e.5 5', 'events e.6 6']);
  });

  it('leaves out the events of other tasks and topics', () => {
    const { sink, read } = reader(10);
    const log = createEventLog(10, 'e');
    const one = client(sink, log, { ...EVENTS, task: 'web' });
    log.push('events', 'job', 0);
    log.push('alerts', 'web', 1);
    log.push('events', 'web', 2);
    one.flush();
    expect(read()).to.deep.equal(['events e.2 2']);
  });

  it('says first that the agent was started again in between', () => {
    const { sink, read } = reader(10);
    const log = createEventLog(10, 'e');
    log.push('events', 'web', 0);
    client(sink, log, { ...EVENTS, ...log.resume('d.17') }).flush();
    expect(read()).to.deep.equal(['missed {"restarted":true}', 'events e.0 0']);
  });

  it('holds a bounded number of control frames', () => {
    const { sink, read, drain } = reader(1);
    const one = client(sink, createEventLog(1), undefined);
    for (let index = 0; index < 1_000; index += 1) one.send(frame('ended', index));
    one.flush();
    drain(10_000);
    expect(read()).to.have.length(100);
  });

  it('sends heartbeats only to a reader that takes it', () => {
    const { sink, read, drain } = reader(1);
    const one = client(sink, createEventLog(1), undefined);
    one.heartbeat();
    one.heartbeat();
    expect(read()).to.deep.equal([':']);
    drain(2);
    one.heartbeat();
    one.end();
    one.destroy();
    expect(read()).to.deep.equal([':', 'end', 'destroy']);
  });
});

describe('createEventLog', () => {
  it('goes on after the event that was seen', () => {
    const log = createEventLog(10, 'e');
    for (let index = 0; index < 5; index += 1) log.push('events', 'web', index);
    expect(log.resume('e.2')).to.deep.equal({ position: 3, isForeign: false });
    expect(log.resume('e.4')).to.deep.equal({ position: 5, isForeign: false });
  });

  for (const id of ['', 'x', 'other.3', 'e.99', 'e.-1', 'e.9999999999999999', '../e.1']) {
    it(`takes ${JSON.stringify(id)} for an id of another run`, () => {
      const log = createEventLog(2, 'e');
      for (let index = 0; index < 5; index += 1) log.push('events', 'web', index);
      expect(log.resume(id)).to.deep.equal({ position: 3, isForeign: true });
    });
  }

  it('gives each run another epoch', () => {
    const idOf = (log: EventLog): string | undefined => {
      log.push('events', 'web', 0);
      return /^id: (.*)$/m.exec(log.at(0)?.bytes.toString() ?? '')?.[1];
    };
    expect(idOf(createEventLog(1))).to.not.equal(idOf(createEventLog(1)));
  });

  it('has nothing outside of what it keeps', () => {
    const log = createEventLog(2, 'e');
    for (let index = 0; index < 3; index += 1) log.push('events', 'web', index);
    expect([log.at(0), log.at(3)]).to.deep.equal([undefined, undefined]);
    expect(log.at(1)?.bytes.toString()).to.include('id: e.1\n');
  });
});

describe('createFanOut', () => {
  it('lets a few clients write in each turn of the event loop', () => {
    const turns: (() => void)[] = [];
    let nowMs = 0;
    const flushed: number[] = [];
    const fanOut = createFanOut(
      (work) => turns.push(work),
      () => nowMs,
    );
    const clients = [0, 1, 2].map((index) => {
      const { sink } = reader(1);
      const one = client(sink, createEventLog(1), undefined);
      return {
        ...one,
        flush: () => {
          flushed.push(index);
          nowMs += 3;
        },
      };
    });
    clients.forEach((one) => fanOut.add(one));
    clients.forEach((one) => fanOut.add(one));
    expect(turns).to.have.length(1);
    turns.shift()?.();
    expect(flushed).to.deep.equal([0, 1]);
    turns.shift()?.();
    expect(flushed).to.deep.equal([0, 1, 2]);
    expect(turns).to.have.length(0);
  });

  it('forgets a client that has left', () => {
    const turns: (() => void)[] = [];
    const { sink, read } = reader(5);
    const fanOut = createFanOut((work) => turns.push(work));
    const one = client(sink, createEventLog(1), undefined);
    one.offer('stats', frame('stats', 1));
    fanOut.add(one);
    fanOut.remove(one);
    turns.forEach((turn) => turn());
    expect(read()).to.deep.equal([]);
  });
});
