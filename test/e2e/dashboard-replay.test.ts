import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import type { Page } from 'playwright-core';

import { createRecordedDriver, type RecordedDriver } from '../../src/drivers/recorded/index.ts';
import { createServer, type Server } from '../../src/server/index.ts';
import { BEGIN_MS, exitEvent, exited, writeRecording } from '../drivers/recorded/write-recording.ts';
import { violationsOf } from '../support/axe.ts';
import { openBrowser, textsOf, type TestBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';

const EXIT_MS = BEGIN_MS + 60_000;
const END_MS = BEGIN_MS + 119_000;

describe('the dashboard of a recording', function () {
  this.timeout(120_000);
  let browser: TestBrowser;
  let page: Page;
  let directory: string;
  let driver: RecordedDriver;
  let server: Server;
  let token: string;

  before(async function () {
    browser = await openBrowser(this);
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    const file = join(directory, 'demo.rec');
    await writeRecording(file, {
      taskIds: ['web', 'db'],
      ticks: 120,
      documents(tick, timeMs) {
        if (tick !== 60) return [];
        const ended = exited('db', 1, timeMs);
        return [
          { kind: 'task', timeMs, value: ended },
          { kind: 'event', timeMs, value: exitEvent(ended, timeMs) },
        ];
      },
    });
    driver = createRecordedDriver(file, { end: 'hold' });
    server = await createServer(driver, {
      ...{ dataDir: directory, socketPath: false, listen: { host: '127.0.0.1', port: 0 } },
    });
    token = (await readFile(server.tokenPath, 'utf8')).trim();
    page = await browser.context.newPage();
  });
  after(async () => {
    await browser.close();
    await server.close();
    await driver.shutdown();
    await rm(directory, { recursive: true });
  });

  const post = (body: object, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${server.url}/v1/replay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const slider = () => page.getByRole('slider', { name: 'Time of the recording' });
  const states = (): Promise<readonly string[]> => textsOf(page, '.row .state');
  /** Drags the slider to a share of its width, with the mouse. */
  const drag = async (share: number): Promise<void> => {
    const box = await slider().boundingBox();
    if (box === null) throw new Error('The slider is not visible');
    const y = box.y + box.height / 2;
    const now = Number(
      await page.evaluate(`(({ value, max }) => value / max)(document.querySelector('.replay input'))`),
    );
    await page.mouse.move(box.x + 8 + now * (box.width - 16), y);
    await page.mouse.down();
    await page.mouse.move(box.x + 8 + share * (box.width - 16), y, { steps: 5 });
    await page.mouse.up();
  };

  it('has an API that needs the token for changes', async () => {
    const position = (await (await fetch(`${server.url}/v1/replay`)).json()) as Record<string, unknown>;
    expect(position).to.include({ fromMs: BEGIN_MS, toMs: END_MS, speed: 1 });
    expect((await post({ state: 'paused' })).status).to.equal(401);
    const authorization = `Bearer ${token}`;
    expect((await post({ speed: 0 }, { authorization })).status).to.equal(400);
    const held = await post({ state: 'paused', timeMs: BEGIN_MS + 5_000 }, { authorization });
    expect(await held.json()).to.include({ state: 'paused', timeMs: BEGIN_MS + 5_000, seeks: 1 });
    const { markers } = (await (await fetch(`${server.url}/v1/replay/markers`)).json()) as {
      markers: readonly object[];
    };
    expect(markers).to.deep.equal([
      { timeMs: EXIT_MS, kind: 'event', taskId: 'db', message: 'Exited with code 1', isBad: true },
    ]);
  });

  it('is locked without the token, and says that it is a recording', async () => {
    await page.goto(`${server.url}/`);
    await page.locator('#connection', { hasText: 'Recorded, paused' }).waitFor();
    await slider().waitFor();
    expect(await slider().isDisabled()).to.equal(true);
    expect(await page.locator('#start').isDisabled()).to.equal(true);
    expect(await page.locator('#start').getAttribute('title')).to.include('This is a recording');
    await page.goto(`${server.url}/#token=${token}`);
    await until('the slider is unlocked', () => slider().isEnabled());
    expect(await page.locator('#start').isDisabled()).to.equal(true);
  });

  it('shows the state of the time to which its slider is dragged', async () => {
    await until('both tasks run', async () => (await states()).join() === 'running,running');
    await drag(0.75);
    await until('the task has exited', async () => (await states()).some((state) => /exited/.test(state)));
    const { timeMs } = driver.position();
    expect(timeMs).to.be.within(BEGIN_MS + 85_000, BEGIN_MS + 94_000);
    await page.locator('.feed', { hasText: 'Exited with code 1' }).first().waitFor();
    await drag(0.1);
    await until('both tasks run again', async () => (await states()).join() === 'running,running');
    await until(
      'the event of a later time is gone',
      async () => (await page.locator('.feed', { hasText: 'Exited with code 1' }).count()) === 0,
    );
  });

  it('moves with the keys and to the next event, and holds and plays', async () => {
    await page.getByRole('button', { name: 'Event ▸' }).click();
    await until('it is at the exit', () => driver.position().timeMs === EXIT_MS);
    await until('the slider is there', async () => (await slider().inputValue()) === `${EXIT_MS - BEGIN_MS}`);
    await slider().focus();
    await page.keyboard.press('ArrowLeft');
    await until('it is before the exit', () => driver.position().timeMs < EXIT_MS);
    await page.getByLabel('Speed of the recording').selectOption('1000');
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.locator('#connection', { hasText: 'Recorded, at the end' }).waitFor();
    expect(driver.position()).to.include({ state: 'ended', timeMs: END_MS, speed: 1_000 });
  });

  it('counts nothing on after the end', async () => {
    const shown = async () => (await textsOf(page, '.row .uptime, .replay-time')).join('\n');
    await until('the slider is at the end', async () => /1m 59s of 1m 59s/.test(await shown()));
    const before = await shown();
    await page.evaluate(
      'new Promise((done) => { const from = performance.now(); const next = (now) => now - from > 2500 ? done() : requestAnimationFrame(next); requestAnimationFrame(next); })',
    );
    expect(await shown()).to.equal(before);
    expect(await page.locator('#connection').innerText()).to.equal('Recorded, at the end');
    expect(await page.evaluate('getComputedStyle(document.querySelector("main")).filter')).to.equal('none');
  });

  it('has no fault of accessibility, in light and in dark, on a desk and on a phone', async () => {
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [1_440, 768, 390]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        const shots = process.env['RKT_STREAMS_TEST_SHOTS'];
        if (shots !== undefined)
          await page.screenshot({ path: join(shots, `replay-${colorScheme}-${width}.png`) });
        expect(await violationsOf(page), `${colorScheme} ${width}`).to.deep.equal([]);
        const isWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
        expect(isWide, `${width} scrolls sideways`).to.equal(false);
      }
    expect(browser.complaints).to.deep.equal([]);
  });
});
