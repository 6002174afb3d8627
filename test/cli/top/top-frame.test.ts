import { expect } from 'chai';
import fc from 'fast-check';

import { frame, type Scene } from '../../../src/cli/top/top-frame.ts';
import { lineText } from '../../../src/cli/top/line.ts';
import { widthOf } from '../../../src/cli/text-width.ts';
import { freshness } from '../../../src/cli/freshness.ts';
import { LIVE } from '../../../src/model/driver-connection.ts';
import { NO_LOG, tailLines } from '../../../src/cli/top/log-view.ts';
import { FIRST_STATE, type TopState } from '../../../src/cli/top/top-state.ts';
import type { TaskEvent } from '../../../src/model/task-event.ts';
import { aStatus, aUsage, someData } from '../../support/top-tasks.ts';

const MIB = 1024 * 1024;
const SMALL = { columns: 80, rows: 24 };
const data = {
  ...someData(
    [
      aStatus('web', { memoryLimitBytes: 64 * MIB, stdoutPath: '/logs/out', stderrPath: '/logs/err' }),
      aUsage(150, 61 * MIB, { pidCount: { current: 7 } }),
    ],
    [aStatus('job', { phase: 'stopping' }), aUsage(2, MIB)],
    [
      aStatus('old', {
        phase: 'exited',
        completedAtMs: 90_000,
        exitResult: { exitCode: 3, oomKilled: false, completedAtMs: 90_000, source: 'exit-file' },
      }),
    ],
  ),
  host: {
    timestampMs: 0,
    cpu: { cores: 4, percent: 50, load1: 1.234 },
    memory: { totalBytes: 1_024 * MIB, usedBytes: 512 * MIB },
    disks: [],
    uptimeMs: 0,
  },
  events: ['started', 'failed'].map(
    (kind) => ({ kind, taskId: 'web', timeMs: 0, message: `it has ${kind}` }) as TaskEvent,
  ),
};

function screen(state: Partial<TopState> = {}, more: Partial<Scene> = {}): readonly string[] {
  return frame({ data, state: { ...FIRST_STATE, ...state }, size: SMALL, log: NO_LOG, ...more }).map((line) =>
    lineText(line).trimEnd(),
  );
}

describe('the screen of top', () => {
  it('shows the tasks in a table at 80 columns', () => {
    const lines = screen();
    expect(lines).to.have.length(23);
    const [header, titles, job, web, below] = lines;
    expect(header).to.equal(' rkt-streams top  1 of 3 running  2 shown  cpu 2.0/4  mem 512M/1G  load 1.23');
    expect(titles).to.equal('  NAME▼        STATE     CPU               MEMORY           PIDS UPTIME IMAGE');
    expect(job).to.match(/^▸ job {10}stopping +0\.02 .* 1M +- +1h00m …job:1\.0$/);
    expect(web).to.match(/^ {2}web {10}running +1\.50 .* ████ 61M\/64M +7 +1h00m …web:1\.0$/);
    expect(below).to.equal('');
    expect(lines.at(-1)).to.match(/^s sort .* q quit {3}by name$/);
  });

  it('says since when hosts are stale, and does not count their tasks on', () => {
    const stale = { state: 'stale', sinceMs: data.nowMs - 30 * 60_000, reason: 'is gone' } as const;
    const at = data.tasks.map((task) => ({ ...task, status: { ...task.status, host: 'n1' } }));
    const known = freshness(LIVE, [
      { host: 'n1', connection: stale },
      { host: 'n2', connection: LIVE },
    ]);
    const lines = screen({}, { data: { ...data, tasks: at, freshness: known } });
    expect(lines).to.have.length(23);
    expect(lines[1]).to.match(/^host n1 stale since \d\d:\d\d:\d\d: is gone$/);
    expect(lines[3]).to.match(/^▸ job .* \+?30m\d\ds .*job:1\.0$|^▸ job .* 30m00s/);
    const lost = { ...data, freshness: freshness(stale, []) };
    expect(screen({}, { data: lost })[1]).to.match(/^stale since \d\d:\d\d:\d\d: is gone$/);
  });

  it('has wider columns where there is sandbox, and I/O where it was measured', () => {
    const usage = aUsage(1, 1, {
      io: { readBytes: 1, readBytesPerSecond: 2_048, writeBytesPerSecond: 0 },
      network: { receivedBytes: 1, receivedBytesPerSecond: 10, sentBytesPerSecond: 20 },
    });
    const wide = screen({}, { data: someData([aStatus('web'), usage]), size: { columns: 200, rows: 50 } });
    expect(wide[1]).to.match(/NAME▼ .* NET RX\/TX +IO R\/W +UPTIME IMAGE$/);
    expect(wide[2]).to.match(/10\/20 +2K\/0 +1h00m example\.com\/web:1\.0$/);
  });

  it('shows all, sorted and filtered as reported', () => {
    const lines = screen({ isAll: true, sort: 'cpu', isReversed: true });
    expect(lines[1]).to.contain('CPU▲');
    expect(lines.slice(2, 5).map((line) => line.slice(2, 5))).to.deep.equal(['old', 'job', 'web']);
    expect(screen({ filter: 'we' })[2]).to.match(/^▸ web/);
    expect(screen({ filter: 'nope' })[3]).to.contain('No task has "nope"');
    expect(screen({ filter: 'we', isTyping: true }).at(-1)).to.match(/^filter: we▏/);
    const empty = { ...data, tasks: [], host: undefined };
    expect(screen({}, { data: empty })[3]).to.contain('No running tasks');
    expect(screen({ isAll: true }, { data: empty })[3]).to.contain('No tasks.');
  });

  it('keeps the selected task on the screen', () => {
    const many = someData(...Array.from({ length: 50 }, (_, i) => [aStatus(`t${100 + i}`)] as const));
    for (const selectedId of ['t100', 't120', 't121', 't149']) {
      const lines = screen({ selectedId }, { data: many });
      expect(
        lines.filter((line) => line.startsWith(`▸ ${selectedId}`)),
        selectedId,
      ).to.have.length(1);
    }
  });

  it('shows one task: facts, charts and its events', () => {
    const lines = screen({ view: 'task', selectedId: 'web' });
    const text = lines.join('\n');
    expect(lines[1]).to.equal('web  running  up 1h00m');
    expect(text).to.contain('CPU 1.50 cores, most 1.50\n  1.50│');
    expect(text).to.contain('MEMORY 61M, limit 64M, most 61M\n   64M│');
    expect(text).to.match(/EVENTS\n.* started {9}it has started\n.* failed {10}it has failed/);
    expect(screen({ view: 'task', selectedId: 'old' })[1]).to.equal('old  exited  up 1m30s  exit 3');
    const wide = screen({ view: 'task', selectedId: 'web' }, { size: { columns: 200, rows: 50 } });
    expect(wide.find((line) => line.startsWith('CPU'))).to.contain('MEMORY');
    expect(screen({ view: 'task', selectedId: 'gone' })[1]).to.contain('no longer exists');
  });

  it('shows the end of the output', () => {
    const lines = Array.from({ length: 100 }, (_, i) => `line ${i}\x1b[31m`);
    const shown = screen({ view: 'log', selectedId: 'web' }, { log: { kind: 'lines', lines } });
    expect(shown[1]).to.equal('web stdout  /logs/out');
    expect(shown.slice(2, -1)).to.deep.equal(Array.from({ length: 20 }, (_, i) => `line ${80 + i}`));
    const none = screen({ view: 'log', selectedId: 'web', stream: 'stderr' });
    expect(none[1]).to.equal('web stderr  /logs/err');
    expect(none[3]).to.equal('No output was read yet.');
    expect(screen({ view: 'log', selectedId: 'job' })[1]).to.equal('job stdout');
  });

  it('explains its keys', () => {
    expect(screen({ isHelpOpen: true }).join('\n')).to.contain('sort by the next column');
  });

  it('marks what is near its limit', () => {
    const [, , , web] = frame({ data, state: FIRST_STATE, size: SMALL, log: NO_LOG });
    expect(web?.segments.filter(({ tone }) => tone === 'bad').map(({ text }) => text.trim())).to.deep.equal([
      '████',
      '61M/64M',
    ]);
  });

  it('never draws beyond the screen, however small', () => {
    const views = fc.constantFrom<Partial<TopState>>(
      {},
      { view: 'task', selectedId: 'web' },
      { view: 'log', selectedId: 'web' },
      { isTyping: true },
    );
    const sizes = fc.record({
      columns: fc.integer({ min: 1, max: 220 }),
      rows: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(views, sizes, (state, size) => {
        const lines = screen(state, { size });
        expect(lines.length).to.be.at.most(Math.max(0, size.rows - 1));
        if (size.columns >= 60) {
          for (const line of lines) expect(widthOf(line), line).to.be.at.most(size.columns);
        }
      }),
    );
  });
});

describe('tailLines', () => {
  it('splits lines at their ends', () => {
    expect(tailLines(Buffer.from('a\nb\r\nc\n'))).to.deep.equal(['a', 'b', 'c']);
  });
});
