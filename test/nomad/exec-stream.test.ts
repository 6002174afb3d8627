import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import type { Driver, ExecStreamingOptions, TerminalSize } from '../../src/index.ts';
import { taskNotFound } from '../../src/model/rkt-error.ts';
import { fakeDriver, serve, type Services } from '../support/nomad-services.ts';
import { until } from '../support/until.ts';

const setup = { task_id: 'a', command: ['/bin/sh'], tty: false };

describe('ExecTaskStreaming', () => {
  let services: Services;
  let given: ExecStreamingOptions | undefined;

  const open = async (execTaskStreaming: Driver['execTaskStreaming']): Promise<void> => {
    given = undefined;
    services = await serve(
      fakeDriver({
        execTaskStreaming: (id, options) => {
          given = options;
          return execTaskStreaming(id, options);
        },
      }).driver,
    );
  };
  const start = (more: object = {}) => {
    const call = services.driver.duplex('ExecTaskStreaming');
    call.write({ setup: { ...setup, ...more } });
    return call;
  };
  const all = async (call: ReturnType<typeof start>): Promise<unknown[]> => {
    const seen: unknown[] = [];
    for await (const message of call) seen.push(message);
    return seen;
  };
  const nothing = { stdout: null, stderr: null, exited: false, result: null };
  const closed = { data: Buffer.alloc(0), close: true };
  afterEach(() => services.dispose());

  it('sends the output, closes both streams, reports the exit, and ends', async () => {
    await open((_id, { stdout, stderr }) => {
      stdout?.write('out');
      stderr?.write('err');
      return Promise.resolve({ exitCode: 43 });
    });
    expect(await all(start())).to.deep.equal([
      { ...nothing, stdout: { data: Buffer.from('out'), close: false } },
      { ...nothing, stderr: { data: Buffer.from('err'), close: false } },
      { ...nothing, stdout: closed },
      { ...nothing, stderr: closed },
      { ...nothing, exited: true, result: { exit_code: 43, signal: 0, oom_killed: false } },
    ]);
  });

  it('passes stdin on until it is closed, and makes nothing of messages without content', async () => {
    await open(async (_id, { stdin, stdout }) => {
      stdout?.write(stdin === undefined ? '' : await text(stdin));
      return { exitCode: 0 };
    });
    const call = start();
    call.write({});
    call.write({ stdin: { data: Buffer.from('one ') } });
    call.write({});
    call.write({ stdin: { data: Buffer.from('two') } });
    call.write({ stdin: { close: true } });
    call.write({ stdin: { data: Buffer.from('too late') } });
    const [first] = await all(call);
    expect(first).to.deep.equal({ ...nothing, stdout: { data: Buffer.from('one two'), close: false } });
  });

  it('takes the end of the call for the end of stdin', async () => {
    await open(async (_id, { stdin }) => ({ exitCode: (await text(stdin!)).length }));
    const call = start();
    call.write({ stdin: { data: Buffer.from('four') } });
    call.end();
    expect((await all(call)).at(-1)).to.deep.include({
      result: { exit_code: 4, signal: 0, oom_killed: false },
    });
  });

  it('gives the terminal every size, and the last one to who comes late', async () => {
    const sizes: TerminalSize[] = [];
    let listen = (): void => undefined;
    await open(
      (_id, { resize }) =>
        new Promise((resolve) => {
          listen = () =>
            resize?.subscribe({ next: (size) => sizes.push(size), complete: () => resolve({ exitCode: 0 }) });
          setImmediate(() => resolve({ exitCode: 0 }));
          listen();
        }),
    );
    const call = services.driver.duplex('ExecTaskStreaming');
    call.write({ setup: { ...setup, tty: true }, tty_size: { height: 24, width: 80 } });
    await all(call);
    expect(given?.tty).to.equal(true);
    expect(sizes).to.deep.equal([{ rows: 24, columns: 80 }]);
  });

  it('fails when the first message is no setup', async () => {
    await open(() => Promise.resolve({ exitCode: 0 }));
    const call = services.driver.duplex('ExecTaskStreaming');
    call.write({ stdin: { close: true } });
    const { code, details } = await call.ended;
    expect(code).to.equal(2);
    expect(details).to.include('not its setup');
    expect(given).to.equal(undefined);
  });

  it('fails when the call ends before it has begun', async () => {
    await open(() => Promise.resolve({ exitCode: 0 }));
    const call = services.driver.duplex('ExecTaskStreaming');
    call.end();
    expect((await call.ended).details).to.include('not its setup');
  });

  it('fails with the error of the driver', async () => {
    await open((id) => Promise.reject(taskNotFound(id)));
    expect(await start().ended).to.include({ code: 2, details: 'task not found for given id' });
  });

  it('kills the command when the call is cancelled, and lets go of what is blocked', async () => {
    let isDone = false;
    await open(async (_id, { stdout, signal }) => {
      stdout?.on('close', () => (isDone = true));
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      return { exitCode: 137, signal: 9 };
    });
    const call = start();
    await until('it runs', () => given !== undefined);
    call.cancel();
    await until('it is killed', () => given?.signal?.aborted === true && isDone);
    expect(given?.stdin?.destroyed).to.equal(true);
  });

  it('slows the command down for a host that does not read', async () => {
    let written = 0;
    const chunk = Buffer.alloc(64 * 1024);
    const total = 400;
    await open(async (_id, { stdout }) => {
      for (let n = 0; n < total; n += 1) {
        await new Promise((resolve) => stdout?.write(chunk, resolve));
        written += 1;
      }
      return { exitCode: 0 };
    });
    const call = start();
    await until('it stands still', async () => {
      const before = written;
      for (let n = 0; n < 20; n += 1) await turn();
      return written > 0 && written === before;
    });
    expect(written).to.be.lessThan(total);
    let bytes = 0;
    for await (const { stdout } of call) bytes += stdout?.data.length ?? 0;
    expect(bytes).to.equal(total * chunk.length);
  });

  it('takes as much input as the command reads, without losing any', async () => {
    let waiting = 0;
    let go = (): void => undefined;
    const begun = new Promise<void>((resolve) => (go = resolve));
    await open(async (_id, { stdin }) => {
      await begun;
      waiting = stdin?.readableLength ?? 0;
      return { exitCode: (await text(stdin!)).length % 251 };
    });
    const call = start();
    const total = 300;
    for (let n = 0; n < total; n += 1) call.write({ stdin: { data: Buffer.alloc(16 * 1024) } });
    call.write({ stdin: { close: true } });
    await until('some has come', () => (given?.stdin?.readableLength ?? 0) > 0);
    for (let n = 0; n < 50; n += 1) await turn();
    go();
    const last = (await all(call)).at(-1);
    expect(waiting).to.be.lessThan(total * 16 * 1024);
    expect(last).to.deep.include({
      result: { exit_code: (total * 16 * 1024) % 251, signal: 0, oom_killed: false },
    });
  });
});
