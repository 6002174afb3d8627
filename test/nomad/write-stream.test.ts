import { EventEmitter } from 'node:events';

import { expect } from 'chai';
import { Subject, of, throwError } from 'rxjs';

import type { Logger } from '../../src/model/logger.ts';
import { silentLogger } from '../../src/model/logger.ts';
import { writeStream, type WritableCall } from '../../src/nomad/write-stream.ts';
import { counted } from '../support/counted.ts';

/** A call whose host takes `sandbox` values before it wants a rest. */
class FakeCall extends EventEmitter {
  cancelled = false;
  sandbox = Infinity;
  readonly written: string[] = [];
  readonly write = (value: string): boolean => {
    this.written.push(value);
    this.sandbox -= 1;
    return this.sandbox > 0;
  };
  readonly end = (): void => {
    this.written.push('end');
  };
  drain(sandbox: number): void {
    this.sandbox = sandbox;
    this.emit('drain');
  }
}

describe('writeStream', () => {
  const open = (limit = 2, logger: Logger = silentLogger) => {
    const call = new FakeCall();
    const errors: unknown[] = [];
    call.on('error', (error) => errors.push(error));
    const subject = new Subject<string>();
    const { source$, subscribers } = counted(subject);
    writeStream(source$, call as unknown as WritableCall<string>, { limit, what: 'values', logger });
    return { call, errors, subject, subscribers };
  };

  it('writes values as they come, and ends with the source', () => {
    const { call, subject, subscribers } = open();
    subject.next('a');
    subject.next('b');
    expect(call.written).to.deep.equal(['a', 'b']);
    subject.complete();
    expect(call.written).to.deep.equal(['a', 'b', 'end']);
    expect(subscribers()).to.equal(0);
  });

  it('waits for a host that is full, and the latest values win', () => {
    const warnings: string[] = [];
    const { call, subject } = open(2, { ...silentLogger, warn: (_, text) => warnings.push(text) });
    call.sandbox = 1;
    for (const value of ['a', 'b', 'c', 'd', 'e']) subject.next(value);
    expect(call.written).to.deep.equal(['a']);
    call.drain(1);
    expect(call.written).to.deep.equal(['a', 'd']);
    call.drain(Infinity);
    expect(call.written).to.deep.equal(['a', 'd', 'e']);
    expect(warnings).to.deep.equal(['The host reads slowly: values are dropped']);
  });

  it('ends, or fails, only after what waits was written', () => {
    const { call, subject } = open();
    call.sandbox = 1;
    ['a', 'b'].forEach((value) => subject.next(value));
    subject.complete();
    expect(call.written).to.deep.equal(['a']);
    call.drain(Infinity);
    expect(call.written).to.deep.equal(['a', 'b', 'end']);
  });

  it('fails with the status of the error', () => {
    const { call, errors, subject, subscribers } = open();
    subject.error(new Error('broken'));
    expect(errors).to.deep.equal([{ code: 2, details: 'broken' }]);
    expect(call.written).to.deep.equal([]);
    expect(subscribers()).to.equal(0);
  });

  for (const event of ['cancelled', 'close', 'error']) {
    it(`frees all when the call is reported "${event}"`, () => {
      const { call, subject, subscribers } = open();
      call.sandbox = 1;
      ['a', 'b'].forEach((value) => subject.next(value));
      call.emit(event);
      expect(subscribers()).to.equal(0);
      call.drain(Infinity);
      expect(call.written).to.deep.equal(['a']);
      expect(call.listenerCount('drain')).to.equal(0);
    });
  }

  it('asks nothing of the source when the call was cancelled before', () => {
    const call = Object.assign(new FakeCall(), { cancelled: true });
    const { source$, subscribers } = counted(new Subject<string>());
    writeStream(source$, call as unknown as WritableCall<string>, {
      limit: 1,
      what: 'values',
      logger: silentLogger,
    });
    expect(subscribers()).to.equal(0);
  });

  it('takes sources that are over at once', () => {
    const options = { limit: 1, what: 'values', logger: silentLogger };
    const done = new FakeCall();
    writeStream(of('a'), done as unknown as WritableCall<string>, options);
    expect(done.written).to.deep.equal(['a', 'end']);
    const failed = new FakeCall();
    const errors: unknown[] = [];
    failed.on('error', (error) => errors.push(error));
    const failing$ = throwError(() => new Error('x'));
    writeStream(failing$, failed as unknown as WritableCall<string>, options);
    expect(errors).to.have.length(1);
  });
});
