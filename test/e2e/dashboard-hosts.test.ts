import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { BehaviorSubject, filter } from 'rxjs';

import { createFleetDriver } from '../../src/drivers/fleet/index.ts';
import type { Driver } from '../../src/index.ts';
import { LIVE, type Connection } from '../../src/model/driver-connection.ts';
import { createServer, type Server } from '../../src/server/index.ts';
import { fakeSource } from '../drivers/fleet/fake-source.ts';
import { violationsOf } from '../support/axe.ts';
import { openBrowser, textsOf, type TestBrowser } from '../support/browser.ts';
import { nomadTask, pageDriver } from '../support/page-driver.ts';
import { until } from '../support/until.ts';

const SINCE = /stale since \d\d:\d\d:\d\d/;
/** A host of a fleet: its tasks are measured while it is live. */
function fakeHost(count: number): {
  readonly driver: Driver;
  readonly connectionSubject: BehaviorSubject<Connection>;
} {
  const connectionSubject = new BehaviorSubject(LIVE);
  const tasks = Array.from({ length: count }, (_, index) =>
    nomadTask(index, { startedAtMs: Date.now() - 20_000 - index * 2_000 }),
  );
  const { driver } = pageDriver(tasks);
  return {
    connectionSubject,
    driver: {
      ...fakeSource(),
      ...driver,
      connection: () => connectionSubject.asObservable(),
      allTaskStats: (options) =>
        driver.allTaskStats(options).pipe(filter(() => connectionSubject.value.state === 'live')),
    },
  };
}

describe('the dashboard of a fleet', function () {
  this.timeout(120_000);
  let browser: TestBrowser;
  let page: Page;
  let base: string;
  const servers: Server[] = [];
  const [first, second] = [fakeHost(3), fakeHost(4)];
  const fleet = createFleetDriver({
    sources: { 'node-1': first.driver, 'node-2': second.driver },
    // The fakes have no sampling of their own to report.
    responseTimeoutMs: 600_000,
  });

  const serve = async (driver: Driver): Promise<string> => {
    const server = await createServer(driver, {
      dataDir: await mkdtemp(join(base, 'data-')),
      listen: { host: '127.0.0.1', port: 0 },
      socketPath: false,
    });
    servers.push(server);
    return (server.url ?? '').replace(/\/$/, '');
  };
  const open = async (hash = ''): Promise<void> => {
    await page.goto('about:blank');
    await page.goto(`${url}/${hash}`);
  };
  const says = (selector: string, text: string | RegExp) =>
    page.locator(selector).filter({ hasText: text }).first().waitFor();
  const hash = () => new URL(page.url()).hash;
  const rowsOf = (host: string) => page.locator('.row:not(.group)', { hasText: host });
  /** How each element that contains the text is drawn. */
  const filtersOf = (text: string, selector = '.row:not(.group)') =>
    page.evaluate<readonly string[]>(`[...document.querySelectorAll(${JSON.stringify(selector)})]
      .filter(({ textContent }) => textContent.includes(${JSON.stringify(text)}))
      .map((element) => getComputedStyle(element).filter)`);
  const uptimesOf = async (host: string): Promise<string> =>
    (await rowsOf(host).locator('.uptime').allInnerTexts()).join(' ');
  let url = '';

  before(async function () {
    browser = await openBrowser(this);
    base = await mkdtemp(join(tmpdir(), 'rkt-streams-hosts-'));
    page = await browser.context.newPage();
    page.setDefaultTimeout(20_000);
    // The fakes have neither logs nor specifications.
    browser.allow(/status of (4|5)\d\d/);
    url = await serve(fleet);
  });
  after(async () => {
    await browser.close();
    for (const server of servers) await server.close();
    await fleet.shutdown();
    await rm(base, { recursive: true, force: true });
  });
  afterEach('the page reports no error', () => {
    expect(browser.complaints).to.deep.equal([]);
  });

  it('groups by host where nothing else is chosen, and shows that each host is live', async () => {
    await open();
    await says('.row.group', /node-1\s*3 tasks[^]*live/);
    await says('.row.group', /node-2\s*4 tasks[^]*live/);
    await says('.row.group .cpu', /\d%$/);
    expect(await page.getByLabel('Group by').inputValue()).to.equal('host');
    expect(hash()).to.match(/^(#\/)?$/);
    await says('.hosts', /Hosts\s*2 live/);
    expect(await textsOf(page, '.hosts-list li')).to.satisfy(
      ([a = '', b = '']) => /^node-1\s+live\s+3 tasks$/.test(a) && /^node-2\s+live\s+4 tasks$/.test(b),
    );
    await says('.row .identity', 'node-1 · shop · alloc a1b2c300 · web-0000');
    expect(await filtersOf('node-2')).to.deep.equal(['none', 'none', 'none', 'none']);
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('shows since when a host is stale, its tasks in grey and as they were, and those of others as they are', async () => {
    second.connectionSubject.next({ state: 'stale', sinceMs: Date.now(), reason: 'connect ECONNREFUSED' });
    await says('.row.group', /node-2\s*4 tasks[^]*stale since/);
    await says('.row.group', /node-1\s*3 tasks[^]*live/);
    await says('.hosts', /1 live · 1 stale/);
    await says('.hosts-list li:first-child', /^node-2/);
    await says('.hosts-list li:first-child', SINCE);
    expect(await page.locator('.hosts-list li:first-child .pill').getAttribute('title')).to.match(
      /ECONNREFUSED$/,
    );
    expect(await filtersOf('node-1')).to.deep.equal(['none', 'none', 'none']);
    for (const one of await filtersOf('node-2')) expect(one).to.match(/grayscale\(1\)/);
    expect(await rowsOf('node-2').locator('.state .pill').first().getAttribute('title')).to.match(
      /^node-2 is stale since/,
    );
    const [counting, standing] = [await uptimesOf('node-1'), await uptimesOf('node-2')];
    await until('the tasks of the other host count on', async () => (await uptimesOf('node-1')) !== counting);
    expect(await uptimesOf('node-2')).to.equal(standing);
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('leads from a host to its tasks, and from a task to its host', async () => {
    await page.getByRole('link', { name: 'node-2', exact: true }).click();
    expect(hash()).to.equal('#/?host=node-2');
    await says('#tasks .count', '4 of 7');
    expect(await textsOf(page, '.row.group .group-title')).to.deep.equal(['node-2']);
    await rowsOf('node-2').locator('.uptime').first().click();
    await says('.drawer .summary', SINCE);
    await says('.drawer .summary', /Host\s*node-2, stale/);
    await says('.drawer .when', /^as of \d\d:\d\d:\d\d$/);
    expect((await filtersOf('', '.drawer .body'))[0]).to.match(/grayscale\(1\)/);
    expect(await violationsOf(page)).to.deep.equal([]);
    await page.keyboard.press('Escape');
    await page.locator('.drawer').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Only node-2' }).click();
    expect(hash()).to.equal('#/');
    await says('#tasks .count', /^7$/);
  });

  it('keeps another grouping in the address, with the host on each row, and marks the cells of the map', async () => {
    await page.getByLabel('Group by').selectOption('none');
    expect(hash()).to.equal('#/?group=none');
    await until('no group is left', async () => (await page.locator('.row.group').count()) === 0);
    expect((await textsOf(page, '.row .identity')).map((text) => text.slice(0, 6)).sort()).to.deep.equal([
      ...['node-1', 'node-1', 'node-1'],
      ...['node-2', 'node-2', 'node-2', 'node-2'],
    ]);
    await page.getByLabel('Group by').selectOption('host');
    expect(hash()).to.equal('#/');
    await page.keyboard.press('m');
    await says('.cells-title', /^node-2 4 stale since/);
    expect(await page.locator('a.cell.is-away').count()).to.equal(4);
    expect(await page.locator('a.cell.is-away').first().getAttribute('aria-label')).to.match(
      /host stale since/,
    );
    expect(await violationsOf(page)).to.deep.equal([]);
    await page.keyboard.press('m');
  });

  it('is as complete on a phone', async () => {
    for (const [width, height] of [
      [900, 900],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      await says('.row.group', SINCE);
      await says('.hosts-list', SINCE);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).to.be.at.most(width);
      const cut = await page.evaluate<number>(
        "[...document.querySelectorAll('.row.group .pill, .hosts-list .pill')].filter((one) => one.getBoundingClientRect().right > innerWidth).length",
      );
      expect(cut, `${width} x ${height}`).to.equal(0);
      expect(await violationsOf(page), `${width} x ${height}`).to.deep.equal([]);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('shows that the host has recovered', async () => {
    const standing = await uptimesOf('node-2');
    second.connectionSubject.next(LIVE);
    await says('.hosts', /Hosts\s*2 live/);
    await says('.row.group', /node-2\s*4 tasks[^]*live/);
    await until('its tasks count on', async () => (await uptimesOf('node-2')) !== standing);
    expect(await filtersOf('node-2')).to.deep.equal(['none', 'none', 'none', 'none']);
    expect(await page.locator('.row.is-away, .hosts-list .is-away').count()).to.equal(0);
  });

  it('has nothing of hosts on an agent of one machine', async () => {
    url = await serve(pageDriver([nomadTask(0), nomadTask(1)]).driver);
    await open('#/?group=host');
    await says('.row .identity', 'shop · alloc a1b2c300 · web-0000');
    await says('.row .cpu .number', '%');
    expect(await page.locator('.row.group').count()).to.equal(0);
    expect(await page.locator('.hosts').isVisible()).to.equal(false);
    expect(await page.getByLabel('Group by').inputValue()).to.equal('none');
    expect(await textsOf(page, '.group-by option')).to.deep.equal(['No groups', 'Job', 'Image', 'State']);
    await page.locator('.row .uptime').first().click();
    await says('.drawer .summary', 'CPU');
    expect(await page.locator('.drawer .summary dt', { hasText: 'Host' }).isVisible()).to.equal(false);
  });
});
