import { appendFile, mkdtemp, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import { BehaviorSubject, Subject } from 'rxjs';

import type { Driver, ExitResult, TaskStatus } from '../../../src/index.ts';
import type { LogLine } from '../../../src/server/logs/merged-log.ts';
import type { LinesFrame } from '../../../src/server/logs/follow-lines.ts';
import { fakeDriver } from '../../support/fake-tasks.ts';
import { codeOf, serve, type Served } from '../../support/served.ts';
import { until } from '../../support/until.ts';

const texts = (lines: readonly LogLine[]): readonly string[] =>
  lines.map(({ stream, text }) => `${stream === 'stdout' ? 'out' : 'err'} ${text}`);

describe('GET /v1/tasks/ID/logs/lines', function () {
  this.timeout(20_000);
  let directory: string;
  let out: string;
  let err: string;
  let served: Served;
  let tasksSubject: BehaviorSubject<readonly TaskStatus[]>;
  let exitSubject: Subject<ExitResult>;

  const path = (rest = '') => `/v1/tasks/web-0000/logs/${rest}`;
  const lines = async (query = ''): Promise<LinesFrame> => {
    const { status, body } = await served.ask(path(`lines${query}`));
    expect(status, body).to.equal(200);
    return JSON.parse(body) as LinesFrame;
  };
  /** Writes one line, and waits until the agent has seen it. */
  const writes = async (file: string, text: string): Promise<void> => {
    await appendFile(file, text);
    const isSeen = async () => (await lines()).lines.some((line) => text.startsWith(line.text));
    await until(`${text} is seen`, isSeen);
  };
  const begin = async (more: Partial<TaskStatus> = {}): Promise<void> => {
    const base = fakeDriver(1);
    const status = {
      ...base.inspectTask('web-0000'),
      startedAtMs: 5,
      stdoutPath: out,
      stderrPath: err,
      ...more,
    };
    tasksSubject = new BehaviorSubject<readonly TaskStatus[]>([status]);
    exitSubject = new Subject<ExitResult>();
    const driver: Partial<Driver> = {
      ...base,
      tasks: () => tasksSubject.asObservable(),
      inspectTask: () => tasksSubject.value[0] ?? status,
      waitTask: () => exitSubject.asObservable(),
    };
    served = await serve(driver as Driver);
  };
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-lines-'));
    [out, err] = [join(directory, 'out'), join(directory, 'err')];
    await Promise.all([writeFile(out, ''), writeFile(err, '')]);
  });
  afterEach(async () => {
    await served.close();
    await rm(directory, { recursive: true });
  });

  it('has both outputs in the order in which they were written, with times', async () => {
    const fromMs = Date.now();
    await begin();
    await writes(out, 'one\n');
    await writes(err, 'two\n');
    await writes(out, 'three\n');
    const { lines: found, isFirst, skippedBytes } = await lines();
    expect(texts(found)).to.deep.equal(['out one', 'err two', 'out three']);
    expect([isFirst, skippedBytes]).to.deep.equal([true, undefined]);
    const times = found.map(({ timeMs }) => timeMs ?? 0);
    expect(times).to.deep.equal(times.toSorted((one, other) => one - other));
    expect(times[0]).to.be.within(fromMs, Date.now());
  });

  it('invents no time for what was written before the agent watched', async () => {
    await writeFile(out, 'early\nlast\n');
    await writeFile(err, 'bad\n');
    await utimes(out, 1_000, 2_000);
    await utimes(err, 1_000, 1_500);
    await begin();
    await writes(err, 'seen\n');
    const { lines: found } = await lines();
    expect(texts(found)).to.deep.equal(['out early', 'err bad', 'out last', 'err seen']);
    // The last byte of a file was written when it was last changed.
    expect(found.slice(0, 3).map(({ timeMs }) => timeMs)).to.deep.equal([undefined, 1_500_000, 2_000_000]);
  });

  it('begins with a whole line, and says how much it leaves out', async () => {
    await writeFile(out, 'first line\nsecond line\n');
    await begin();
    expect(await lines('?tailBytes=15')).to.deep.include({ isFirst: true, skippedBytes: 11 });
    expect(texts((await lines('?tailBytes=15')).lines)).to.deep.equal(['out second line']);
    expect(texts((await lines('?tailBytes=12')).lines)).to.deep.equal(['out second line']);
  });

  it('has the line that has no end yet, and decodes what was split', async () => {
    await begin();
    await writes(out, 'à la\r\nWaiting…');
    expect(texts((await lines()).lines)).to.deep.equal(['out à la', 'out Waiting…']);
  });

  it('goes on when a log was emptied', async () => {
    await begin();
    await writes(out, 'before the end\n');
    await truncate(out);
    await writes(out, 'after\n');
    expect(texts((await lines()).lines)).to.deep.equal(['out after']);
  });

  it('follows both until the task ends, and resumes after the last frame', async () => {
    await begin();
    await writes(out, 'one\n');
    const followed = served.ask(path('lines?follow=true'));
    await until('the reader waits for the task', () => exitSubject.observed);
    await writes(err, 'two\n');
    await appendFile(out, 'no end');
    exitSubject.complete();
    const { body } = await followed;
    const frames = [...body.matchAll(/^event: lines\nid: (.*)\ndata: (.*)$/gm)];
    const sent = frames.map(([, , data]) => JSON.parse(data ?? '') as LinesFrame);
    expect(texts(sent.flatMap((frame) => frame.lines))).to.deep.equal(['out one', 'err two', 'out no end']);
    expect(sent.map(({ isFirst }) => isFirst)[0]).to.equal(true);
    expect(frames.at(-1)?.[1]).to.equal('5-10-4');
    expect(body.trimEnd().endsWith('event: ended\ndata: {"topic":"log"}')).to.equal(true);
    // After `one` and its line feed, of the start at 5.
    const headers = { 'Last-Event-ID': '5-4-0' };
    const again = await served.ask(path('lines?follow=true'), { headers });
    expect(again.body).to.include('two').and.not.include('"one"');
    const other = { 'Last-Event-ID': '4-4-0' };
    expect((await served.ask(path('lines?follow=true'), { headers: other })).body).to.include(
      '"isFirst":true',
    );
  });

  it('is a file to download, whole and with times, or one output as it is', async () => {
    await writeFile(err, 'early\nlast\n');
    await begin();
    await writes(out, 'one\n');
    await writes(err, 'two\n');
    const all = await served.ask(path('download'));
    expect(all.headers['content-disposition']).to.equal('attachment; filename="web-0000.log"');
    expect(all.body).to.match(/^- stderr early\n\S+Z stderr last\n\S+Z stdout one\n\S+Z stderr two\n$/);
    const one = await served.ask(path('download?stream=stderr'));
    expect([one.headers['content-type'], one.body]).to.deep.equal([
      'text/plain; charset=utf-8',
      'early\nlast\ntwo\n',
    ]);
  });

  it('reports a task without files, and one that does not exist', async () => {
    await begin({ stdoutPath: '/dev/null', stderrPath: undefined });
    const none = await served.ask(path('lines'));
    expect([none.status, codeOf(none)]).to.deep.equal([409, 'RKT_ERR_LOGS']);
    expect((await served.ask(path('lines?tailBytes=9999999'))).status).to.equal(400);
    expect((await served.ask(path('lines'), { method: 'HEAD' })).status).to.equal(404);
  });
});
