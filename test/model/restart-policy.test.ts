import { expect } from 'chai';

import type { ExitResult } from '../../src/model/exit-result.ts';
import { nextRestart, parseRestart, restartText, type Restart } from '../../src/model/restart-policy.ts';

const exit = (more: Partial<ExitResult> = {}, ranMs = 50): Parameters<typeof nextRestart>[1] => ({
  exit: { oomKilled: false, exitCode: 1, source: 'exit-file', completedAtMs: 1_000 + ranMs, ...more },
  startedAtMs: 1_000,
  isFound: false,
});
const always: Restart = { policy: 'always', count: 0 };

describe('nextRestart', () => {
  it('doubles the delay from 100 ms to one minute', () => {
    const delays: number[] = [];
    for (let restart = always; delays.length < 12;) {
      const next = nextRestart(restart, exit());
      expect(next?.count).to.equal(restart.count + 1);
      restart = next ?? restart;
      delays.push(next?.delayMs ?? Number.NaN);
    }
    expect(delays).to.deep.equal([
      100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 60_000, 60_000,
    ]);
  });

  it('begins with 100 ms again after a run of ten seconds', () => {
    const restart: Restart = { ...always, count: 9, delayMs: 25_600 };
    expect(nextRestart(restart, exit({}, 9_999))?.delayMs).to.equal(51_200);
    expect(nextRestart(restart, exit({}, 10_000))).to.deep.equal({
      policy: 'always',
      count: 10,
      delayMs: 100,
    });
  });

  it('restarts with always and unless-stopped whatever the exit code is', () => {
    for (const policy of ['always', 'unless-stopped'] as const)
      expect(nextRestart({ policy, count: 0 }, exit({ exitCode: 0 })), policy).to.have.property('count', 1);
  });

  it('restarts with on-failure only what failed, and no more often than it may', () => {
    const restart: Restart = { policy: 'on-failure', maxRetries: 2, count: 1 };
    expect(nextRestart(restart, exit())).to.include({ count: 2, maxRetries: 2 });
    expect(nextRestart({ ...restart, count: 2 }, exit())).to.equal(undefined);
    expect(nextRestart(restart, exit({ exitCode: 0 }))).to.equal(undefined);
    expect(nextRestart({ policy: 'on-failure', count: 99 }, exit({ exitCode: undefined }))?.count).to.equal(
      100,
    );
  });

  it('ends with an exit that was requested; always begins again with an agent', () => {
    const stopped = exit({ requested: true });
    for (const policy of ['always', 'unless-stopped', 'on-failure'] as const) {
      expect(nextRestart({ policy, count: 0 }, stopped), policy).to.equal(undefined);
      const found = nextRestart({ policy, count: 0 }, { ...stopped, isFound: true });
      expect(found !== undefined, policy).to.equal(policy === 'always');
    }
  });
});

describe('parseRestart', () => {
  it('reads the policies of docker', () => {
    expect(parseRestart('no')).to.equal('no');
    expect(parseRestart('always')).to.deep.equal({ policy: 'always' });
    expect(parseRestart('on-failure:3')).to.deep.equal({ policy: 'on-failure', maxRetries: 3 });
    expect(restartText({ policy: 'on-failure', maxRetries: 3 })).to.equal('on-failure:3');
  });

  for (const text of ['', 'yes', 'always:3', 'on-failure:', 'on-failure:0', 'on-failure:-1', 'Always'])
    it(`refuses "${text}"`, () => {
      expect(parseRestart(text)).to.equal(undefined);
    });
});
