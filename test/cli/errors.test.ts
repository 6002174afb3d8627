import { expect } from 'chai';

import { exitCodeOfError, exitCodeOfSignal, exitCodeOfTask } from '../../src/cli/exit-codes.ts';
import { errorText } from '../../src/cli/cli-output.ts';
import { RktError } from '../../src/model/rkt-error.ts';
import { anExitResult } from '../support/task-specs.ts';

describe('errorText', () => {
  const error = new RktError('RKT_ERR_SIGNAL', 'Unknown signal "X"', {
    taskId: 'web',
    cause: new Error('y'),
  });

  it('is one line for a person, code first', () => {
    expect(errorText(error, { json: false, debug: false })).to.equal(
      'rkt-streams: RKT_ERR_SIGNAL: Unknown signal "X". Use a name such as SIGTERM or SIGUSR1.\n',
    );
  });

  it('is one JSON object for a machine, without the cause', () => {
    const line = errorText(error, { json: true, debug: false });
    expect(line.endsWith('}\n')).to.equal(true);
    expect(JSON.parse(line)).to.deep.equal({
      error: { code: 'RKT_ERR_SIGNAL', message: error.message, recoverable: false, taskId: 'web' },
    });
  });

  it('has a stack only for the caller that debugs', () => {
    expect(errorText(error, { json: false, debug: true })).to.include('errors.test.ts');
    expect(JSON.parse(errorText(error, { json: true, debug: true }))).to.have.nested.property('error.stack');
  });

  it('knows errors that are not ours', () => {
    expect(errorText(new Error('boom'), { json: false, debug: false })).to.equal('rkt-streams: boom\n');
    expect(JSON.parse(errorText('boom', { json: true, debug: false }))).to.deep.equal({
      error: { code: 'UNEXPECTED', message: 'boom' },
    });
  });
});

describe('exit codes', () => {
  it('are 2 for a bad command line, 125 where a task has codes of its own, and 1 else', () => {
    const usage = new RktError('RKT_ERR_OPTIONS', 'x');
    const failure = new RktError('RKT_ERR_LAUNCH', 'x');
    expect(exitCodeOfError(usage, 'run')).to.equal(2);
    expect(exitCodeOfError(failure, 'run')).to.equal(125);
    expect(exitCodeOfError(new Error('x'), 'exec')).to.equal(125);
    expect(exitCodeOfError(failure, 'wait')).to.equal(125);
    expect(exitCodeOfError(failure, 'stop')).to.equal(1);
    expect(exitCodeOfError(failure, undefined)).to.equal(1);
  });

  it('are those of the task', () => {
    expect(exitCodeOfTask(anExitResult({ exitCode: 3 }))).to.equal(3);
    expect(exitCodeOfTask(anExitResult({ exitCode: 137, signal: 9 }))).to.equal(137);
    expect(exitCodeOfTask({ oomKilled: false, completedAtMs: 0, source: 'process-gone' })).to.equal(125);
    expect(exitCodeOfSignal('SIGINT')).to.equal(130);
  });
});
