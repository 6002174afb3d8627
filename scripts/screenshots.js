// Makes the pictures of the dashboard in docs/images from a running demo. Needs root, a build and Chromium.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

const OUT = 'docs/images';
/** So long until the lines of the last minute are drawn. */
const WARM_UP_MS = Number(process.argv[2] ?? 75) * 1_000;
const SIZES = { 1440: { width: 1440, height: 900 }, 390: { width: 390, height: 844 } };
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-sync',
];

const demo = spawn(join('bin', 'rkt-streams'), ['demo', '--serve'], { stdio: ['ignore', 'pipe', 'inherit'] });
const url = await new Promise((resolve, reject) => {
  let said = '';
  demo.on('exit', () => reject(new Error(said)));
  demo.stdout.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-10_000);
    const found = /http:\/\/[\d.:]+\/#token=\S+/.exec(said);
    if (found) resolve(found[0]);
  });
});
const profile = await mkdtemp(join(tmpdir(), 'rkt-streams-screenshots-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ARGS,
  reducedMotion: 'reduce',
});

/** One page a picture, all open from the beginning, so that all lines are full. */
const open = async (name, size, colorScheme, hash = '') => {
  const page = await browser.newPage();
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize(SIZES[size]);
  await page.goto(url);
  await page.goto(url.replace(/#.*/, hash));
  return { name, page };
};
try {
  const pages = [];
  for (const scheme of ['light', 'dark']) {
    pages.push(await open(`dashboard-${scheme}-1440`, 1440, scheme));
    pages.push(await open(`dashboard-${scheme}-390`, 390, scheme));
  }
  pages.push(await open('task-light-1440', 1440, 'light', '#/task/burner'));
  pages.push(await open('task-dark-390', 390, 'dark', '#/task/holder'));
  await pages[0].page.waitForTimeout(WARM_UP_MS);
  await mkdir(OUT, { recursive: true });
  for (const { name, page } of pages) {
    // A page behind others draws nothing.
    await page.bringToFront();
    await page.waitForTimeout(2_500);
    await page.screenshot({ path: join(OUT, `${name}.png`) });
  }
} finally {
  await browser.close();
  await rm(profile, { recursive: true, force: true });
  demo.removeAllListeners('exit');
  const ended = new Promise((resolve) => demo.once('exit', resolve));
  demo.kill('SIGINT');
  process.exitCode = await ended;
}
