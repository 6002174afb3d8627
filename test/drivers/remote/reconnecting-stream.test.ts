import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import { VirtualTimeScheduler } from 'rxjs';

import { RKT_ERRORS, agentLost } from '../../../src/drivers/remote/agent-error.ts';
import type { AgentRequests } from '../../../src/drivers/remote/agent-requests.ts';
import { openReconnecting } from '../../../src/drivers/remote/reconnecting-stream.ts';
import { streamPath } from '../../../src/drivers/remote/stream-query.ts';

/** Requests that fail, but for those with chunks to send. */
function requestsOf(answers: Map<number, readonly string[]>): AgentRequests & { readonly paths: string[] } {
  const paths: string[] = [];
  return {
    paths,
    place: 'test',
    errors: RKT_ERRORS,
    isSameVersion: () => true,
    json: () => Promise.reject(new Error('not used')),
    socket: () => Promise.reject(new Error('not used')),
    open({ path }) {
      const chunks = answers.get(paths.push(path));
      if (chunks === undefined) return Promise.reject(agentLost('test', 'does not answer'));
      return Promise.resolve({
        status: 200,
        header: () => undefined,
        text: () => Promise.resolve(''),
        async *chunks() {
          yield* chunks;
          await Promise.resolve();
        },
      });
    },
  };
}

describe('a reconnecting stream', () => {
  it('waits longer from attempt to attempt, begins anew after data, and continues after the last id', async () => {
    const scheduler = new VirtualTimeScheduler();
    const requests = requestsOf(new Map([[5, ['id: run.7\nevent: events\ndata: {}\n\n']]]));
    const delays: number[] = [];
    const topics: string[] = [];
    const close = openReconnecting(
      { requests, scheduler, reconnect: true, silenceMs: 1e9, random: () => 1 },
      { pathFrom: (position) => streamPath({ topics: ['events'], replay: 3 }, position) },
      {
        message: ({ topic }) => topics.push(topic),
        lost: (_, delayMs) => delays.push(delayMs),
        ended: () => delays.push(NaN),
        failed: () => delays.push(NaN),
      },
    );
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      while (delays.length < attempt) await turn();
      scheduler.maxFrames = scheduler.now() + (delays.at(-1) ?? 0);
      scheduler.flush();
    }
    close();
    expect(delays).to.deep.equal([500, 1_000, 2_000, 4_000, 500, 1_000, 2_000, 4_000]);
    expect(topics).to.deep.equal(['events']);
    expect(new Set(requests.paths.slice(0, 5))).to.deep.equal(
      new Set(['/v1/streams?topics=events&replay=3']),
    );
    expect(new Set(requests.paths.slice(5))).to.deep.equal(
      new Set(['/v1/streams?topics=events&lastEventId=run.7']),
    );
  });

  it('fails after the first loss where the link does not reconnect, and reports nothing once closed', async () => {
    const scheduler = new VirtualTimeScheduler();
    const link = {
      requests: requestsOf(new Map()),
      scheduler,
      reconnect: false,
      silenceMs: 1e9,
      random: () => 1,
    };
    const seen: string[] = [];
    const listener = {
      message: () => seen.push('message'),
      ended: () => seen.push('ended'),
      failed: () => seen.push('failed'),
    };
    openReconnecting(link, { pathFrom: () => '/a' }, listener);
    while (seen.length === 0) await turn();
    openReconnecting(link, { pathFrom: () => '/b' }, listener)();
    for (let turns = 0; turns < 10; turns += 1) await turn();
    expect(seen).to.deep.equal(['failed']);
  });
});
