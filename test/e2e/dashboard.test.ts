import { readFile } from 'node:fs/promises';

import { expect } from 'chai';
import type { Page } from 'playwright-core';

import type { Driver } from '../../src/index.ts';
import { createServer, type Server } from '../../src/server/index.ts';
import { violationsOf } from '../support/axe.ts';
import { openBrowser, textsOf, type TestBrowser } from '../support/browser.ts';
import { FOREVER } from '../support/cli-sandbox.ts';
import { fakeDriver } from '../support/fake-tasks.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

// Said as text: these tests know no DOM.
const BACKGROUND = 'getComputedStyle(document.documentElement).backgroundColor';
const WIDTH = 'document.documentElement.scrollWidth';

describe('the dashboard', function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let driver: Driver;
  let server: Server;
  let browser: TestBrowser;
  let page: Page;
  let url: string;

  const serve = (port = 0): Promise<Server> =>
    createServer(driver, {
      dataDir: sandbox.options.dataDir,
      listen: { host: '127.0.0.1', port },
      socketPath: false,
      alerts: { intervalMs: 200 },
    });
  const names = () => textsOf(page, '.row .name a');
  const row = (name: string) => page.locator('.row', { has: page.locator('.name a', { hasText: name }) });
  const cellOf = (name: string, kind: string) => row(name).locator(`.${kind}`).first().innerText();
  const says = (selector: string, text: string | RegExp) =>
    page.locator(selector).filter({ hasText: text }).first().waitFor();
  const token = async () => (await readFile(server.tokenPath, 'utf8')).trim();

  before(async function () {
    sandbox = await openSandbox(this);
    browser = await openBrowser(this);
    driver = sandbox.driver();
    server = await serve();
    url = (server.url ?? '').replace(/\/$/, '');
    await driver.startTask(
      sandbox.shell('web', `echo hello from web; ${FOREVER}`, { env: { GREETING: 'hi' } }),
    );
    await driver.startTask(sandbox.shell('spare', FOREVER));
    await driver.startTask(sandbox.shell('job', 'echo cannot go on >&2; exit 3'));
    page = await browser.context.newPage();
    page.setDefaultTimeout(10_000);
    await page.goto(`${url}/`);
    await until('all rows are there', async () => (await names()).length === 3);
  });
  after(async () => {
    await browser.close();
    await server.close();
    await sandbox.close();
  });
  afterEach('the page reports no error', () => {
    expect(browser.complaints).to.deep.equal([]);
  });

  it('shows every task with its metrics, live', async () => {
    await says('#connection', 'Live');
    await says('.row .cpu .number', /^<?\d+(\.\d)?%$/);
    expect(await cellOf('web', 'state')).to.equal('running');
    expect(await cellOf('web', 'image')).to.match(/\.aci$/);
    await until('memory is measured', async () => /[KM]iB/.test(await cellOf('web', 'memory')));
    expect(await cellOf('job', 'exit')).to.equal('3');
    const line = row('web').locator('.cpu path');
    const before = await line.getAttribute('d');
    await until('the line moves on', async () => (await line.getAttribute('d')) !== before);
    expect(await page.locator('.head .cpu').innerText()).to.match(/CPU\s*0–\d+%/);
  });

  it('marks a task that has crashed, and reports it among the events', async () => {
    await row('job').locator('.badge').filter({ hasText: 'crash' }).waitFor();
    await says('.events .feed', 'crash alert');
    await page.getByLabel('Filter events').fill('crash');
    await until('others are gone', async () =>
      (await textsOf(page, '.events .feed .what')).every((text) => text.includes('crash')),
    );
    await page.getByLabel('Filter events').fill('');
  });

  it('lets the name of a task turn nothing around but itself', async () => {
    const bidi = (selector: string) =>
      page.evaluate(`getComputedStyle(document.querySelector('${selector}')).unicodeBidi`);
    for (const selector of ['.row .name a', '.feed .what a', '.feed .what span'])
      expect(await bidi(selector)).to.equal('isolate');
  });

  it('sorts by a column, both ways, by mouse and keyboard', async () => {
    const head = page.locator('.head .name');
    expect([...(await rowOrder(page))]).to.deep.equal(['job', 'spare', 'web']);
    await head.getByRole('button').click();
    await until('it is sorted', async () => (await head.getAttribute('aria-sort')) === 'ascending');
    await head.getByRole('button').click();
    await until('it is turned', async () => (await head.getAttribute('aria-sort')) === 'descending');
    expect([...(await rowOrder(page))]).to.deep.equal(['web', 'spare', 'job']);
    await head.getByRole('button').press('Enter');
    await until('it is turned back', async () => (await head.getAttribute('aria-sort')) === 'ascending');
    expect([...(await rowOrder(page))]).to.deep.equal(['job', 'spare', 'web']);
  });

  it('filters by text and by state', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('spa');
    await until('one is left', async () => (await names()).join() === 'spare');
    await page.getByLabel('Filter tasks').fill('nothing like it');
    await says('.tasks .empty', 'No task matches the filter.');
    await page.getByLabel('Filter tasks').fill('');
    await page.getByRole('button', { name: 'Exited' }).click();
    await until('one is left', async () => (await names()).join() === 'job');
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await until('all are back', async () => (await names()).length === 3);
  });

  it('shows a task that starts, and one that is destroyed no more', async () => {
    await driver.startTask(sandbox.shell('late', FOREVER));
    await until('it is there', async () => (await names()).includes('late'));
    await driver.destroyTask('late', { force: true });
    await until('it is gone', async () => !(await names()).includes('late'));
  });

  it('opens a task by its row and by its address, and closes it by Escape', async () => {
    await row('web').locator('.uptime').click();
    await says('.drawer h2', 'web');
    expect(page.url()).to.match(/#\/task\/web(\?.*)?$/);
    await says('.drawer .log', 'hello from web');
    await says('.drawer .config', 'config.command');
    expect(await page.locator('.drawer details dd').isVisible()).to.equal(false);
    await says('.drawer .feed', 'started');
    await page.locator('.drawer .chart canvas').nth(3).waitFor();
    await says('.drawer .key', /^of one core\s*<?\d+(\.\d)?%/);
    expect(await page.locator('.drawer .actions .unlock').isVisible()).to.equal(true);
    expect(await violationsOf(page)).to.deep.equal([]);
    await page.keyboard.press('Escape');
    await page.locator('.drawer').waitFor({ state: 'detached' });
    expect(await page.evaluate<string>('document.activeElement.textContent')).to.equal('web');
    await page.goto(`${url}/#/task/job`);
    await page.getByRole('button', { name: 'stderr' }).click();
    await says('.drawer .log', 'cannot go on');
    await says('.drawer .alert-line', 'crash');
    await page.keyboard.press('Escape');
  });

  it('holds still while it is paused', async () => {
    await page.keyboard.press('p');
    await says('#connection', 'Paused');
    await driver.startTask(sandbox.shell('unseen', FOREVER));
    await driver.destroyTask('spare', { force: true });
    await page.evaluate("fetch('/v1/tasks').then((answer) => answer.text())");
    expect(await names())
      .to.include('spare')
      .and.not.to.include('unseen');
    await page.getByRole('button', { name: 'Resume' }).click();
    await until('it goes on', async () => {
      const shown = await names();
      return shown.includes('unseen') && !shown.includes('spare');
    });
  });

  it('has no fault of accessibility, in light and in dark', async () => {
    const colours: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      colours.push(await page.evaluate<string>(BACKGROUND));
      expect(await violationsOf(page)).to.deep.equal([]);
    }
    expect(new Set(colours).size).to.equal(2);
    // What somebody has chosen outweighs the system.
    await page.getByRole('button', { name: 'Auto' }).click();
    expect(await page.evaluate<string>(BACKGROUND)).to.equal(colours[0]);
    await page.getByRole('button', { name: 'Light' }).click();
    await page.getByRole('button', { name: 'Dark' }).click();
  });

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate<number>(WIDTH)).to.be.at.most(390);
    await page.getByLabel('Sort by').selectOption('cpu');
    await until('it is sorted', async () => (await rowOrder(page))[2] === 'job');
    await row('web').locator('.name a').click();
    await says('.drawer h2', 'web');
    expect(await page.evaluate<number>(WIDTH)).to.be.at.most(390);
    expect(await violationsOf(page)).to.deep.equal([]);
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('comes back when the agent was restarted', async () => {
    browser.allow(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET/);
    const port = Number(new URL(url).port);
    await server.close();
    await driver.shutdown();
    await says('#connection', 'Reconnecting');
    driver = sandbox.driver();
    await driver.recoverTasks();
    server = await serve(port);
    await says('#connection', 'Live');
    await says('.events .feed', 'The agent is reachable again');
    await driver.startTask(sandbox.shell('after', FOREVER));
    await until('it goes on', async () => (await names()).includes('after'));
  });

  it('stops and destroys with the token alone, and asks first', async () => {
    await page.goto(`${url}/#token=${await token()}`);
    await says('#token', 'Read-write');
    expect(page.url()).to.equal(`${url}/`);
    await page.goto(`${url}/#/task/after`);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(driver.inspectTask('after').phase).to.equal('running');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    await says('#toast', 'after is stopped');
    expect(driver.inspectTask('after').phase).to.equal('exited');
    await page.getByRole('button', { name: 'Destroy' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Destroy' }).click();
    await until('it is gone', async () => !(await names()).includes('after'));
    await page.keyboard.press('Escape');
  });

  it('says so when the token is wrong, and does nothing', async () => {
    browser.allow(/status of 401/);
    await page.getByRole('button', { name: 'Read-write' }).click();
    await page.getByRole('textbox', { name: 'Token' }).fill('wrong');
    await page.getByRole('dialog').getByRole('button', { name: 'Use token' }).click();
    await says('#toast', 'The token is not the agent');
    await says('#token', 'Read-only');
    await page.goto(`${url}/#/task/unseen`);
    await page.getByRole('button', { name: 'Signal' }).waitFor();
    expect(await page.getByRole('button', { name: 'Signal' }).isDisabled()).to.equal(true);
    expect(driver.inspectTask('unseen').phase).to.equal('running');
    await page.keyboard.press('Escape');
  });

  it('shows a thousand tasks, of which only the visible ones are in the document', async () => {
    const crowd = await createServer(fakeDriver(1_000), {
      dataDir: `${sandbox.base}/crowd`,
      listen: { host: '127.0.0.1', port: 0 },
      socketPath: false,
    });
    try {
      await page.goto(crowd.url ?? '');
      await until(
        'a thousand are there',
        async () => (await page.locator('#tasks .count').innerText()) === '1000',
      );
      await says('.row .cpu .number', /^\d+\.\d%$/);
      expect(await page.locator('.row').count()).to.be.below(60);
      await page.evaluate("document.querySelector('.scroller').scrollTo(0, 1e9)");
      await says('.row .name', 'web-0999');
      await page.getByLabel('Filter tasks').fill('web-05');
      await until(
        'a hundred fit',
        async () => (await page.locator('#tasks .count').innerText()) === '100 of 1000',
      );
    } finally {
      await page.goto('about:blank');
      await crowd.close();
    }
  });
});

/** The rows as they lie below each other; in the document they lie in any order. */
async function rowOrder(page: Page): Promise<readonly string[]> {
  const rows = await page.locator('.row .name a').all();
  const places = await Promise.all(
    rows.map(async (row) => ({ name: await row.innerText(), y: (await row.boundingBox())?.y ?? NaN })),
  );
  return places.sort((a, b) => a.y - b.y).map(({ name }) => name);
}
