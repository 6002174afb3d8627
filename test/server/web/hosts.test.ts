import { expect } from 'chai';

import { LIVE, type Connection } from '../../../src/model/driver-connection.ts';
import type { FleetHost } from '../../../src/model/fleet-host.ts';
import { absoluteText, clockText } from '../../../src/server/web/logic/format.ts';
import {
  awayFirst,
  connectionCounts,
  connectionText,
  connectionTitle,
} from '../../../src/server/web/logic/host-connection.ts';
import { groupRows, shownGroup, usualGroup } from '../../../src/server/web/logic/group-rows.ts';
import { createStore } from '../../../src/server/web/logic/store.ts';
import { tableItems } from '../../../src/server/web/logic/table-items.ts';
import { createTaskRow } from '../../../src/server/web/logic/task-row.ts';
import { topTasks } from '../../../src/server/web/logic/top-tasks.ts';
import { status, usage } from '../../support/page-rows.ts';

const NOON = new Date(2026, 4, 6, 12).getTime();
const STALE: Connection = { state: 'stale', sinceMs: NOON, reason: 'connect ECONNREFUSED' };
const host = (name: string, connection: Connection): FleetHost => ({ host: name, connection });
const HOSTS = [host('node-1', LIVE), host('node-2', STALE), host('node-3', { state: 'closed' })];

describe('the state of a host', () => {
  it('has the time of a stale one, and its date on another day', () => {
    expect(connectionText(LIVE, NOON)).to.equal('live');
    expect(connectionText(STALE, NOON + 1_000)).to.equal(`stale since ${clockText(NOON)}`);
    expect(connectionText(STALE, NOON + 86_400_000)).to.equal('stale since 2026-05-06');
    expect(connectionTitle(STALE)).to.equal(`stale since ${absoluteText(NOON)}\nconnect ECONNREFUSED`);
  });

  it('is counted, and those that are away come first', () => {
    expect(connectionCounts(HOSTS)).to.equal('1 live · 1 stale · 1 closed');
    expect(connectionCounts(HOSTS.slice(0, 1))).to.equal('1 live');
    expect(awayFirst(HOSTS).map((one) => one.host)).to.deep.equal(['node-2', 'node-3', 'node-1']);
  });
});

describe('the tasks of a stale host', () => {
  const fleet = () => {
    const store = createStore();
    store.setHosts(HOSTS);
    store.setTasks(
      ['node-1', 'node-2'].map((name) => status(`${name}/web`, { host: name, startedAtMs: NOON - 60_000 })),
    );
    store.addSamples(
      store
        .rows()
        .map(({ id }) => ({ taskId: id, usage: usage(NOON, { memory: { workingSetBytes: 100 } }) })),
    );
    return store;
  };

  it('count on no more until it is live, whether the hosts or the tasks are known first', () => {
    const store = fleet();
    const uptimes = () => store.rows().map((row) => row.uptimeMs(NOON + 5_000));
    expect(uptimes()).to.deep.equal([65_000, 60_000]);
    store.setTasks(store.rows().map((row) => row.status));
    expect(uptimes()).to.deep.equal([65_000, 60_000]);
    store.setHosts([host('node-1', LIVE), host('node-2', LIVE)]);
    expect(uptimes()).to.deep.equal([65_000, 65_000]);
  });

  it('are not in the totals and the Top 5, and keep their own values', () => {
    const store = fleet();
    expect(store.totals()).to.include({ tasks: 2, running: 2, memoryBytes: 100 });
    expect(store.row('node-2/web')?.memoryBytes()).to.equal(100);
    const top = topTasks(store.rows(), { by: 'memory', count: 5, width: 10, height: 10, nowMs: NOON });
    expect(top.bands.map(({ taskId }) => taskId)).to.deep.equal(['node-1/web']);
    store.setHosts([host('node-1', LIVE), host('node-2', LIVE)]);
    expect(store.totals().memoryBytes).to.equal(200);
  });

  it('stand below a head with its state, where they are grouped by host', () => {
    const store = fleet();
    const heads = (group: 'host' | 'state') =>
      tableItems(store.rows(), { group, hosts: store.hosts(), unfolded: new Set() }).flatMap((item) =>
        item.kind === 'group' ? [[item.title, item.connection?.state]] : [],
      );
    expect(heads('host')).to.deep.equal([
      ['node-1', 'live'],
      ['node-2', 'stale'],
    ]);
    expect(heads('state')).to.deep.equal([['running', undefined]]);
  });
});

describe('the usual grouping', () => {
  const alone = [createTaskRow(status('web'))];
  const inFleet = [...alone, createTaskRow(status('node-1/web', { host: 'node-1' }))];

  it('is by host where tasks have one', () => {
    expect(usualGroup(alone)).to.equal('none');
    expect(usualGroup(inFleet)).to.equal('host');
    expect(groupRows(inFleet, 'host').map(({ title }) => title)).to.deep.equal(['No host', 'node-1']);
  });

  it('gives way to what is chosen, but for hosts where there is none', () => {
    expect(shownGroup(undefined, 'host')).to.equal('host');
    expect(shownGroup('none', 'host')).to.equal('none');
    expect(shownGroup('job', 'none')).to.equal('job');
    expect(shownGroup('host', 'none')).to.equal('none');
  });
});
