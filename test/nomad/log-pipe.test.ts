import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';

import { createLogPipe, guardStdout, type LogStream } from '../../src/nomad/log-pipe.ts';

class Pipe extends EventEmitter {
  readonly lines: string[] = [];
  writableLength = 0;

  write(line: string): boolean {
    this.lines.push(line);
    return true;
  }
}

describe('createLogPipe', () => {
  const lost = (count: number): string => `lost ${count}`;

  it('writes line for line', () => {
    const pipe = new Pipe();
    const write = createLogPipe(pipe as unknown as LogStream, lost);
    write('a');
    write('b');
    expect(pipe.lines).to.deep.equal(['a', 'b']);
  });

  it('drops lines while the host reads none, and reports how many', () => {
    const pipe = new Pipe();
    const write = createLogPipe(pipe as unknown as LogStream, lost);
    pipe.writableLength = 2 ** 20 + 1;
    write('a');
    write('b');
    pipe.writableLength = 0;
    write('c');
    write('d');
    expect(pipe.lines).to.deep.equal(['lost 2', 'c', 'd']);
  });

  it('outlives a host that is gone', () => {
    const pipe = new Pipe();
    const write = createLogPipe(pipe as unknown as LogStream, lost);
    pipe.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    write('a');
    expect(pipe.lines).to.deep.equal([]);
  });
});

describe('guardStdout', () => {
  it('turns what is printed into lines, and lets nothing through', async () => {
    const stdout = new PassThrough();
    const lines: string[] = [];
    guardStdout(stdout, (line) => lines.push(line));
    stdout.write('one\ntwo\n');
    stdout.write(Buffer.from('three'));
    await new Promise<void>((resolve) => stdout.write('', () => resolve()));
    await new Promise<void>((resolve) => stdout.write('four', 'utf8', () => resolve()));
    expect(lines).to.deep.equal(['one', 'two', 'three', 'four']);
    expect(stdout.read()).to.equal(null);
    stdout.emit('error', new Error('write EPIPE'));
  });
});
