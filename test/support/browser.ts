import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Context } from 'mocha';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

import { chromiumPath, requires } from './requirements.ts';

/** Debian's Chromium with an empty profile of its own. */
export interface TestBrowser {
  readonly context: BrowserContext;
  /** What no page should ever do: errors in its console, and requests to anybody but its own host. */
  readonly complaints: string[];
  /** Messages that fit are to be expected from now on. */
  allow(expected: RegExp): void;
  close(): Promise<void>;
}

/** Starts a browser; skips the tests where there is none. */
export async function openBrowser(context: Context): Promise<TestBrowser> {
  requires(context, 'chromium');
  const profile = await mkdtemp(join(tmpdir(), 'rkt-streams-browser-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath() ?? '',
    headless: true,
    viewport: { width: 1440, height: 900 },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const complaints: string[] = [];
  const allowed: RegExp[] = [];
  const complain = (text: string): void => {
    if (!allowed.some((expected) => expected.test(text))) complaints.push(text);
  };
  browser.on('request', (request) => {
    const { hostname } = new URL(request.url());
    if (hostname !== '127.0.0.1' && !request.url().startsWith('data:')) complain(`asks ${request.url()}`);
  });
  browser.on('weberror', (error) => complain(String(error.error())));
  browser.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complain(message.text());
  });
  return {
    context: browser,
    complaints,
    allow: (expected) => allowed.push(expected),
    async close() {
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** The texts of all elements that fit, as they are to be read. */
export async function textsOf(page: Page, selector: string): Promise<readonly string[]> {
  return page.locator(selector).allInnerTexts();
}
