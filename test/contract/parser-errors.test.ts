import { expect } from 'chai';

import { isRktError } from '../../src/model/rkt-error.ts';
import { enterArguments } from '../../src/rkt/rkt-enter.ts';
import { commandFailed } from '../../src/rkt/failure.ts';
import { expectRktError } from '../support/errors.ts';
import { recordedCommands } from '../support/recordings.ts';

const POD = '00000000-0000-4000-8000-000000000000';
const failed = recordedCommands().filter(({ exitCode }) => exitCode !== null && exitCode !== 0);

describe('recorded failures', () => {
  it('are many', () => {
    expect(failed.length).to.be.greaterThan(150);
  });

  for (const { title, argv, exitCode, stderr } of failed) {
    it(`become one error: ${title}`, () => {
      const error = commandFailed(
        { command: argv, durationMs: 12.4, exitCode: exitCode ?? 0, stderr },
        'failed',
      );
      const isUnknownPod = /pod: no matches found|no matches found for "ffff"$/m.test(stderr);
      expect(isRktError(error, isUnknownPod ? 'RKT_ERR_POD_NOT_FOUND' : 'RKT_ERR_RKT_FAILED')).to.equal(true);
      expect(error.details).to.include({ exitCode, stderr, durationMs: 12.4 });
      expect(error.message).to.include('failed after 12 ms').and.not.include('group "rkt" not found');
    });
  }

  it('keep the last 2 kB of stderr, and the last words of it in the message', () => {
    const stderr = `${'x'.repeat(5_000)}\nrun: the end\n`;
    const error = commandFailed(
      { command: ['rkt'], durationMs: 1, exitCode: 254, stderr },
      'exited with 254',
    );
    expect(error.details.stderr)
      .to.have.length(2_048)
      .and.match(/run: the end\n$/);
    expect(error.message).to.include('run: the end').and.have.length.below(600);
  });
});

describe('enterArguments', () => {
  const recorded = recordedCommands().filter(({ args }) => args[0] === 'enter');

  it('makes a command line that was recorded', () => {
    const { args } =
      recorded.find(({ title }) => title.startsWith('enter 1:')) ?? expect.fail('not recorded');
    expect(enterArguments(args[1] ?? '', args.slice(2))).to.deep.equal(args);
  });

  it('names the app of a pod that has several', () => {
    const { args } = recorded.find(({ title }) => title.startsWith('host-multi-app 9:')) ?? expect.fail();
    expect(enterArguments(args[2] ?? '', args.slice(3), 'a')).to.deep.equal(args);
  });

  for (const podId of ['', '--app=x', 'ffff', `${POD} `, POD.toUpperCase().replace(/^0/, 'G')]) {
    it(`refuses ${JSON.stringify(podId)} as a pod`, () => {
      expectRktError(() => enterArguments(podId, ['/bin/true']), 'RKT_ERR_POD_NOT_FOUND');
    });
  }
});
