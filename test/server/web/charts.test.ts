import { expect } from 'chai';

import type { HistoryColumns } from '../../../src/server/history/history.ts';
import { chartData, createLiveRows } from '../../../src/server/web/logic/chart-data.ts';
import { configLines } from '../../../src/server/web/logic/config-lines.ts';
import { STALE_AFTER_MS, createConnection } from '../../../src/server/web/logic/connection.ts';
import { rowWindow } from '../../../src/server/web/logic/row-window.ts';
import { usage } from '../../support/page-rows.ts';

const history = (timeMs: readonly number[]): HistoryColumns => ({
  resolution: 'fine',
  stepMs: 5_000,
  timeMs,
  series: { cpuCores: timeMs.map(() => 0.5), rssBytes: timeMs.map(() => null) },
});
const sample = (timestampMs: number, totalNs: number) =>
  usage(timestampMs, { cpu: { percent: 100, totalNs, throttledNs: totalNs / 2 } });

describe('chartData', () => {
  it('continues the history by what comes in', () => {
    const live = createLiveRows();
    [20_000, 21_000, 21_000, 22_000].forEach((time) => live.add(sample(time, time * 1e6)));
    const data = chartData(history([10_000, 15_000, 20_000, 25_000]), live.rows(), {
      nowMs: 22_000,
      rangeMs: 10_000,
    });
    expect(data.timeMs).to.deep.equal([15_000, 20_000, 21_000, 22_000]);
    expect(data.series.cpuCores).to.deep.equal([0.5, 0.5, 1, 1]);
    expect(data.series.throttledSeconds).to.deep.equal([null, null, 0.5, 0.5]);
    expect(data.series.rssBytes).to.deep.equal([null, null, null, null]);
  });

  it('puts a hole where nothing was measured for long', () => {
    const data = chartData(history([0, 5_000, 60_000]), [], { nowMs: 60_000, rangeMs: 60_000 });
    expect(data.timeMs).to.deep.equal([0, 5_000, 10_000, 60_000]);
    expect(data.series.cpuCores).to.deep.equal([0.5, 0.5, null, 0.5]);
  });

  it('takes the counters of a task that was started again for new ones', () => {
    const live = createLiveRows();
    live.add(sample(1_000, 9e9));
    live.add(sample(2_000, 1e6));
    live.add(sample(3_000, 2e6));
    expect(live.rows().map(({ timeMs }) => timeMs)).to.deep.equal([3_000]);
  });

  it('is empty without history and metrics', () => {
    expect(chartData(undefined, [], { nowMs: 1, rangeMs: 1 }).timeMs).to.deep.equal([]);
  });
});

describe('rowWindow', () => {
  it('has what can be seen, and some to spare', () => {
    expect(rowWindow({ topPx: 1_000, bottomPx: 1_500, rowPx: 50, count: 100, spare: 2 })).to.deep.equal({
      first: 18,
      end: 32,
    });
    expect(rowWindow({ topPx: -40, bottomPx: 60, rowPx: 50, count: 1 })).to.deep.equal({ first: 0, end: 1 });
    expect(rowWindow({ topPx: -900, bottomPx: -500, rowPx: 50, count: 9 })).to.deep.equal({
      first: 0,
      end: 0,
    });
  });
});

describe('createConnection', () => {
  it('says how the page stands to the agent', () => {
    const connection = createConnection();
    expect(connection.state(0)).to.equal('connecting');
    connection.opened(0);
    expect(connection.state(STALE_AFTER_MS)).to.equal('live');
    expect(connection.state(STALE_AFTER_MS + 1)).to.equal('stale');
    connection.received(9_000);
    expect(connection.state(9_001)).to.equal('live');
    connection.failed();
    expect(connection.state(9_001)).to.equal('lost');
  });
});

describe('configLines', () => {
  it('flattens what is there, and keeps the environment apart', () => {
    const spec = {
      id: 'web',
      user: '',
      config: { image: 'a.aci', args: ['-c', "echo 'it is'"], net: ['host', 'x'], volumes: [], debug: false },
      resources: { memoryLimitBytes: 2 ** 20, ports: [{ label: 'http', port: 80 }], cpu: undefined },
      env: { GREETING: 'hi' },
    };
    expect(configLines(spec)).to.deep.equal({
      lines: [
        { name: 'id', value: 'web' },
        { name: 'config.image', value: 'a.aci' },
        { name: 'config.args', value: `-c 'echo '\\''it is'\\'''` },
        { name: 'config.net', value: 'host, x' },
        { name: 'config.debug', value: 'false' },
        { name: 'resources.memoryLimitBytes', value: '1.0 MiB' },
        { name: 'resources.ports[0].label', value: 'http' },
        { name: 'resources.ports[0].port', value: '80' },
      ],
      env: [{ name: 'GREETING', value: 'hi' }],
    });
    expect(configLines(undefined)).to.deep.equal({ lines: [], env: [] });
  });
});
