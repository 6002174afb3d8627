import { expect } from 'chai';
import type { Page } from 'playwright-core';

import type { Driver } from '../../src/index.ts';
import { createServer, type Server } from '../../src/server/index.ts';
import { violationsOf } from '../support/axe.ts';
import { openBrowser, textsOf, type TestBrowser } from '../support/browser.ts';
import { FOREVER } from '../support/cli-sandbox.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const MEMORY_LIMIT = 24 * 2 ** 20;
/** More than the limit, once the file is there. */
const HUNGRY = 'while [ ! -e /go ]; do sleep 0.05; done; x=a; while :; do x=$x$x; done';

describe('the charts of a task in the dashboard', function () {
  this.timeout(90_000);
  let sandbox: Sandbox;
  let driver: Driver;
  let server: Server;
  let browser: TestBrowser;
  let page: Page;
  let url: string;

  const chart = (title: string) =>
    page.locator('.drawer .chart').filter({ has: page.getByText(title, { exact: true }) });
  const shownTitles = async () =>
    (await page.locator('.drawer .chart:visible figcaption > span:first-child').allInnerTexts()).join();
  const overlay = async (title: string) => {
    const box = await chart(title).locator('.u-over').boundingBox();
    if (box === null) throw new Error(`no chart ${title}`);
    return box;
  };
  const markers = () => textsOf(page, '.drawer .markers li');

  before(async function () {
    sandbox = await openSandbox(this);
    browser = await openBrowser(this);
    driver = sandbox.driver();
    server = await createServer(driver, {
      dataDir: sandbox.options.dataDir,
      listen: { host: '127.0.0.1', port: 0 },
      socketPath: false,
      alerts: { intervalMs: 200 },
    });
    url = (server.url ?? '').replace(/\/$/, '');
    const resources = { memoryLimitBytes: MEMORY_LIMIT };
    await driver.startTask(sandbox.shell('web', FOREVER));
    await driver.startTask(sandbox.shell('hungry', HUNGRY, { resources }));
    page = await browser.context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(`${url}/#/task/web`);
    await page.locator('.drawer .chart canvas').nth(2).waitFor();
  });
  after(async () => {
    await browser.close();
    await server.close();
    await sandbox.close();
  });
  afterEach('the page reports no error', () => {
    expect(browser.complaints).to.deep.equal([]);
  });

  it('shows what is measured, and nothing that does not apply', async () => {
    await until('processes are drawn', async () => (await shownTitles()).includes('Processes'));
    const sample = await new Promise<Record<string, unknown>>((resolve, reject) => {
      const groups = ['io', 'network', 'pressure'] as const;
      const subscription = driver
        .taskStats('web', { intervalMs: 200, groups: [...groups, 'cpu', 'memory'] })
        .subscribe({
          next(usage) {
            resolve({ ...usage });
            queueMicrotask(() => subscription.unsubscribe());
          },
          error: reject,
        });
    });
    const isMeasured = (name: string) => sample[name] !== undefined;
    await until('they are those that are measured', async () => {
      const shown = await shownTitles();
      return (
        shown.includes('Disk I/O') === isMeasured('io') &&
        shown.includes('Network') === isMeasured('network') &&
        shown.includes('Pressure') === isMeasured('pressure')
      );
    });
    // No quota, so nothing is throttled; no network of its own; no swap in use.
    expect(await shownTitles()).not.to.match(/Throttled|Network/);
    expect(await textsOf(page, '.drawer .chart .key:visible')).not.to.include.members(['swap 0 B']);
  });

  it('has the time under the cursor, in step in all charts', async () => {
    const { x, y, width } = await overlay('Memory');
    await page.mouse.move(x + width / 2, y + 40);
    const labels = page.locator('.drawer .chart:visible .at');
    await labels.first().waitFor();
    const texts = await labels.allInnerTexts();
    expect(texts.length).to.be.at.least(2);
    expect(texts[0]).to.match(/^\d\d:\d\d:\d\d$/);
    const toSeconds = (text: string) => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
    for (const text of texts) expect(Math.abs(toSeconds(text) - toSeconds(texts[0] ?? ''))).to.be.at.most(1);
    await page.mouse.move(5, 5);
    await until('it is gone', async () => (await page.locator('.drawer .at:visible').count()) === 0);
  });

  it('marks the start, and names it under the cursor', async () => {
    expect((await markers())[0]).to.match(/^▼?\s*start\s\d\d:\d\d:\d\d$/);
    const { x, y, width } = await overlay('Memory');
    const startedMs = driver.inspectTask('web').startedAtMs ?? 0;
    await until('the cursor is at the marker', async () => {
      const at = x + width * (1 - (Date.now() - startedMs) / 300_000);
      await page.mouse.move(at, y + 30);
      return (await page.locator('.drawer .chart:visible .at').allInnerTexts()).some((text) =>
        text.endsWith('start'),
      );
    });
  });

  it('zooms by dragging, in all charts, and shows the range again', async () => {
    const { x, y, width } = await overlay('Memory');
    await page.mouse.move(x + width * 0.5, y + 40);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.9, y + 40, { steps: 4 });
    await page.mouse.up();
    const zoom = page.locator('.drawer .zoom');
    await zoom.waitFor();
    const [from = 0, to = 0] = ((await zoom.innerText()).match(/\d\d:\d\d:\d\d/g) ?? []).map((text) =>
      text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0),
    );
    expect(to - from).to.be.within(115, 125);
    const text = await zoom.innerText();
    await page.mouse.move(x + 1, y + 30);
    const left = await page.locator('.drawer .chart:visible .at').first().innerText();
    expect(text).to.include(left.slice(0, 7));
    await zoom.click();
    await until('it is gone', async () => !(await zoom.isVisible()));
    for (const range of ['15m', '1h', '6h', '24h', '5m']) {
      const button = page.getByRole('button', { name: range, exact: true });
      await button.click();
      expect(await button.getAttribute('aria-pressed')).to.equal('true');
    }
  });

  it('has no fault of accessibility, on a desk and on a phone', async () => {
    for (const [width, colorScheme] of [
      [1440, 'dark'],
      [390, 'light'],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await violationsOf(page)).to.deep.equal([]);
    }
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).to.be.at.most(390);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('ends at the end of a task, and marks the OOM kill and its alert', async () => {
    await page.goto(`${url}/#/task/hungry`);
    await page.locator('.drawer .chart canvas').nth(1).waitFor();
    await driver.execTask('hungry', ['/bin/touch', '/go']);
    await page.locator('.drawer .markers li', { hasText: 'killed, out of memory' }).waitFor();
    await page.locator('.drawer .markers li', { hasText: /oom/ }).waitFor();
    const endMs = driver.inspectTask('hungry').completedAtMs ?? 0;
    const { x, y, width } = await overlay('Memory');
    await page.mouse.move(x + width - 1, y + 30);
    const end = new Date(endMs).toTimeString().slice(0, 8);
    await until('the charts end at its end', async () =>
      (await page.locator('.drawer .chart:visible .at').allInnerTexts()).some((text) => text.startsWith(end)),
    );
  });
});
