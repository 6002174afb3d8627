import { expect } from 'chai';

import { violationsOf } from '../support/axe.ts';
import { openBrowser, textsOf, type TestBrowser } from '../support/browser.ts';
import type { CliProcess } from '../support/cli-process.ts';
import { useCliSandbox } from '../support/cli-sandbox.ts';
import { until } from '../support/until.ts';

const FILTER = (selector: string): string => `getComputedStyle(document.querySelector('${selector}')).filter`;
const TICKING = 'n=0; while :; do n=$((n+1)); echo line $n; sleep 0.2; done';

describe('the dashboard while the agent is away', function () {
  this.timeout(120_000);
  const get = useCliSandbox();
  let browser: TestBrowser;

  before(async function () {
    browser = await openBrowser(this);
  });
  after(() => browser.close());

  const begin = async (listen: string): Promise<{ process: CliProcess; url: string }> => {
    const process = get().start(['--json', 'agent', '--listen', listen]);
    await process.says('\n');
    return { process, url: (JSON.parse(process.stdout()) as { url: string }).url };
  };

  it('is grey, says as of when, and counts nothing on; then it recovers by itself', async () => {
    browser.allow(/ERR_CONNECTION|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE/);
    const cli = get();
    await cli.detach('web', TICKING);
    const agent = await begin('127.0.0.1:0');
    const page = await browser.context.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(`${agent.url}#/task/web`);
    await page.locator('.drawer .log-state', { hasText: 'live' }).waitFor();
    await page.locator('.drawer .log .line').nth(3).waitFor();
    await page.locator('#connection', { hasText: /^Live$/ }).waitFor();
    expect(await page.evaluate(FILTER('main'))).to.equal('none');

    agent.process.child.kill('SIGKILL');
    await agent.process.ended;
    const asOf = /as of \d\d:\d\d:\d\d$/;
    await page.locator('#connection', { hasText: asOf }).waitFor();
    await page.locator('.drawer .when', { hasText: asOf }).waitFor();
    await page.locator('.drawer .log-state', { hasText: asOf }).waitFor();
    const times = new Set(
      (
        await Promise.all(
          ['#connection', '.drawer .when', '.drawer .log-state'].map((one) => textsOf(page, one)),
        )
      )
        .flat()
        .map((text) => asOf.exec(text)?.[0]),
    );
    expect(times.size).to.equal(1);
    expect(await page.evaluate(FILTER('main'))).to.match(/grayscale\(1\)/);
    expect(await page.evaluate(FILTER('.drawer .body'))).to.match(/grayscale\(1\)/);
    const shown = async () =>
      (await textsOf(page, '.row .uptime, .drawer .summary, .drawer .when')).join('\n');
    const before = await shown();
    // Frames go by, more than a second of them.
    await page.evaluate(
      'new Promise((done) => { const from = performance.now(); const next = (now) => now - from > 1500 ? done() : requestAnimationFrame(next); requestAnimationFrame(next); })',
    );
    expect(await shown()).to.equal(before);
    expect(await violationsOf(page)).to.deep.equal([]);
    for (const width of [768, 390]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).to.be.at.most(width);
    }
    await page.setViewportSize({ width: 1440, height: 900 });

    const last = (await textsOf(page, '.drawer .log .line .text')).at(-1) ?? '';
    const again = await begin(new URL(agent.url).host);
    await page.locator('#connection', { hasText: /^Live$/ }).waitFor();
    await page.locator('.drawer .log-state', { hasText: 'live' }).waitFor();
    expect(await page.evaluate(FILTER('main'))).to.equal('none');
    await until(
      'the log goes on',
      async () => (await textsOf(page, '.drawer .log .line .text')).at(-1) !== last,
    );
    const lines = (await textsOf(page, '.drawer .log .line .text')).map((text) => Number(text.split(' ')[1]));
    // Nothing is missing between before and after, and nothing is there twice.
    expect(lines).to.deep.equal(lines.map((_, n) => (lines[0] ?? 0) + n));
    await until('uptime counts again', async () => (await shown()) !== before);
    await page.close();
    again.process.child.kill('SIGTERM');
    await again.process.ended;
  });
});
