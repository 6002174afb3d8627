import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import type { Page } from 'playwright-core';

import type { TaskStatus } from '../../src/index.ts';
import { createServer, type Server } from '../../src/server/index.ts';
import { violationsOf } from '../support/axe.ts';
import { openBrowser, textsOf, type TestBrowser } from '../support/browser.ts';
import { crashingTask, nomadTask, pageDriver, type PageDriver } from '../support/page-driver.ts';
import { until } from '../support/until.ts';

const nomadTasks = (count: number): readonly TaskStatus[] =>
  Array.from({ length: count }, (_, index) => nomadTask(index));

describe('the overview of the dashboard', function () {
  this.timeout(120_000);
  let browser: TestBrowser;
  let page: Page;
  let base: string;
  let server: Server;
  let fake: PageDriver;
  const NOW = Date.now();
  const crashes = crashingTask(12, { nowMs: NOW - 1_000, everyMs: 27_000 });

  const serve = async (tasks: readonly TaskStatus[]): Promise<void> => {
    fake = pageDriver(tasks, 290_000);
    server = await createServer(fake.driver, {
      dataDir: await mkdtemp(join(base, 'data-')),
      listen: { host: '127.0.0.1', port: 0 },
      socketPath: false,
      alerts: { intervalMs: 5_000 },
    });
  };
  const again = async (tasks: readonly TaskStatus[]): Promise<void> => {
    await page.goto('about:blank');
    await server.close();
    await serve(tasks);
  };
  const open = async (hash = ''): Promise<void> => {
    await page.goto('about:blank');
    await page.goto(`${(server.url ?? '').replace(/\/$/, '')}/${hash}`);
  };
  const textOf = (selector: string) => page.locator(selector).first().innerText();
  const says = (selector: string, text: string | RegExp) =>
    page.locator(selector).filter({ hasText: text }).first().waitFor();
  const hash = () => new URL(page.url()).hash;
  /** The right edge of the text of an element, and its box: `[right, boxLeft, boxRight]`. */
  const edgesOf = (selector: string) =>
    page.evaluate<readonly number[]>(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      const range = document.createRange();
      range.selectNodeContents(element);
      const box = element.getBoundingClientRect();
      return [range.getBoundingClientRect().right, box.left, box.right];
    })()`);

  /** Texts of the tiles, the heads, the bar and the exits that do not fit their box. */
  const cutTexts = () =>
    page.evaluate<readonly string[]>(`[...document.querySelectorAll(
      '.tile h2, .tile .value, .tile .note, .head button, .head .scale, .bar *, .row > .exit')]
      .filter((one) => one.checkVisibility() && one.clientWidth > 1 && one.scrollWidth > one.clientWidth)
      .map((one) => one.className + ': ' + one.textContent)`);

  before(async function () {
    browser = await openBrowser(this);
    base = await mkdtemp(join(tmpdir(), 'rkt-streams-overview-'));
    page = await browser.context.newPage();
    page.setDefaultTimeout(20_000);
    // The fake has neither logs nor specifications.
    browser.allow(/status of (409|500)/);
    await serve([...nomadTasks(15), ...crashes.map(({ status }) => status)]);
    crashes.forEach(({ exited }) => fake.eventsSubject.next(exited));
  });
  after(async () => {
    await browser.close();
    await server.close();
    await rm(base, { recursive: true, force: true });
  });
  afterEach('the page reports no error', () => {
    expect(browser.complaints).to.deep.equal([]);
  });

  it('distinguishes tasks of one name: job, allocation and id on the row', async () => {
    await open();
    await says('.row .name a', 'tools');
    await says('.row .identity', 'shop · alloc a1b2c300 · web-0000');
    const identities = await textsOf(page, '.row .identity');
    expect(new Set(identities).size).to.equal(identities.length);
    expect(await page.locator('.row .name a', { hasText: 'tools' }).first().getAttribute('title')).to.match(
      /Allocation: a1b2c3\w\w-0000-4000-8000-/,
    );
  });

  it('fills sparklines, tiles and Top 5 from the history at load', async () => {
    const width = async (selector: string): Promise<number> => {
      const d = (await page.locator(selector).first().getAttribute('d')) ?? '';
      const xs = [...d.matchAll(/[ML]([\d.]+) /g)].map(([, x]) => Number(x));
      return Math.max(...xs) - Math.min(...xs);
    };
    await open();
    await until('the lines are there', async () => (await width('.row:not(.has-alert) .cpu path')) > 80);
    for (const selector of [
      '.row:not(.has-alert) .memory path',
      '.tile:nth-child(2) path',
      '.tile:nth-child(3) path',
    ])
      expect(await width(selector), selector).to.be.above(80);
    const area = (await page.locator('.stack path').first().getAttribute('d')) ?? '';
    const heights = [...area.slice(0, area.length / 2).matchAll(/ ([\d.]+)/g)].map(([, y]) => Number(y));
    expect(heights.filter((y) => y < 74).length).to.be.above(40);
    expect(await textsOf(page, '.row .cpu .number')).to.satisfy((texts: readonly string[]) =>
      texts.every((text) => /^(–|0%|<0\.1%|\d+(\.\d)?%)$/.test(text)),
    );
  });

  it('draws lines within their column, on one scale, and heads over their numbers', async () => {
    await says('.head .cpu .scale', '0–50%');
    for (const kind of ['cpu', 'memory']) {
      const head = (await edgesOf(`.head .${kind} button`))[0] ?? NaN;
      const row = (await edgesOf(`.row:not(.has-alert) .${kind} .number`))[0] ?? NaN;
      expect(Math.abs(head - row), `${kind}: ${head} over ${row}`).to.be.below(1.5);
      const [, lineLeft = 0, lineRight = 0] = await edgesOf(`.row .${kind} .spark`);
      const [, cellLeft = 0, cellRight = 0] = await edgesOf(`.row .${kind}`);
      expect(lineLeft).to.be.at.least(cellLeft);
      expect(lineRight).to.be.at.most(cellRight + 0.5);
      expect(lineRight - lineLeft).to.be.above(20);
    }
    const share = page.locator('.row .memory.has-limit .share').first();
    expect(await share.getAttribute('title')).to.match(/^\d+% of the limit$/);
    const fill = (await share.locator('.fill').boundingBox())?.width ?? 0;
    const all = (await share.boundingBox())?.width ?? 0;
    expect(fill / all).to.be.within(0.1, 0.4);
    expect(await page.locator('.row .memory:not(.has-limit) .share').first().isVisible()).to.equal(false);
  });

  it('groups by job, image and state', async () => {
    await open();
    await page.getByLabel('Group by').selectOption('job');
    await says('.row.group .group-title', 'billing');
    expect([...(await textsOf(page, '.row.group .group-title'))].sort()).to.deep.equal([
      'billing',
      'search',
      'shop',
    ]);
    await says('.row.group', /shop\s*17 tasks\s*1 alert/);
    await says('.row.group .cpu', /^\d+(\.\d)?%$/);
    await page.getByLabel('Group by').selectOption('state');
    await says('.row.group .group-title', 'running');
    await page.getByLabel('Group by').selectOption('image');
    await says('.row.group .group-title', 'service-2:v1');
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('keeps filter, sort, group, view and task in the address, so that a link shows the same', async () => {
    await open();
    await page.getByLabel('Filter tasks').fill('shop');
    await page.getByLabel('Group by').selectOption('image');
    await page.locator('.head .memory button').click();
    await page.getByRole('button', { name: 'Active' }).click();
    await page.locator('.row:not(.group) .uptime').first().click();
    await page.locator('.drawer').waitFor();
    expect(hash()).to.match(/^#\/task\/web-\d{4}\?q=shop&/);
    const rows = async () => [...(await textsOf(page, '.row .name'))].sort().join('\n');
    const shown = { hash: hash(), rows: await rows() };
    await open(shown.hash);
    await page.locator('.drawer').waitFor();
    await until('the same rows', async () => (await rows()) === shown.rows);
    expect(hash()).to.equal(shown.hash);
    expect(await page.getByLabel('Filter tasks').inputValue()).to.equal('shop');
    expect(await page.locator('.head .memory').getAttribute('aria-sort')).to.equal('descending');
    await page.keyboard.press('Escape');
    await page.locator('.drawer').waitFor({ state: 'detached' });
    expect(hash()).to.equal('#/?q=shop&state=running&sort=-memory&group=image');
  });

  it('goes back and forward through what was shown', async () => {
    await open();
    await says('.row .name a', 'tools');
    await page.getByRole('button', { name: 'Exited' }).click();
    await page.getByLabel('Filter tasks').pressSequentially('crash');
    await page.getByRole('button', { name: 'Map' }).click();
    expect(hash()).to.equal('#/?q=crash&state=exited&view=map');
    for (const shown of ['#/?q=crash&state=exited', '#/?state=exited', '']) {
      await page.goBack();
      await until(`${shown} is back`, () => Promise.resolve(hash() === shown));
    }
    await until('all are shown', async () => (await textOf('#tasks .count')) === '27');
    expect(await page.getByLabel('Filter tasks').inputValue()).to.equal('');
    await page.goForward();
    await until('only those that ended', async () => (await textOf('#tasks .count')) === '12 of 27');
  });

  it('shows a crash loop as one row, one event and one alert, first of all', async () => {
    await open();
    await says('.row .identity', 'crashed 12 times in 5 minutes');
    expect(await page.locator('.row .name a', { hasText: 'crasher' }).count()).to.equal(1);
    expect(await page.locator('.row').first().getAttribute('aria-rowindex')).to.equal('2');
    await says('.row[aria-rowindex="2"]', 'crasher');
    expect(await textsOf(page, '.events .feed .what')).to.deep.equal(['crasher crash loop']);
    await says('.events .feed .message', 'crashed 12 times in 5 minutes');
    expect(await textOf('#alert-count')).to.equal('1');
    await page.getByRole('button', { name: '+11 earlier' }).click();
    await until(
      'all starts are shown',
      async () => (await page.locator('.row .name a', { hasText: 'crasher' }).count()) === 12,
    );
    await page.getByRole('button', { name: 'fold' }).click();
  });

  it('leads from counts to what they count, and has a page of alerts with their history', async () => {
    await open();
    await page.getByRole('link', { name: '12 exited' }).click();
    expect(hash()).to.equal('#/?state=exited');
    await says('#tasks .count', '12 of 27');
    await page.getByRole('link', { name: '1 alert', exact: true }).click();
    expect(hash()).to.equal('#/alerts');
    await says('#alerts h3', 'Active 1');
    await says('#alerts [aria-label="Active"] tbody', /crasher.*crash loop.*crashed 12 times in 5 minutes/);
    expect(await page.locator('#tasks').isVisible()).to.equal(false);
    expect(await violationsOf(page)).to.deep.equal([]);
    // An alert of a task that is destroyed ends.
    const failed = nomadTask(14, { id: 'once', name: 'once', phase: 'exited', state: 'exited' });
    const { exited } = crashingTask(1, { nowMs: Date.now(), everyMs: 1_000, index: 14 })[0]!;
    fake.tasksSubject.next([...fake.tasksSubject.value, failed]);
    fake.eventsSubject.next({ ...exited, taskId: 'once', taskName: 'once' });
    await says('#alerts [aria-label="Active"] tbody', 'once');
    await page.locator('#alerts .chip', { hasText: /^crash 1$/ }).click();
    await until('the loop is left out', async () => {
      const lines = await textsOf(page, '#alerts [aria-label="Active"] tbody tr');
      return lines.length === 1 && (lines[0] ?? '').includes('once');
    });
    expect(hash()).to.equal('#/alerts?rule=crash');
    fake.tasksSubject.next(fake.tasksSubject.value.filter(({ id }) => id !== 'once'));
    await says('#alerts [aria-label="History"] tbody', 'once');
    await page.keyboard.press('a');
    await page.locator('#tasks').waitFor();
  });

  it('silences an alert, lists silences, and ends one; only with the token', async () => {
    const active = '#alerts [aria-label="Active"]';
    await open('#/alerts');
    await says(`${active} tbody`, 'crasher');
    const locked = page.locator(active).getByRole('button', { name: 'Silence' });
    expect(await locked.isDisabled()).to.equal(true);
    expect(await locked.getAttribute('title')).to.match(/token/);
    await open(`#token=${(await readFile(server.tokenPath, 'utf8')).trim()}`);
    await open('#/alerts');
    await page.locator(active).getByRole('button', { name: 'Silence' }).click();
    const matchers = page.getByLabel('Alerts with, one label a line');
    expect(await matchers.inputValue()).to.match(
      /^alertname=crash\n(job=shop\ntask=crasher|task_id=.*crasher.*)$/,
    );
    await says('dialog', 'Matches 1 active alert.');
    expect(await violationsOf(page)).to.deep.equal([]);
    await matchers.fill('task=~(');
    await page.locator('dialog').getByRole('button', { name: 'Silence' }).click();
    await says('dialog .problem', 'Matchers: ( is not a regular expression.');
    await matchers.fill('task_id=~.*crasher.*');
    await page.locator('dialog select').selectOption('1 day');
    await page.getByLabel('By', { exact: true }).fill('ann');
    await page.getByLabel('Comment').fill('a <b>deploy</b>');
    await page.locator('dialog').getByRole('button', { name: 'Silence' }).click();
    await says(
      '#alerts .silences tbody',
      /task_id=~\.\*crasher\.\*\s*for (1d 00h|23h 59m)\s*ann\s*a <b>deploy<\/b>/,
    );
    await says(`${active} tbody .badge`, 'silenced');
    expect(await violationsOf(page)).to.deep.equal([]);
    await page.setViewportSize({ width: 768, height: 1024 });
    const comment = await page.locator('#alerts .silences tbody td').nth(3).boundingBox();
    expect(comment?.width).to.be.above(120);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.locator('#alerts .silences').getByRole('button', { name: 'End' }).click();
    await page.locator('dialog').getByRole('button', { name: 'End' }).click();
    await says('#alerts .silences tbody', /crasher\.\*\s*ended/);
    await page.locator(`${active} tbody .badge`, { hasText: 'silenced' }).waitFor({ state: 'hidden' });
    await page.evaluate('sessionStorage.clear()');
  });

  it('is used with the keyboard alone', async () => {
    await open('#/?state=running&sort=name');
    await says('.row .name a', 'tools');
    await page.keyboard.press('?');
    await says('dialog', 'Filter the tasks');
    expect(await violationsOf(page)).to.deep.equal([]);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    const focused = () =>
      page.evaluate<string>("document.activeElement.closest('.row')?.getAttribute('aria-rowindex') ?? ''");
    await page.keyboard.press('j');
    expect(await focused()).to.equal('2');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    expect(await focused()).to.equal('4');
    await page.keyboard.press('k');
    expect(await focused()).to.equal('3');
    await page.keyboard.press('Enter');
    await page.locator('.drawer').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.drawer').waitFor({ state: 'detached' });
    expect(await focused()).to.equal('3');
    await page.keyboard.press('/');
    await page.keyboard.type('jk?m');
    expect(await page.getByLabel('Filter tasks').inputValue()).to.equal('jk?m');
    await says('.tasks .empty', 'No task matches the filter.');
    await page.getByRole('button', { name: 'Show all tasks' }).click();
    await says('.row .name a', 'tools');
  });

  it('shows hundreds of tasks as a map without scrolling, nothing cut, and is as complete on a phone', async () => {
    await again([...nomadTasks(288), ...crashes.map(({ status }) => status)]);
    await open('#/?view=map');
    await until('each task has a cell', async () => (await page.locator('a.cell').count()) === 289);
    await until('the colours differ', async () => {
      const heats = await page.evaluate<string[]>(
        "[...document.querySelectorAll('a.cell')].map((c) => c.dataset.heat)",
      );
      return new Set(heats).size > 4;
    });
    const cut = (selector: string, box: string) =>
      page.evaluate<number>(`(() => {
        const edge = document.querySelector(${JSON.stringify(box)}).getBoundingClientRect();
        return [...document.querySelectorAll(${JSON.stringify(selector)})].filter((one) => {
          const { top, bottom } = one.getBoundingClientRect();
          return top < edge.bottom - 1 && bottom > edge.bottom + 1;
        }).length;
      })()`);
    expect(await cut('a.cell', '.cells')).to.equal(0);
    expect(
      await page.evaluate<boolean>(
        "(({ scrollHeight, clientHeight }) => scrollHeight <= clientHeight)(document.querySelector('.cells'))",
      ),
    ).to.equal(true);
    expect(await page.locator('a.cell').first().getAttribute('aria-label')).to.match(
      /^crasher exited.* exited, with an alert$/,
    );
    expect(await violationsOf(page)).to.deep.equal([]);
    await page.keyboard.press('m');
    expect(hash()).to.equal('#/');
    await says('.row .name a', 'tools');
    for (const [width, height] of [
      [1440, 900],
      [1280, 720],
      [900, 900],
      [768, 1024],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      await says('.row .name a', 'tools');
      const size = `${width} x ${height}`;
      expect(await page.evaluate<number>('document.documentElement.scrollWidth'), size).to.be.at.most(width);
      expect(await cut('.row', '.scroller'), size).to.equal(0);
      expect(await cutTexts(), size).to.deep.equal([]);
      if (width > 1020) {
        expect(await cut('.side .panel', 'body'), size).to.equal(0);
        expect(await cut('.events .feed li', '.events .feed'), size).to.equal(0);
      }
      expect(await violationsOf(page), size).to.deep.equal([]);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('says how to start a task where there is none', async () => {
    await again([]);
    await open();
    await says('.tasks .empty h3', 'No tasks yet');
    await says('.tasks .empty code', /^rkt-streams run --detach --id hello docker:/);
    expect(await page.locator('.table').isVisible()).to.equal(false);
    expect(await violationsOf(page)).to.deep.equal([]);
    fake.tasksSubject.next(nomadTasks(1));
    await says('.row .name a', 'tools');
    expect(await page.locator('.tasks .empty').isVisible()).to.equal(false);
  });

  it('is a plain table without JavaScript', async () => {
    await again([
      nomadTask(0),
      nomadTask(1, { name: '<b>bold</b>' }),
      ...crashes.map(({ status }) => status),
    ]);
    fake.eventsSubject.next(crashes.at(-1)!.exited);
    const plain = await browser.context.browser()?.newContext({ javaScriptEnabled: false });
    const tab = (await plain?.newPage()) ?? page;
    try {
      await tab.goto(server.url ?? '');
      await tab.waitForURL(/overview\.html$/);
      expect(await tab.locator('tbody tr').count()).to.equal(14);
      expect(await tab.locator('tbody tr').first().innerText()).to.match(/crasher.*crash/s);
      expect(await tab.locator('tbody tr', { hasText: '<b>bold</b>' }).innerText()).to.match(
        /billing.*\d+\.\d%/s,
      );
      const refresh = tab.locator('meta[http-equiv="refresh"]');
      expect(await refresh.count()).to.equal(0);
      await tab.getByRole('link', { name: 'load again every 10 seconds' }).click();
      await refresh.waitFor({ state: 'attached' });
      await tab.getByRole('link', { name: 'stop' }).click();
      await refresh.waitFor({ state: 'detached' });
    } finally {
      await plain?.close();
    }
    await page.goto(`${(server.url ?? '').replace(/\/$/, '')}/v1/overview.html`);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violationsOf(page), colorScheme).to.deep.equal([]);
    }
    await page.emulateMedia({ colorScheme: null });
  });
});
