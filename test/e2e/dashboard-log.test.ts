import { readFile } from 'node:fs/promises';

import { expect } from 'chai';
import type { Page } from 'playwright-core';

import type { Driver } from '../../src/index.ts';
import { createServer, type Server } from '../../src/server/index.ts';
import { violationsOf } from '../support/axe.ts';
import { openBrowser, textsOf, type TestBrowser } from '../support/browser.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const MARKUP = '<img src=x onerror=alert(1)>';
/** Each step waits until the test says so: by a file in its own file system. */
const STEPS = String.raw`
step() { while [ ! -e /steps/$1 ]; do sleep 0.02; done; }
printf '\033[1;31mred\033[0m and \033[38;5;208morange\033[0m\n'
step 1; echo 'ERROR: cannot open it' >&2; echo '    at open (x.js:1)' >&2
step 2; echo '[warn] ${MARKUP}'
step 3; echo 'a line that comes later'
step 4; exit 3`;

describe('the log of a task in the dashboard', function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let driver: Driver;
  let server: Server;
  let browser: TestBrowser;
  let page: Page;
  const requests: string[] = [];

  const lines = () => textsOf(page, '.drawer .log .line .text');
  const step = async (number: number): Promise<void> => {
    await driver.execTask('web', ['/bin/touch', `/steps/${number}`]);
  };
  const shows = (...texts: readonly string[]) =>
    until(`the log is ${texts.join(' | ')}`, async () => (await lines()).join('\n') === texts.join('\n'));
  const button = (name: string) =>
    page.locator('.drawer .log-panel').getByRole('button', { name, exact: true });

  before(async function () {
    sandbox = await openSandbox(this);
    browser = await openBrowser(this);
    driver = sandbox.driver();
    server = await createServer(driver, {
      dataDir: sandbox.options.dataDir,
      listen: { host: '127.0.0.1', port: 0 },
      socketPath: false,
    });
    await driver.startTask(sandbox.shell('web', `mkdir -p /steps; ${STEPS}`));
    page = await browser.context.newPage();
    page.setDefaultTimeout(10_000);
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(`${server.url ?? ''}#/task/web`);
  });
  after(async () => {
    await browser.close();
    await server.close();
    await sandbox.close();
  });
  afterEach('the page reports no error', () => {
    expect(browser.complaints).to.deep.equal([]);
  });

  it('has both outputs in the order in which they were written, live over one connection', async () => {
    await shows('red and orange');
    await step(1);
    await shows('red and orange', 'ERROR: cannot open it', '    at open (x.js:1)');
    await step(2);
    await shows('red and orange', 'ERROR: cannot open it', '    at open (x.js:1)', `[warn] ${MARKUP}`);
    expect(await textsOf(page, '.drawer .log .output')).to.deep.equal(['out', 'err', 'err', 'out']);
    for (const time of await textsOf(page, '.drawer .log .time'))
      expect(time).to.match(/^\d\d:\d\d:\d\d\.\d{3}$/);
    expect(requests.filter((url) => url.includes('/logs'))).to.have.length(1);
  });

  it('shows colours, and markup as text', async () => {
    const colours = await page.evaluate<readonly string[]>(
      "[...document.querySelectorAll('.log .ansi-text')].map((one) => getComputedStyle(one).color)",
    );
    expect(new Set(colours).size).to.equal(2);
    const weight = "getComputedStyle(document.querySelector('.log .ansi-bold')).fontWeight";
    expect(await page.evaluate(weight)).to.equal('700');
    expect(await page.locator('.drawer .log img').count()).to.equal(0);
  });

  it('filters by output and by level; a stack trace stays with its error', async () => {
    await button('stderr').click();
    await shows('ERROR: cannot open it', '    at open (x.js:1)');
    await button('Both').click();
    await page.getByLabel('Level').selectOption('error');
    await shows('ERROR: cannot open it', '    at open (x.js:1)');
    await page.getByLabel('Level').selectOption('warn');
    await shows('ERROR: cannot open it', '    at open (x.js:1)', `[warn] ${MARKUP}`);
    await page.getByLabel('Level').selectOption('all');
  });

  it('searches, steps through the matches, and shows only their lines', async () => {
    const search = page.getByLabel('Search the log');
    await search.fill('open');
    await until(
      'matches are counted',
      async () => (await textsOf(page, '.log-search .matches'))[0] === '2 matches',
    );
    expect(await textsOf(page, '.drawer .log mark')).to.deep.equal(['open', 'open']);
    await search.press('Enter');
    await until('one is current', async () => (await textsOf(page, '.log-search .matches'))[0] === '2 of 2');
    await search.press('Shift+Enter');
    await until('one is current', async () => (await textsOf(page, '.log-search .matches'))[0] === '1 of 2');
    await search.fill('/^red|MARK|warn/');
    await button('Matches only').click();
    await shows('red and orange', `[warn] ${MARKUP}`);
    await search.fill('');
    await button('Matches only').click();
  });

  it('breaks long lines or does not, and leaves the end only when the user does', async () => {
    const space = "getComputedStyle(document.querySelector('.log .text')).whiteSpace";
    expect(await page.evaluate(space)).to.equal('pre-wrap');
    await button('Wrap').click();
    expect(await page.evaluate(space)).to.equal('pre');
    await button('Wrap').click();
    expect(await button('Follow').getAttribute('aria-pressed')).to.equal('true');
    await step(3);
    await page.locator('.drawer .log .line', { hasText: 'a line that comes later' }).waitFor();
    expect(
      await page.evaluate(
        "(({scrollTop, clientHeight, scrollHeight}) => scrollTop + clientHeight >= scrollHeight - 4)(document.querySelector('.log'))",
      ),
    ).to.equal(true);
  });

  it('downloads the whole log, and one output of it', async () => {
    const text = async (): Promise<string> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Download' }).click(),
      ]);
      return readFile(await download.path(), 'utf8');
    };
    expect(await text()).to.match(/Z stdout .*red.*\n\S+Z stderr ERROR: cannot open it\n/);
    await button('stderr').click();
    expect(await text()).to.equal('ERROR: cannot open it\n    at open (x.js:1)\n');
    await button('Both').click();
  });

  it('has no fault of accessibility, in light and in dark, on a desk and on a phone', async () => {
    for (const [width, colorScheme] of [
      [1440, 'light'],
      [390, 'dark'],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await violationsOf(page)).to.deep.equal([]);
    }
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).to.be.at.most(390);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('is above the charts when the task has ended, with the last metrics and the time since', async () => {
    const top = async (label: string) =>
      (await page.locator(`.drawer section[aria-label="${label}"]`).boundingBox())?.y ?? 0;
    expect(await top('Log')).to.be.above(await top('Charts'));
    await until('memory was measured', async () =>
      /[KM]iB/.test((await textsOf(page, '.drawer .summary'))[0] ?? ''),
    );
    await step(4);
    await page.locator('.drawer .pill', { hasText: 'exited' }).waitFor();
    await page.locator('.drawer .when', { hasText: /^exited (just now|\d+ seconds ago)$/ }).waitFor();
    await until('it is above', async () => (await top('Log')) < (await top('Charts')));
    await page.locator('.drawer .log-state', { hasText: 'complete' }).waitFor();
    await page.locator('.drawer .summary dd', { hasText: /[KM]iB.*, before the end$/ }).waitFor();
    expect(await lines()).to.include('a line that comes later');
  });

  it('has the last 5,000 of 100,000 lines in the document, and scrolls through them', async () => {
    const script = 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); echo "line $i"; done';
    await driver.startTask(sandbox.shell('flood', script));
    await page.goto(`${server.url ?? ''}#/task/flood`);
    const shown = page.locator('.drawer .log .line');
    await shown.filter({ hasText: /line 100000$/ }).waitFor();
    await page.locator('.drawer .log-state', { hasText: 'complete' }).waitFor();
    const earlier = page.locator('.drawer .log-panel .earlier');
    while (await earlier.isVisible()) {
      const [before] = await lines();
      await earlier.click();
      await until('earlier lines are there', async () => (await lines())[0] !== before);
      expect(await shown.count()).to.be.at.most(5_000);
    }
    const texts = await lines();
    expect(texts.at(-1)).to.equal('line 100000');
    expect(texts).to.have.length(5_000);
    const inView = (text: string) =>
      until(`${text} is in view`, () =>
        page.evaluate<boolean>(`(() => {
          const box = document.querySelector('.log').getBoundingClientRect();
          const line = [...document.querySelectorAll('.log .line')].find((one) => one.textContent.endsWith('${text}'));
          const { top, bottom } = line.getBoundingClientRect();
          return top >= box.top && bottom <= box.bottom;
        })()`),
      );
    await page.locator('.drawer .log').focus();
    await page.keyboard.press('Home');
    await inView(texts[0] ?? '');
    expect(await button('Follow').getAttribute('aria-pressed')).to.equal('false');
    await page.keyboard.press('End');
    await inView('line 100000');
  });
});
