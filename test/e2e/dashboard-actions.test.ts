import { mkdir, readFile, writeFile } from 'node:fs/promises';

import { expect } from 'chai';
import type { Page } from 'playwright-core';

import type { Driver } from '../../src/index.ts';
import { createServer, type Server } from '../../src/server/index.ts';
import { defaultTokensPath, tokenHash, tokensText } from '../../src/server/tokens/tokens-file.ts';
import { violationsOf } from '../support/axe.ts';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { FOREVER } from '../support/cli-sandbox.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const READ = 'r'.repeat(43);

describe('actions of the dashboard', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let driver: Driver;
  let server: Server;
  let browser: TestBrowser;
  let page: Page;
  const url = (): string => (server.url ?? '').replace(/\/$/, '');

  before(async function () {
    sandbox = await openSandbox(this);
    browser = await openBrowser(this);
    driver = sandbox.driver();
    const readers = { label: 'readers', right: 'read', sha256: tokenHash(READ) } as const;
    await mkdir(sandbox.options.dataDir, { recursive: true });
    await writeFile(defaultTokensPath(sandbox.options.dataDir), tokensText([readers]), { mode: 0o600 });
    server = await createServer(driver, {
      dataDir: sandbox.options.dataDir,
      listen: { host: '127.0.0.1', port: 0 },
      socketPath: false,
    });
    await driver.startTask(sandbox.shell('a/web', FOREVER));
    page = await browser.context.newPage();
    page.setDefaultTimeout(20_000);
  });
  after(async () => {
    await browser.close();
    await server.close();
    await sandbox.close();
  });
  afterEach('the page reports no error', () => {
    expect(browser.complaints).to.deep.equal([]);
  });

  const token = async (): Promise<string> => (await readFile(server.tokenPath, 'utf8')).trim();
  const action = (name: string) => page.locator('.drawer .actions').getByRole('button', { name });
  /** For a person: RKT_STREAMS_TEST_SCREENSHOTS=/tmp/dir. */
  const shot = async (name: string): Promise<void> => {
    const directory = process.env['RKT_STREAMS_TEST_SCREENSHOTS'];
    if (directory === undefined) return;
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [1_440, 390]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await page.screenshot({ path: `${directory}/${name}-${colorScheme}-${width}.png` });
      }
    await page.emulateMedia({ colorScheme: null });
    await page.setViewportSize({ width: 1_440, height: 900 });
  };

  it('are all there without a write token, and say what unlocks them', async () => {
    await page.goto(`${url()}/#/task/${encodeURIComponent('a/web')}`);
    for (const name of ['Terminal', 'Restart', 'Stop', 'Signal', 'Destroy']) {
      await action(name).waitFor();
      expect(await action(name).isDisabled(), name).to.equal(true);
      expect(await action(name).getAttribute('title'), name).to.include('Needs a write token');
    }
    await shot('locked');
    expect(await violationsOf(page)).to.deep.equal([]);
    const enter = async (text: string): Promise<void> => {
      await action('Unlock').click();
      await page.getByRole('dialog').locator('input').fill(text);
      await page.getByRole('button', { name: 'Use token' }).click();
    };
    await enter(READ);
    await page.locator('#toast').filter({ hasText: 'this tab only reads' }).waitFor();
    expect(await page.locator('#token').getAttribute('title')).to.include('Now used: readers');
    expect(await action('Stop').isDisabled()).to.equal(true);
    await enter(await token());
    await until('the buttons are unlocked', async () => !(await action('Terminal').isDisabled()));
    expect(await action('Unlock').isVisible()).to.equal(false);
  });

  it('run a command in a terminal, with its size, until it exits', async () => {
    await action('Terminal').click();
    const screen = page.locator('.terminal .xterm-rows');
    await page.locator('dialog.terminal[data-state="running"]').waitFor();
    const shows = (text: string | RegExp): Promise<void> => screen.filter({ hasText: text }).waitFor();
    await page.keyboard.type('echo "<$((6*7))>"\n');
    await shows('<42>');
    await page.keyboard.type('stty size\n');
    const sizeOf = async (): Promise<readonly number[]> => {
      const sizes = [...(await screen.innerText()).matchAll(/^(\d+) (\d+)\s*$/gm)].at(-1) ?? [];
      return sizes.slice(1).map(Number);
    };
    await until('the size is printed', async () => (await sizeOf()).length === 2);
    const [, wide = 0] = await sizeOf();
    await shot('terminal');
    expect(await violationsOf(page)).to.deep.equal([]);
    await page.setViewportSize({ width: 700, height: 700 });
    await until('the terminal is narrower', async () => {
      await page.keyboard.type('clear; stty size\n');
      const [, columns = wide] = await sizeOf();
      return columns < wide;
    });
    await page.setViewportSize({ width: 1_440, height: 900 });
    await page.keyboard.type('exit 7\n');
    await page.locator('.terminal-status').filter({ hasText: 'Exited with 7' }).waitFor();
    await page.getByRole('button', { name: 'Close the terminal' }).click();
    await page.locator('dialog.terminal').waitFor({ state: 'detached' });
  });

  it('kill the command of a terminal that is closed', async () => {
    await action('Terminal').click();
    await page.locator('dialog.terminal[data-state="running"]').waitFor();
    await page.keyboard.type('exec sleep 4711\n');
    const runs = async (): Promise<boolean> => {
      const { stdout } = await driver.execTask('a/web', ['/bin/sh', '-c', 'ps | grep "[s]leep 4711"; true']);
      return stdout !== '';
    };
    await until('the command runs', runs);
    await page.getByRole('button', { name: 'Close the terminal' }).click();
    await until('the command is killed', async () => !(await runs()));
  });

  it('start a task with variables, a limit and arguments, and show no value of a variable', async () => {
    await page.keyboard.press('Escape');
    await page.locator('.drawer').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Start task' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Image').fill('/none.aci');
    await shot('start');
    expect(await violationsOf(page)).to.deep.equal([]);
    browser.allow(/status of [45]\d\d/);
    const start = dialog.getByRole('button', { name: 'Start', exact: true });
    /** What is refused is said below its field, which has the focus; no other field is marked. */
    const isRefused = async (label: string, why: RegExp): Promise<void> => {
      await start.click();
      await dialog.locator('.problem').filter({ hasText: why }).waitFor();
      const field = dialog.getByLabel(label);
      expect(await field.getAttribute('aria-describedby')).to.equal('form-problem');
      expect(await dialog.locator('[aria-invalid="true"]').count()).to.equal(1);
      expect(await field.getAttribute('aria-invalid')).to.equal('true');
      expect(await field.and(page.locator(':focus')).count()).to.equal(1);
      const below = dialog.locator('.form-field', { has: page.getByLabel(label) }).locator('#form-problem');
      expect(await below.innerText()).to.match(why);
    };
    await isRefused('Image', /\/none\.aci/);
    await dialog.getByLabel('Ports').fill('80');
    await isRefused('Ports', /80 is not HOSTPORT:PORT/);
    await dialog.getByLabel('Ports').fill('');
    await dialog.getByLabel('Memory limit').fill('0.001');
    await isRefused('Memory limit', /memoryLimitBytes: Too small/);
    expect(await violationsOf(page)).to.deep.equal([]);
    await dialog.getByLabel('Image').fill(sandbox.image);
    await dialog.getByLabel('Name', { exact: true }).fill('fresh');
    await dialog.getByLabel('Arguments').fill(`-c "echo value is $SECRET; while :; do sleep 0.05; done"`);
    await dialog.getByLabel(/Variables/).fill('SECRET=hunter2');
    await dialog.getByLabel('Memory limit').fill('64');
    await start.click();
    await page.locator('#detail-title').filter({ hasText: 'fresh-' }).waitFor();
    const id = (await page.locator('#detail-title').innerText()).trim();
    expect(driver.inspectTask(id)).to.include({ phase: 'running', memoryLimitBytes: 64 * 1_048_576 });
    expect(driver.taskSpec(id).env).to.deep.equal({ SECRET: 'hunter2' });
    await page.locator('.drawer').getByText('SECRET').first().waitFor({ state: 'attached' });
    const config = await page
      .locator('.drawer [aria-label="Configuration"], .drawer .config')
      .allInnerTexts();
    expect(config.join(' ')).to.not.include('hunter2');
  });

  it('restart a task, in a new pod', async () => {
    await page.goto(`${url()}/#/task/${encodeURIComponent('a/web')}`);
    const before = driver.inspectTask('a/web').podId;
    await action('Restart').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Restart' }).click();
    await page.locator('#toast').filter({ hasText: 'is restarted' }).waitFor();
    expect(driver.inspectTask('a/web')).to.have.property('podId').that.is.not.equal(before);
  });
});
