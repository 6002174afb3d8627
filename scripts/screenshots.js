// Makes the pictures of the dashboard in docs/images from a running demo. Needs root, a build and Chromium.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { chromium } from 'playwright-core';

const OUT = 'docs/images';
/** So long until the history has something to show. */
const WARM_UP_MS = Number(process.argv[2] ?? 75) * 1_000;
const HOSTS_MS = 30_000;
const SIZES = { 1440: { width: 1440, height: 900 }, 390: { width: 390, height: 844 } };
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-sync',
];

/** Starts a program that prints the URL of its page. */
const serve = async (words) => {
  const child = spawn(join('bin', 'rkt-streams'), words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((resolve, reject) => {
    let said = '';
    child.on('exit', () => reject(new Error(said)));
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-10_000);
      const found = /http:\/\/[\d.:]+\/#token=\S+/.exec(said) ?? /"url": *"(http:[^"]+)"/.exec(said);
      if (found) resolve(found[1] ?? found[0]);
    });
  });
  const end = async () => {
    child.removeAllListeners('exit');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    return ended;
  };
  return { url, end };
};

const demo = await serve(['demo', '--serve']);
const { url } = demo;
const profile = await mkdtemp(join(tmpdir(), 'rkt-streams-screenshots-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ARGS,
  reducedMotion: 'reduce',
});

/** One page at a time: a browser has six connections to a host, and each page holds its streams. */
const shoot = async (name, size, colorScheme, hash = '', at = url) => {
  const page = await browser.newPage();
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize(SIZES[size]);
  await page.goto(at);
  await page.goto(at.replace(/#.*|$/, hash));
  await page.waitForTimeout(4_000);
  // It says that the token is used, and covers a corner.
  await page.locator('#toast').waitFor({ state: 'hidden' });
  await page.screenshot({ path: join(OUT, `${name}.png`) });
  await page.close();
};
/** Two demos as the hosts of a fleet. */
const shootHosts = async () => {
  const second = await serve(['demo', '--serve']);
  const base = await mkdtemp(join(tmpdir(), 'rkt-streams-fleet-'));
  const hosts = [demo, second].map((one, at) => ({ name: `node-${at + 1}`, url: new URL(one.url).origin }));
  await writeFile(join(base, 'hosts.json'), JSON.stringify({ hosts }));
  const words = ['--json', '--data-dir', base, 'agent', '--listen', '127.0.0.1:0', '--socket', 'none'];
  const fleet = await serve([...words, '--fleet', join(base, 'hosts.json')]);
  try {
    await delay(HOSTS_MS);
    await shoot('hosts-light-1440', 1440, 'light', '', fleet.url);
  } finally {
    await fleet.end();
    await second.end();
    await rm(base, { recursive: true, force: true });
  }
};
try {
  await mkdir(OUT, { recursive: true });
  // The lines are filled from the history of the agent.
  await delay(WARM_UP_MS);
  for (const scheme of ['light', 'dark']) {
    await shoot(`dashboard-${scheme}-1440`, 1440, scheme);
    await shoot(`dashboard-${scheme}-390`, 390, scheme);
  }
  await shoot('task-light-1440', 1440, 'light', '#/task/burner');
  await shoot('task-dark-390', 390, 'dark', '#/task/holder');
  await shootHosts();
} finally {
  await browser.close();
  await rm(profile, { recursive: true, force: true });
  process.exitCode = await demo.end();
}
