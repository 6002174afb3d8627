import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';

import { followFile } from '../../src/files/follow-file.ts';
import { jsonSink, plainSink } from '../../src/cli/task-output.ts';
import { until } from '../support/until.ts';

describe('followFile', () => {
  let dir: string;
  let path: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    path = join(dir, 'log');
  });
  afterEach(() => rm(dir, { recursive: true }));

  const follow = (ended: AbortController) => {
    let text = '';
    const write = (chunk: Buffer): Promise<void> => {
      text += chunk.toString();
      return Promise.resolve();
    };
    return { done: followFile(path, write, ended.signal), text: () => text };
  };

  it('passes on what is there, and what is appended', async () => {
    await writeFile(path, 'one\n');
    const ended = new AbortController();
    const { done, text } = follow(ended);
    await until('the beginning was read', () => text() === 'one\n');
    await appendFile(path, 'two\n');
    await until('the rest was read', () => text() === 'one\ntwo\n');
    ended.abort();
    await done;
  });

  it('passes on all that was written before the end, however much', async () => {
    const ended = new AbortController();
    await writeFile(path, '');
    const { done, text } = follow(ended);
    const much = 'x'.repeat(300_000);
    await appendFile(path, much);
    ended.abort();
    await done;
    expect(text()).to.equal(much);
  });

  it('returns at once when the end was before', async () => {
    await writeFile(path, 'all');
    const ended = new AbortController();
    ended.abort();
    const { done, text } = follow(ended);
    await done;
    expect(text()).to.equal('all');
  });

  it('rejects when there is no such file', async () => {
    const error: unknown = await follow(new AbortController()).done.catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'ENOENT');
  });
});

describe('output sinks', () => {
  const collected = (to: PassThrough): string => (to.read() as Buffer | null)?.toString() ?? '';

  it('pass bytes on as they are', async () => {
    const to = new PassThrough();
    await plainSink(to).write(Buffer.from('a\nb'));
    expect(collected(to)).to.equal('a\nb');
  });

  it('make one JSON object of each line, also of one that comes in pieces', async () => {
    const to = new PassThrough();
    const sink = jsonSink(to, 'web', 'stderr');
    const bytes = Buffer.from('one\ntwö\nrest');
    for (const byte of bytes) await sink.write(Buffer.of(byte));
    await sink.end();
    await sink.end();
    const objects = collected(to)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    const of = (line: string): object => ({ id: 'web', stream: 'stderr', line });
    expect(objects).to.deep.equal([of('one'), of('twö'), of('rest')]);
  });

  it('do not wait for a reader that went away', async () => {
    const to = new PassThrough();
    to.on('error', () => undefined);
    to.destroy();
    await plainSink(to).write(Buffer.from('lost'));
  });
});
